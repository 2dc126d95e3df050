/* SPDX-License-Identifier: MIT */
/* What .ftz, .sat and NaN mean, for all instructions that make floating-point numbers. */
#ifndef TIGRILLO_PTX_FLOAT_H
#define TIGRILLO_PTX_FLOAT_H

#include <cmath>
#include <cstdint>
#include <cstring>

#include "ptx_module.h"

namespace ptx {

void set_rounding(Rounding rounding);

inline float flushed(float v) {
    return std::fpclassify(v) == FP_SUBNORMAL ? std::copysign(0.0f, v) : v;
}
inline double flushed(double v) {
    return v;
}

/* To [0, 1]; NaN becomes 0. */
template <class T> T saturated(T v) {
    return v > 1 ? 1 : v > 0 ? v : 0;
}

/* Arithmetic on float32 makes one NaN only. */
inline float canonical(float v) {
    if (v == v) return v;
    const uint32_t bits = 0x7fffffff;
    float nan;
    memcpy(&nan, &bits, sizeof nan);
    return nan;
}
inline double canonical(double v) {
    return v;
}

} // namespace ptx

#endif
