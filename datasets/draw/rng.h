/* SPDX-License-Identifier: MIT */
/* Random numbers that are a pure function of (seed, split, class, index): Philox4x32-10, the
 * counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011).
 *
 * C leaves open in which order the arguments of a call and the items of an initialiser are
 * evaluated, so a statement here draws at most one number: otherwise two compilers would draw
 * two different pictures. */
#ifndef TIGRILLO_DRAW_RNG_H
#define TIGRILLO_DRAW_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t block[4];
    int left; /* words of the block that are still to be handed out */
};

void rng_start(struct rng *rng, uint64_t seed, uint32_t split, uint32_t class, uint32_t index);
uint32_t rng_bits(struct rng *rng);
/* in [low, high) */
double rng_between(struct rng *rng, double low, double high);
/* in 0 .. count - 1 */
int rng_below(struct rng *rng, int count);
bool rng_chance(struct rng *rng, double probability);
/* -1.0 or 1.0 */
double rng_sign(struct rng *rng);
/* bell-shaped: mean 0, standard deviation 1, never beyond 3.5 */
double rng_bell(struct rng *rng);

#endif
