/* SPDX-License-Identifier: MIT */
#ifndef PLAYGROUND_POINTS_H
#define PLAYGROUND_POINTS_H

#include <stddef.h>
#include <stdint.h>

typedef enum points_kind {
    POINTS_MOONS,
    POINTS_CIRCLES,
    POINTS_XOR,
    POINTS_SPIRALS,
    POINTS_KINDS
} points_kind;

/* Draws `count` points of two classes, alternately, about within -1 .. 1. points: count x 2,
 * labels: count. */
void points_draw(points_kind kind, uint64_t seed, size_t count, float *points, int32_t *labels);

#endif
