/* SPDX-License-Identifier: MIT */
#include <stdint.h>

#include "check.h"

double quantise(size_t count, const double *W, int8_t *q);

enum { COUNT = 5 };

static const double W[COUNT] = {0.5, -1.27, 1.26, 0.308, -0.893};

int main(void) {
    const double scale = 0.01;
    const mistake wrong_scales[] = {
        {"divided by 128: a positive weight may then need 128, which int8 has not",
         &(double){1.27 / 128}},
        {"twice the largest by 255: the largest is then between two steps, 127 and 128",
         &(double){2 * 1.27 / 255}},
        {"the largest is 1.26: a negative weight may be larger, so take its size",
         &(double){1.26 / 127}},
        {"the first weight is taken for the largest", &(double){0.5 / 127}},
        {"the inverse: a weight is scale * q", &(double){1 / scale}},
        {"the largest itself: divide it by 127, as q goes to 127", &(double){1.27}},
    };
    double right[COUNT], cut[COUNT], down[COUNT], positive[COUNT], half[COUNT], yours[COUNT];
    for (size_t i = 0; i < COUNT; ++i) {
        right[i] = rint(W[i] / scale);
        cut[i] = trunc(W[i] / scale);
        down[i] = floor(W[i] / scale);
        half[i] = trunc(W[i] / scale + 0.5);
        positive[i] = fabs(right[i]);
    }
    const mistake wrong_numbers[] = {
        {"nothing is written yet", (double[COUNT]){0}},
        {"cut off, not rounded: half a step is lost in the mean", cut},
        {"rounded down: take the nearest", down},
        {"half a step added and cut off, which rounds negative numbers up", half},
        {"the signs are lost", positive},
    };
    const answer the_scale = {"scale", 1, 1, &scale, 0, wrong_scales, 6};
    const answer numbers = {"q", 1, COUNT, right, 0, wrong_numbers, 5};
    int8_t q[COUNT] = {0};
    const double your_scale = quantise(COUNT, W, q);
    for (size_t i = 0; i < COUNT; ++i) yours[i] = q[i];
    const bool good = compare(&the_scale, &your_scale);
    return finished(compare(&numbers, yours) && good);
}
