/* SPDX-License-Identifier: MIT */
/* Long sums: a few vectors are added in float32, and what they come to in float64. In float32 alone
 * the largest number of a row would swallow many small ones. */
#ifndef TG_CPU_KERNELS_WIDE_SUM_H
#define TG_CPU_KERNELS_WIDE_SUM_H

#include "cpu/kernels/wide.h"

enum { BLOCK = 16 }; /* so many vectors */

typedef struct wide_sum {
    wide low, high;
} wide_sum;

TG_INLINE void wide_add(wide_sum *sum, vec v) {
    sum->low += widen_low(v);
    sum->high += widen_high(v);
}

/* Adds *part and clears it when number i of a row's vectors was the last of its block. */
TG_INLINE void wide_add_block(wide_sum *sum, size_t i, vec *part) {
    if (i % BLOCK < BLOCK - 1) return;
    wide_add(sum, *part);
    *part = all(0);
}

TG_INLINE double wide_total(const wide_sum *sum) {
    return sum_wide(sum->low + sum->high);
}

#endif
