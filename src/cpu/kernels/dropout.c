/* SPDX-License-Identifier: MIT */
/* The numbers of base/philox.h, a vector of blocks at a time. Each 32-bit word of the state has a
 * 64-bit lane, of which only the low half counts: so a word times a constant is one multiplication,
 * and what the shifts and exclusive ors leave in the high half does not matter. */
#include "cpu/kernels/dropout.h"

#include "cpu/kernels/wide.h"

enum { ROUNDS = 10 };

typedef struct round_keys {
    uwide k0[ROUNDS], k1[ROUNDS];
} round_keys;

TG_INLINE uwide all_wide(uint64_t x) {
    return x - (uwide){0};
}

static inline void make_round_keys(uint64_t seed, round_keys *keys) {
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        keys->k0[round] = all_wide(k0);
        keys->k1[round] = all_wide(k1);
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
}

/* The numbers of 2 LANES elements in a row: of WIDE_LANES blocks, whose numbers are in `blocks`:
 * the first half of them in the even lanes, the second half in the odd ones. */
TG_INLINE void philox(const round_keys *keys, uint64_t stream, uwide blocks, uvec numbers[2]) {
    uwide c0 = blocks, c1 = blocks >> 32, c2 = all_wide(stream), c3 = all_wide(stream >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        const uwide p0 = multiply_halves(c0, all_wide(0xD2511F53));
        const uwide p1 = multiply_halves(c2, all_wide(0xCD9E8D57));
        c0 = (p1 >> 32) ^ c1 ^ keys->k0[round];
        c2 = (p0 >> 32) ^ c3 ^ keys->k1[round];
        c1 = p1;
        c3 = p0;
    }
    const uwide low = (c0 & UINT32_MAX) | c1 << 32, high = (c2 & UINT32_MAX) | c3 << 32;
    numbers[0] = (uvec)interleave_even(low, high);
    numbers[1] = (uvec)interleave_odd(low, high);
}

TG_INLINE void drop(uvec numbers, uint32_t dropped, float scale, size_t count, const float *x,
                    float *y) {
    store_some(y, count, select(numbers >= dropped, scale * load_some(x, count), all(0)));
}

void TG_KERNEL(tg_dropout)(uint32_t dropped, float scale, uint64_t seed, uint64_t stream,
                           uint64_t first_block, size_t count, const float *x, float *y) {
    round_keys keys;
    make_round_keys(seed, &keys);
    uwide blocks = {0};
    for (size_t lane = 0; lane < WIDE_LANES; lane++)
        blocks[lane] = first_block + lane / 2 + lane % 2 * (WIDE_LANES / 2);
    uvec numbers[2];
    size_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES, blocks += WIDE_LANES) {
        philox(&keys, stream, blocks, numbers);
        drop(numbers[0], dropped, scale, LANES, x + i, y + i);
        drop(numbers[1], dropped, scale, LANES, x + i + LANES, y + i + LANES);
    }
    philox(&keys, stream, blocks, numbers);
    for (size_t part = 0; i < count; i += LANES, part++)
        drop(numbers[part], dropped, scale, count - i < LANES ? count - i : LANES, x + i, y + i);
}
