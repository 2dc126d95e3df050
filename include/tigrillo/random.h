/* SPDX-License-Identifier: MIT */
/* Random numbers that are the same on every platform.
 *
 * The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as
 * 1, 2, 3", SC 2011). It is counter-based: the number at `position` of `stream` of `seed` is a
 * function of these three alone, so any number can be had without those before it, and a generator
 * is saved by copying its three fields. Different streams of one seed are independent. */
#ifndef TIGRILLO_RANDOM_H
#define TIGRILLO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/api.h>

TG_BEGIN

typedef struct tg_random {
    uint64_t seed;     /* Philox's key */
    uint64_t stream;   /* the high half of its counter */
    uint64_t position; /* of the next 32-bit number; position / 4 is the low half */
} tg_random;

/* The generator at the start of a stream. */
TG_API tg_random tg_random_start(uint64_t seed, uint64_t stream);

/* The next 32 random bits. */
TG_API uint32_t tg_random_bits(tg_random *random);

/* Uniform in [0, 1), in steps of 2^-24. */
TG_API float tg_random_uniform(tg_random *random);

/* Normal with mean 0 and variance 1 (Marsaglia's polar method, 1964, computed in float64 with a
 * logarithm of our own, so that the bits do not depend on the platform's libm). */
TG_API float tg_random_normal(tg_random *random);

/* Uniform in 0 .. bound-1, without bias; 0 when bound is 0. bound must be at most 2^32. */
TG_API size_t tg_random_below(tg_random *random, size_t bound);

/* Puts `count` entries into random order (Fisher and Yates). count must be at most 2^32. */
TG_API void tg_random_shuffle(tg_random *random, size_t *entries, size_t count);

TG_END

#endif
