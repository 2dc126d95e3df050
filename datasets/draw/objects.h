/* SPDX-License-Identifier: MIT */
/* Things that are no animals: the other half of the class `none`. */
#ifndef TIGRILLO_DRAW_OBJECTS_H
#define TIGRILLO_DRAW_OBJECTS_H

#include "canvas.h"
#include "rng.h"

/* One of a dozen kinds of things, around (0, 0) and about 1 large to each side. */
void draw_object(struct canvas *canvas, struct rng *rng);

#endif
