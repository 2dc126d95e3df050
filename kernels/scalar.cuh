/* SPDX-License-Identifier: MIT */
/* The formulas of the CPU's kernels (src/cpu/kernels/exp.h, sigmoid.h, gelu.h) are written once, for
 * vectors as wide as a processor has them. For a thread of a GPU a vector is one float: this stands
 * in for src/cpu/kernels/vector.h. */
#ifndef KERNELS_SCALAR_CUH
#define KERNELS_SCALAR_CUH

#define TG_CPU_KERNELS_VECTOR_H

#include "device.cuh"

#define TG_INLINE INLINE

typedef float vec;
typedef int32_t ivec;
typedef uint32_t uvec;

INLINE ivec bits_of(float v) {
    return __float_as_int(v);
}
INLINE float from_bits(ivec v) {
    return __int_as_float(v);
}
INLINE float select(bool mask, float a, float b) {
    return mask ? a : b;
}

/* A NaN in b stays, one in a does not. */
INLINE float maximum(float a, float b) {
    return a > b ? a : b;
}
INLINE float minimum(float a, float b) {
    return a < b ? a : b;
}
INLINE float absolute(float a) {
    return fabsf(a);
}
INLINE float copy_sign(float a, float sign) {
    return copysignf(a, sign);
}
INLINE float multiply_add(float a, float b, float c) {
    return fmaf(a, b, c);
}

/* a b - product, exactly, where the product was rounded. */
INLINE float product_error(float a, float b, float product) {
    return fmaf(a, b, -product);
}

#define all(v) ((float)(v)) /* CUDA has a function of that name */
#include "cpu/kernels/gelu.h"
#include "cpu/kernels/sigmoid.h"
#undef all

#endif
