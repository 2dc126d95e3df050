/* SPDX-License-Identifier: MIT */
/* Philox4x32-10, and numbers of several shapes made of its bits. */
#include "rng.h"

enum { ROUNDS = 10 };

static void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t x[4] = {counter[0], counter[1], counter[2], counter[3]};
    uint32_t k[2] = {key[0], key[1]};
    for (int round = 0; round < ROUNDS; ++round) {
        uint64_t first = (uint64_t)0xD2511F53u * x[0];
        uint64_t second = (uint64_t)0xCD9E8D57u * x[2];
        uint32_t y[4] = {(uint32_t)(second >> 32) ^ x[1] ^ k[0], (uint32_t)second,
                         (uint32_t)(first >> 32) ^ x[3] ^ k[1], (uint32_t)first};
        for (int i = 0; i < 4; ++i) {
            x[i] = y[i];
        }
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
    for (int i = 0; i < 4; ++i) {
        out[i] = x[i];
    }
}

void rng_start(struct rng *rng, uint64_t seed, uint32_t split, uint32_t class, uint32_t index) {
    *rng = (struct rng){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
                        .counter = {0, index, class, split}};
}

uint32_t rng_bits(struct rng *rng) {
    if (rng->left == 0) {
        philox(rng->counter, rng->key, rng->block);
        ++rng->counter[0];
        rng->left = 4;
    }
    return rng->block[--rng->left];
}

double rng_between(struct rng *rng, double low, double high) {
    return low + (high - low) * (rng_bits(rng) * (1.0 / 4294967296.0));
}

int rng_below(struct rng *rng, int count) {
    return (int)(((uint64_t)rng_bits(rng) * (uint64_t)count) >> 32);
}

bool rng_chance(struct rng *rng, double probability) {
    return rng_between(rng, 0.0, 1.0) < probability;
}

double rng_sign(struct rng *rng) {
    return rng_chance(rng, 0.5) ? 1.0 : -1.0;
}

double rng_bell(struct rng *rng) {
    /* The sum of four 16-bit uniform numbers; logarithms and cosines would differ in their last
     * bits from one C library to the next. */
    uint32_t a = rng_bits(rng);
    uint32_t b = rng_bits(rng);
    double sum = (a & 0xFFFFu) + (double)(a >> 16) + (b & 0xFFFFu) + (double)(b >> 16);
    return (sum / 65535.0 - 2.0) * 1.7320508;
}
