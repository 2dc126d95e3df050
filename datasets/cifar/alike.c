/* SPDX-License-Identifier: MIT */
/* Near duplicates by the correlation of reduced photos, exact ones by a hash (FNV-1a). */
#include "alike.h"

#include <math.h>
#include <stddef.h>

static const float ALIKE = 0.93F;

void sketch_make(struct sketch *sketch, const struct photo *photo) {
    double sum = 0.0;
    double squares = 0.0;
    sketch->hash = 0xCBF29CE484222325u;
    for (int i = 0; i < PHOTO_BYTES; ++i) {
        sketch->hash = (sketch->hash ^ photo->planes[i]) * 0x100000001B3u;
    }
    for (int i = 0; i < SKETCH_SIZE; ++i) {
        int corner = i / SKETCH_SIDE * 2 * PHOTO_SIDE + i % SKETCH_SIDE * 2;
        int total = 0;
        for (int plane = 0; plane < 3; ++plane) {
            const uint8_t *p = photo->planes + (ptrdiff_t)plane * PHOTO_PLANE + corner;
            total += p[0] + p[1] + p[PHOTO_SIDE] + p[PHOTO_SIDE + 1];
        }
        sketch->grey[i] = (float)total;
        sum += total;
        squares += (double)total * total;
    }
    double mean = sum / SKETCH_SIZE;
    double spread = sqrt(fmax(squares - sum * mean, 0.0));
    double scale = spread > 1.0 ? 1.0 / spread : 0.0; /* a blank photo is like no other */
    for (int i = 0; i < SKETCH_SIZE; ++i) {
        sketch->grey[i] = (float)(((double)sketch->grey[i] - mean) * scale);
    }
    for (int i = 0; i < SKETCH_SIZE; ++i) {
        int column = i % SKETCH_SIDE;
        sketch->mirrored[i] = sketch->grey[i - column + SKETCH_SIDE - 1 - column];
    }
}

/* Eight sums side by side, which the compiler can keep in vector registers. */
static float dot(const float *a, const float *b) {
    float sums[8] = {0.0F};
    for (int i = 0; i < SKETCH_SIZE; i += 8) {
        for (int k = 0; k < 8; ++k) {
            sums[k] += a[i + k] * b[i + k];
        }
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]) + (sums[4] + sums[5]) + (sums[6] + sums[7]);
}

bool sketch_same(const struct sketch *a, const struct sketch *b) {
    return a->hash == b->hash;
}

bool sketch_alike(const struct sketch *a, const struct sketch *b) {
    return dot(a->grey, b->grey) > ALIKE || dot(a->grey, b->mirrored) > ALIKE;
}
