/* SPDX-License-Identifier: MIT */
/* A whole picture: background, subject in a random pose, something in front of it, light, noise. */
#ifndef TIGRILLO_DRAW_SCENE_H
#define TIGRILLO_DRAW_SCENE_H

#include <stdint.h>

#include "canvas.h"
#include "rng.h"

enum { CLASS_COUNT = 4 };

extern const char *const class_names[CLASS_COUNT];

/* Writes 3 side side bytes of RGB. The same rng start and class give the same picture at every
 * size, apart from the noise. */
void scene_draw(struct canvas *canvas, int class, struct rng *rng, uint8_t *rgb);

#endif
