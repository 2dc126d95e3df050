/* SPDX-License-Identifier: MIT */
/* The exponentials of a row, relative to a unit near exp(maximum).
 *
 * To subtract the maximum first would cost more in rounding than all the rest. Instead the integer
 * exponents are subtracted, which is exact:
 *
 *     exp(x) / 2^shift = exp(r) 2^(n - shift),   n = x / ln 2 rounded,   r = x - n ln 2
 *
 * Where the maximum is so large that n would not be exact, x - maximum is: all that is not yet 0
 * lies within a factor of 2 of it. The largest exponential is about 2^26, so all that the sum does
 * not hide anyhow is above the smallest normal number. */
#ifndef KERNELS_ROW_EXP_CUH
#define KERNELS_ROW_EXP_CUH

#include "scalar.cuh"

#define LARGE_MAXIMUM 1.5e5f
#define LN_2 0x1.62e42fefa39efp-1

/* exp(base) 2^shift */
struct row_unit {
    float base, shift;
};

INLINE row_unit unit_of(float maximum) {
    row_unit unit = {maximum, -26};
    if (fabsf(maximum) < LARGE_MAXIMUM) {
        unit.base = 0;
        unit.shift = rintf(maximum * TG_LOG2_E) - 26;
    }
    return unit;
}

INLINE double log_of(row_unit unit) {
    return (double)unit.base + (double)unit.shift * LN_2;
}

/* exp(x) in that unit; x is not above the maximum. 0 for -Inf and NaN for NaN; NaN too where the
 * maximum is infinite, but for -Inf below +Inf. */
INLINE float exp_in(row_unit unit, float x) {
    const float t = x - unit.base;
    const float n = rintf(t * TG_LOG2_E);
    const float r = fmaf(n, -TG_LN2_LOW, fmaf(n, -TG_LN2_HIGH, t));
    const float p = fmaf(fmaf(exp_curve(r), r, 1), r, 1);
    const float power = n - unit.shift;
    if (power < -126) return 0;
    return p * __int_as_float(((int)fminf(power, 127) + 127) << 23);
}

/* What a number in the unit of a maximum becomes in that of a larger one. */
INLINE float rescale(float value, float maximum, float larger) {
    if (value == 0) return 0; /* of nothing yet: the maximum is -Inf */
    const row_unit from = unit_of(maximum), to = unit_of(larger);
    if (from.base == 0 && to.base == 0) {
        const float power = from.shift - to.shift;
        return power < -126 ? value * 0 : value * __int_as_float(((int)power + 127) << 23);
    }
    return value * (float)exp(log_of(from) - log_of(to));
}

/* What has been seen of a row: the maximum and, in its unit, the sum of all other exponentials. So
 * both are accurate where one exponential is nearly all of the sum. */
struct row_state {
    float maximum, others;
};

INLINE row_state nothing_seen() {
    return {-INFINITY, 0};
}

INLINE row_state see(row_state s, float x) {
    if (x > s.maximum) {
        s.others = rescale(s.others, s.maximum, x);
        if (s.maximum > -INFINITY) s.others += exp_in(unit_of(x), s.maximum);
        s.maximum = x;
    } else if (x != -INFINITY) { /* which adds nothing, unless a row has nothing else */
        s.others += exp_in(unit_of(s.maximum), x);
    }
    return s;
}

INLINE row_state join(row_state a, row_state b) {
    if (b.maximum > a.maximum) {
        const row_state c = a;
        a = b;
        b = c;
    }
    a.others += rescale(b.others, b.maximum, a.maximum);
    if (b.maximum > -INFINITY) a.others += exp_in(unit_of(a.maximum), b.maximum);
    return a;
}

template <int WIDTH> INLINE row_state group_join(row_state s) {
#pragma unroll
    for (int other = WIDTH / 2; other > 0; other /= 2) {
        row_state there;
        there.maximum = __shfl_xor_sync(FULL, s.maximum, other, WIDTH);
        there.others = __shfl_xor_sync(FULL, s.others, other, WIDTH);
        s = join(s, there);
    }
    return s;
}

/* As block_sum(). */
INLINE row_state block_join(row_state s, row_state *shared) {
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP, warps = blockDim.x / WARP;
    s = group_join<WARP>(s);
    if (lane == 0) shared[warp] = s;
    __syncthreads();
    s = group_join<WARP>(lane < warps ? shared[lane] : nothing_seen());
    __syncthreads();
    return s;
}

/* Columns [begin, end) of a row but for column `skip`, seen by all threads of a block. In fours but
 * for the edges. */
INLINE row_state see_columns(const float *x, size_t begin, size_t end, size_t skip) {
    row_state s = nothing_seen();
    size_t head = begin;
    while (head < end && !is_aligned(x + head)) head++;
    const size_t fours = (end - head) / 4, tail = head + 4 * fours;
    const size_t c = begin + threadIdx.x;
    if (c < head && c != skip) s = see(s, x[c]);
    for (size_t i = threadIdx.x; i < fours; i += blockDim.x) {
        const size_t first = head + 4 * i;
        const float4 v = load4(x + first);
        if (first != skip) s = see(s, v.x);
        if (first + 1 != skip) s = see(s, v.y);
        if (first + 2 != skip) s = see(s, v.z);
        if (first + 3 != skip) s = see(s, v.w);
    }
    const size_t last = tail + threadIdx.x;
    if (last < end && last != skip) s = see(s, x[last]);
    return s;
}

/* ---- Rows that several blocks share: gridDim.x of them row blockIdx.y ---- */

/* The columns of part `part`; parts begin at multiples of 4. */
INLINE size_t part_begin(size_t k, size_t part) {
    const size_t each = (k / gridDim.x + 4) / 4 * 4;
    return part * each < k ? part * each : k;
}

/* Every block joins all parts, and in the same order. */
INLINE row_state join_parts(const float2 *states, row_state *shared) {
    row_state s = nothing_seen();
    for (size_t i = threadIdx.x; i < gridDim.x; i += blockDim.x) {
        const float2 part = states[blockIdx.y * gridDim.x + i];
        s = join(s, {part.x, part.y});
    }
    return block_join(s, shared);
}

#endif
