/* SPDX-License-Identifier: MIT */
/* Dropout with the CPU's mask: element i takes word i % 4 of block i / 4 of Philox4x32-10
 * (src/base/philox.h). */
#include "step.cuh"

INLINE uint4 philox(uint64_t seed, uint64_t stream, uint64_t block) {
    uint32_t c0 = (uint32_t)block, c1 = (uint32_t)(block >> 32);
    uint32_t c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        const uint32_t low0 = 0xD2511F53u * c0, high0 = __umulhi(0xD2511F53u, c0);
        const uint32_t low1 = 0xCD9E8D57u * c2, high1 = __umulhi(0xCD9E8D57u, c2);
        c0 = high1 ^ c1 ^ k0;
        c2 = high0 ^ c3 ^ k1;
        c1 = low1;
        c3 = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return make_uint4(c0, c1, c2, c3);
}

/* Numbers below `dropped` give 0; the others of x are multiplied by `scale`. */
KERNEL __launch_bounds__(256)
dropout(unsigned dropped, float scale, unsigned long long seed, unsigned long long stream,
        size_t count, const float *x, float *y, const step_state *step) {
    if (step) stream += now(step)->dropout;
    const bool aligned = is_aligned(x) && is_aligned(y);
    const size_t blocks = count / 4 + (count % 4 > 0);
    for (size_t i = first_element(); i < blocks; i += grid_stride()) {
        const uint4 numbers = philox(seed, stream, i);
        if (aligned && 4 * i + 4 <= count) {
            float4 v = load4(x + 4 * i);
            v.x = numbers.x >= dropped ? scale * v.x : 0;
            v.y = numbers.y >= dropped ? scale * v.y : 0;
            v.z = numbers.z >= dropped ? scale * v.z : 0;
            v.w = numbers.w >= dropped ? scale * v.w : 0;
            store4(y + 4 * i, v);
        } else {
            const unsigned each[4] = {numbers.x, numbers.y, numbers.z, numbers.w};
#pragma unroll
            for (int j = 0; j < 4; j++)
                if (4 * i + j < count) y[4 * i + j] = each[j] >= dropped ? scale * x[4 * i + j] : 0;
        }
    }
}
