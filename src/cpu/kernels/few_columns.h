/* SPDX-License-Identifier: MIT */
/* Rows of few columns, LANES rows at once: a group. Its numbers lie one behind the other and are
 * taken as k full vectors, whatever rows they belong to; only sums are by rows. */
#ifndef TG_CPU_KERNELS_FEW_COLUMNS_H
#define TG_CPU_KERNELS_FEW_COLUMNS_H

#include <math.h>

#include "cpu/kernels/exp_shifted.h"

/* Above it, rows taken alone are as fast; that comes early where lanes cannot be permuted. */
enum { MOST_FEW = LANES == 4 ? 32 : 160 };

/* A group's numbers, and one more vector, because the last row is read as if it were longer. */
enum { GROUP_SIZE = (MOST_FEW + 1) * LANES };

/* Calls function(k, ...) so that the compiler knows the most usual k; not where size counts more.
 */
#ifdef __OPTIMIZE_SIZE__
#define TG_FOR_FEW(function, k, ...) function(k, __VA_ARGS__);
#else
#define TG_FOR_FEW(function, k, ...)                                                               \
    switch (k) {                                                                                   \
    case 2:                                                                                        \
        function(2, __VA_ARGS__);                                                                  \
        break;                                                                                     \
    case 3:                                                                                        \
        function(3, __VA_ARGS__);                                                                  \
        break;                                                                                     \
    case 4:                                                                                        \
        function(4, __VA_ARGS__);                                                                  \
        break;                                                                                     \
    case 8:                                                                                        \
        function(8, __VA_ARGS__);                                                                  \
        break;                                                                                     \
    case 10:                                                                                       \
        function(10, __VA_ARGS__);                                                                 \
        break;                                                                                     \
    case 16:                                                                                       \
        function(16, __VA_ARGS__);                                                                 \
        break;                                                                                     \
    default:                                                                                       \
        function(k, __VA_ARGS__);                                                                  \
    }
#endif

/* The rows that the lanes of the group's vector j belong to: position / k, by multiplication, which
 * is exact below 16 MOST_FEW. */
TG_INLINE ivec rows_of(size_t j, size_t k) {
    return ((lane_numbers() + (int32_t)(j * LANES)) * (int32_t)((1 << 20) / k + 1)) >> 20;
}

/* For each lane of vector j, what belongs to its row. */
TG_INLINE vec spread(vec by_row, size_t j, size_t k) {
    return permute(by_row, rows_of(j, k));
}

TG_INLINE bool folds(size_t k) {
    return k <= LANES && (k & (k - 1)) == 0 && k > 0;
}

/* The sums of the rows. All ways add in the same order, so a row's sum does not depend on what the
 * compiler knows, nor on the row's place. */
TG_INLINE vec row_sums(const float *values, size_t k) {
    vec v[LANES];
    if (folds(k)) {
        for (size_t j = 0; j < LANES; j++) v[j] = j < k ? load(values + j * LANES) : all(0);
        if (k >= 16)
            for (size_t j = 0; j < 8 && j < LANES / 2; j++)
                v[j] = add_neighbours(v[2 * j], v[2 * j + 1]);
        if (k >= 8)
            for (size_t j = 0; j < 4 && j < LANES / 2; j++)
                v[j] = add_neighbours(v[2 * j], v[2 * j + 1]);
        if (k >= 4)
            for (size_t j = 0; j < 2; j++) v[j] = add_neighbours(v[2 * j], v[2 * j + 1]);
        if (k >= 2) v[0] = add_neighbours(v[0], v[1]);
        return v[0];
    }
    for (size_t i = 0; i < LANES; i++) {
        const float *row = values + i * k;
        size_t c = 0;
        v[i] = all(0);
        for (; c + 8 * LANES <= k; c += 8 * LANES) {
            vec sum = load(row + c);
            for (size_t j = 1; j < 8; j++) sum += load(row + c + j * LANES);
            v[i] += sum;
        }
        vec sum = all(0);
        for (; c + LANES <= k; c += LANES) sum += load(row + c);
        sum += select(lane_numbers() < (int32_t)(k - c), load(row + c), all(0));
        v[i] += sum;
    }
    return sum_each(v);
}

/* The largest of each row; NaN are passed over, so it is -Inf where there is nothing else. */
TG_INLINE vec row_maxima(const float *x, size_t k) {
    vec v[LANES];
    for (size_t i = 0; i < LANES; i++) {
        const float *row = x + i * k;
        size_t c = 0;
        v[i] = all(-INFINITY);
        for (; c + LANES <= k; c += LANES) v[i] = maximum(load(row + c), v[i]);
        const vec rest = select(lane_numbers() < (int32_t)(k - c), load_first(row + c, k - c),
                                all(-INFINITY));
        v[i] = maximum(rest, v[i]);
    }
    return max_each(v);
}

/* e = exp(x), if all |x| are small enough for that; a NaN is not in the way. */
TG_INLINE bool few_exps_small(size_t vectors, const float *x, float *e) {
    vec largest = all(0);
    for (size_t j = 0; j < vectors; j++) {
        const vec v = load(x + j * LANES);
        largest = maximum(absolute(v), largest);
        store(e + j * LANES, exp_small(v));
    }
    return !any(largest > 40);
}

/* e = exp(x - something), for each row another. */
static __attribute__((noinline, unused)) void few_exps_by_row(size_t k, const float *x, float *e) {
    const vec maxima = row_maxima(x, k);
    const exp_shift by_row = exp_shift_for(maxima);
    for (size_t j = 0; j < k; j++) {
        const ivec rows = rows_of(j, k);
        const exp_shift shift = {permute(by_row.lowest, rows),
                                 (uvec)permute((vec)by_row.scale, rows)};
        store(e + j * LANES, exp_shifted(load(x + j * LANES), shift));
    }
    if (!any(~(absolute(maxima) < TG_EXP_LIMIT))) return;
    for (size_t i = 0; i < LANES; i++)
        for (size_t c = 0; c < k && !(fabsf(maxima[i]) < TG_EXP_LIMIT); c++)
            e[i * k + c] = (float)exp((double)x[i * k + c] - plain_unit(maxima[i]));
}

/* e_c = exp(x_c) times the same number throughout a row; `vectors` of the group are wanted. */
TG_INLINE void few_exps(size_t k, size_t vectors, const float *x, float *e) {
    if (__builtin_expect(!few_exps_small(vectors, x, e), 0)) few_exps_by_row(k, x, e);
}

#endif
