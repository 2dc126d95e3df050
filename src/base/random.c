/* SPDX-License-Identifier: MIT */
/* Random numbers; random.h says which. */
#include <tigrillo/random.h>

#include <math.h>

#include "base/philox.h"

tg_random tg_random_start(uint64_t seed, uint64_t stream) {
    tg_random random = {seed, stream, 0};
    return random;
}

uint32_t tg_random_bits(tg_random *random) {
    uint32_t block[4];
    tg_philox(random->seed, random->stream, random->position / 4, block);
    return block[random->position++ % 4];
}

float tg_random_uniform(tg_random *random) {
    return (float)(tg_random_bits(random) >> 8) * 0x1p-24f;
}

/* Natural logarithm of x in (0, 1]: with x = m 2^e, log x = e log 2 + 2 artanh((m-1) / (m+1)), and
 * the series of artanh. Only operations that IEEE 754 rounds in one way, so the bits are the same
 * everywhere. */
static double portable_log(double x) {
    int exponent;
    double m = frexp(x, &exponent);
    if (m < 0.70710678118654752440) {
        m *= 2;
        exponent--;
    }
    double t = (m - 1) / (m + 1), t2 = t * t, sum = 0;
    for (int i = 23; i >= 1; i -= 2) sum = sum * t2 + 1.0 / i;
    return exponent * 0.69314718055994530942 + 2 * t * sum;
}

float tg_random_normal(tg_random *random) {
    double u, v, s;
    do {
        /* Odd multiples of 2^-32, so that neither is ever 0. */
        u = (2.0 * tg_random_bits(random) + 1) * 0x1p-32 - 1;
        v = (2.0 * tg_random_bits(random) + 1) * 0x1p-32 - 1;
        s = u * u + v * v;
    } while (s >= 1);
    return (float)(u * sqrt(-2 * portable_log(s) / s));
}

size_t tg_random_below(tg_random *random, size_t bound) {
    if (bound <= 1) return 0;
    /* Lemire, 2019: multiply, and throw away the few products that would be too frequent. */
    uint64_t product = (uint64_t)tg_random_bits(random) * bound;
    if ((uint32_t)product < bound) {
        uint32_t unfair = (uint32_t)((((uint64_t)1 << 32) - bound) % bound);
        while ((uint32_t)product < unfair) product = (uint64_t)tg_random_bits(random) * bound;
    }
    return (size_t)(product >> 32);
}

void tg_random_shuffle(tg_random *random, size_t *entries, size_t count) {
    for (size_t i = count; i > 1; i--) {
        size_t j = tg_random_below(random, i);
        size_t entry = entries[i - 1];
        entries[i - 1] = entries[j];
        entries[j] = entry;
    }
}
