/* SPDX-License-Identifier: MIT */
/* Tells whether two photos are the same one, perhaps mirrored, cut or brightened a little. */
#ifndef TIGRILLO_CIFAR_ALIKE_H
#define TIGRILLO_CIFAR_ALIKE_H

#include <stdbool.h>
#include <stdint.h>

#include "photos.h"

enum { SKETCH_SIDE = 16, SKETCH_SIZE = SKETCH_SIDE * SKETCH_SIDE };

/* The photo in grey at 16 x 16, mean 0 and length 1, so that a dot product is a correlation. */
struct sketch {
    float grey[SKETCH_SIZE];
    float mirrored[SKETCH_SIZE];
    uint64_t hash; /* of the photo's bytes */
};

void sketch_make(struct sketch *sketch, const struct photo *photo);
bool sketch_same(const struct sketch *a, const struct sketch *b);
/* A correlation above 0.93 as it is or mirrored. */
bool sketch_alike(const struct sketch *a, const struct sketch *b);

#endif
