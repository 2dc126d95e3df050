/* SPDX-License-Identifier: MIT */
/* Functions of CUDA's mathematics. Those that are not correctly rounded there are made worse here,
 * by an error that depends on the value alone and is within what NVIDIA documents ("CUDA C++
 * Programming Guide", Mathematical Functions): a test that needs this processor's better rounding
 * then fails. */
#ifndef TIGRILLO_CUDA_NATIVE_MATH_H
#define TIGRILLO_CUDA_NATIVE_MATH_H

#ifndef TIGRILLO_CUDA_NATIVE_H
#error "include cuda_native.h"
#endif

#define CUDART_INF_F __builtin_inff()
#define CUDART_NAN_F __builtin_nanf("")
#define CUDART_INF __builtin_inf()
#define CUDART_NAN __builtin_nan("")

#define CUDA_NATIVE_MINIMUM(type)                                                                  \
    static inline type min(type a, type b) {                                                       \
        return b < a ? b : a;                                                                      \
    }                                                                                              \
    static inline type max(type a, type b) {                                                       \
        return a < b ? b : a;                                                                      \
    }
CUDA_NATIVE_MINIMUM(int)
CUDA_NATIVE_MINIMUM(unsigned)
CUDA_NATIVE_MINIMUM(long)
CUDA_NATIVE_MINIMUM(unsigned long)
CUDA_NATIVE_MINIMUM(long long)
CUDA_NATIVE_MINIMUM(unsigned long long)
static inline float min(float a, float b) {
    return fminf(a, b);
}
static inline float max(float a, float b) {
    return fmaxf(a, b);
}
static inline double min(double a, double b) {
    return fmin(a, b);
}
static inline double max(double a, double b) {
    return fmax(a, b);
}

namespace cuda_native {

/* -1 to 1, a hash of the value. */
inline float noise(float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    bits = (bits ^ bits >> 16) * 0x7feb352du;
    bits = (bits ^ bits >> 15) * 0x846ca68bu;
    bits ^= bits >> 16;
    return static_cast<float>(bits) / 2147483648.0f - 1;
}

inline bool is_ordinary(float value) {
    const float size = fabsf(value);
    return size >= 1.2e-38f && size < 3.0e38f; /* not 0, subnormal, near overflow, nor NaN */
}

/* Off by up to `ulps` units in the last place. */
inline float off_by_ulps(float value, float ulps) {
    if (!is_ordinary(value)) return value;
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    bits += static_cast<std::uint32_t>(static_cast<std::int32_t>(rintf(noise(value) * ulps)));
    std::memcpy(&value, &bits, sizeof bits);
    return value;
}

/* Off by one unit at most, but exact where it says no more than yes or no. */
inline float rounded_else(float value) {
    const float size = fabsf(value);
    return size == 1 ? value : off_by_ulps(value, 1);
}

inline float off_by(float value, float error) {
    return is_ordinary(value) ? value + noise(value) * error : value;
}

/* Error of a logarithm: absolute near 1, relative elsewhere. */
inline float logarithm(float x, float value, float error, float ulps) {
    return x >= 0.5f && x <= 2 ? off_by(value, error) : off_by_ulps(value, ulps);
}

inline float fast_divide(float a, float b) {
    const float size = fabsf(b);
    if (size > 0x1p126f && size < INFINITY) return isinf(a) ? NAN : copysignf(0, a) * b;
    return off_by_ulps(a / b, 2);
}

/* A value that the compiler must not contract with what is done next. */
template <class Value> inline Value kept_apart(Value value) {
#if defined(__x86_64__)
    __asm__("" : "+x"(value));
#else
    volatile Value kept = value;
    value = kept;
#endif
    return value;
}

} // namespace cuda_native

/* ---- Intrinsics. The C library has some of these names: so they are macros ---- */

#define __expf(x) cuda_native::exp_intrinsic(x)
#define __exp10f(x) cuda_native::exp10_intrinsic(x)
#define __logf(x) cuda_native::log_intrinsic(x)
#define __log2f(x) cuda_native::log2_intrinsic(x)
#define __log10f(x) cuda_native::log10_intrinsic(x)
#define __sinf(x) cuda_native::sin_intrinsic(x)
#define __cosf(x) cuda_native::cos_intrinsic(x)
#define __tanf(x) cuda_native::fast_divide(__sinf(x), __cosf(x))
#define __powf(x, y) cuda_native::pow_intrinsic(x, y)
#define __fdividef(a, b) cuda_native::fast_divide(a, b)
#define rsqrtf(x) cuda_native::reciprocal_root(x)

namespace cuda_native {

inline float exp_intrinsic(float x) {
    return off_by_ulps(expf(x), 2 + floorf(fabsf(1.173f * x)));
}
inline float exp10_intrinsic(float x) {
    return off_by_ulps(powf(10, x), 2 + floorf(fabsf(2.97f * x)));
}
inline float log_intrinsic(float x) {
    return logarithm(x, logf(x), 0x1p-21f * 0.75f, 3);
}
inline float log2_intrinsic(float x) {
    return logarithm(x, log2f(x), 0x1p-22f, 2);
}
inline float log10_intrinsic(float x) {
    return logarithm(x, log10f(x), 0x1p-24f, 3);
}
inline float sin_intrinsic(float x) {
    return off_by(sinf(x), 0x1p-21f * 0.75f);
}
inline float cos_intrinsic(float x) {
    return off_by(cosf(x), 0x1p-21f * 0.75f);
}
inline float pow_intrinsic(float x, float y) {
    return off_by_ulps(exp2f(y * log2_intrinsic(x)), 2);
}
inline float reciprocal_root(float x) {
    return off_by_ulps(static_cast<float>(1 / sqrt(static_cast<double>(x))), 2);
}

inline float perturbed_expf(float x) {
    return rounded_else(expf(x));
}
inline float perturbed_exp2f(float x) {
    return rounded_else(exp2f(x));
}
inline float perturbed_expm1f(float x) {
    return rounded_else(expm1f(x));
}
inline float perturbed_logf(float x) {
    return rounded_else(logf(x));
}
inline float perturbed_log2f(float x) {
    return rounded_else(log2f(x));
}
inline float perturbed_log1pf(float x) {
    return rounded_else(log1pf(x));
}
inline float perturbed_sinf(float x) {
    return rounded_else(sinf(x));
}
inline float perturbed_cosf(float x) {
    return rounded_else(cosf(x));
}
inline float perturbed_powf(float x, float y) {
    return rounded_else(powf(x, y));
}
inline float perturbed_tanhf(float x) {
    return rounded_else(tanhf(x));
}
inline float perturbed_erff(float x) {
    return rounded_else(erff(x));
}

} // namespace cuda_native

#define expf(x) cuda_native::perturbed_expf(x)
#define exp2f(x) cuda_native::perturbed_exp2f(x)
#define expm1f(x) cuda_native::perturbed_expm1f(x)
#define logf(x) cuda_native::perturbed_logf(x)
#define log2f(x) cuda_native::perturbed_log2f(x)
#define log1pf(x) cuda_native::perturbed_log1pf(x)
#define sinf(x) cuda_native::perturbed_sinf(x)
#define cosf(x) cuda_native::perturbed_cosf(x)
#define powf(x, y) cuda_native::perturbed_powf(x, y)
#define tanhf(x) cuda_native::perturbed_tanhf(x)
#define erff(x) cuda_native::perturbed_erff(x)

/* ---- Correctly rounded, and never contracted ---- */

static inline float __fadd_rn(float a, float b) {
    return cuda_native::kept_apart(a + b);
}
static inline float __fsub_rn(float a, float b) {
    return cuda_native::kept_apart(a - b);
}
static inline float __fmul_rn(float a, float b) {
    return cuda_native::kept_apart(a * b);
}
static inline float __fmaf_rn(float a, float b, float c) {
    return fmaf(a, b, c);
}
static inline float __fdiv_rn(float a, float b) {
    return a / b;
}
static inline float __frcp_rn(float x) {
    return 1 / x;
}
static inline float __fsqrt_rn(float x) {
    return sqrtf(x);
}
static inline float __frsqrt_rn(float x) {
    return static_cast<float>(1 / sqrt(static_cast<double>(x)));
}
static inline double __dadd_rn(double a, double b) {
    return cuda_native::kept_apart(a + b);
}
static inline double __dmul_rn(double a, double b) {
    return cuda_native::kept_apart(a * b);
}
static inline double __fma_rn(double a, double b, double c) {
    return fma(a, b, c);
}
static inline float __saturatef(float x) {
    return x > 0 ? fminf(x, 1) : 0; /* NaN becomes 0 */
}

/* ---- Conversions: what does not fit becomes the nearest number, NaN becomes 0 ---- */

static inline int __float2int_rz(float x) {
    if (x != x) return 0;
    return x >= 2147483648.0f ? INT_MAX : x <= -2147483648.0f ? INT_MIN : static_cast<int>(x);
}
static inline int __float2int_rn(float x) {
    return __float2int_rz(rintf(x));
}
static inline int __float2int_rd(float x) {
    return __float2int_rz(floorf(x));
}
static inline int __float2int_ru(float x) {
    return __float2int_rz(ceilf(x));
}
static inline float __int2float_rn(int x) {
    return static_cast<float>(x);
}
static inline float __uint2float_rn(unsigned x) {
    return static_cast<float>(x);
}

#endif
