/* SPDX-License-Identifier: MIT */
/* Instructions whose results NVIDIA documents up to an error only. Here they have about that error,
 * a different one for each argument but always the same for one: what a kernel makes of them must
 * bear it. Bounds: PTX ISA, "Floating Point Instructions". */
#include <cmath>

#include "ptx_execute.h"
#include "ptx_float.h"
#include "ptx_statement.h"

namespace ptx {

/* From -1 to 1, by the bits of the arguments. */
static double scatter(float a, float b = 0) {
    uint32_t first, second;
    memcpy(&first, &a, sizeof first);
    memcpy(&second, &b, sizeof second);
    uint64_t bits = (static_cast<uint64_t>(first) << 32 | second) + 0x9e3779b97f4a7c15ull;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ull;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebull;
    return static_cast<double>((bits ^ (bits >> 31)) >> 11) * 0x1p-52 - 1;
}

static bool is_ordinary(double v) {
    return std::isfinite(v) && v != 0;
}

/* Off by less than `ulps` units in the last place of float32, of which rounding has one half. */
static float within_ulps(double exact, double ulps, double where) {
    if (!is_ordinary(exact)) return static_cast<float>(exact);
    const double unit = std::ldexp(1.0, std::max(std::ilogb(exact), -126) - 23);
    return static_cast<float>(exact + where * (ulps - 0.5) * unit);
}

/* Off by less than the fraction `error`. */
static float within_fraction(double exact, double error, double where) {
    if (!is_ordinary(exact)) return static_cast<float>(exact);
    return static_cast<float>(exact * (1 + where * (error - 0x1p-24)));
}

/* Off by less than `error`. */
static float within_distance(double exact, double error, double where) {
    if (!std::isfinite(exact)) return static_cast<float>(exact);
    const double rounding = 0x1p-24 * std::fabs(exact);
    return static_cast<float>(exact + where * std::max(error - rounding, 0.0));
}

/* Of integers it is exact: nvcc's own exp() and tanh() need that. */
static float power_of_2(float a) {
    if (a == std::rint(a)) return static_cast<float>(std::exp2(static_cast<double>(a)));
    return within_ulps(std::exp2(static_cast<double>(a)), 2, scatter(a));
}
static float logarithm_2(float a) {
    const double exact = std::log2(static_cast<double>(a));
    if (a == 1) return 0;
    if (a > 0.5f && a < 2) return within_distance(exact, 0x1p-22, scatter(a));
    return within_fraction(exact, 0x1p-22, scatter(a));
}
static float reciprocal(float a) {
    return within_ulps(1 / static_cast<double>(a), 1, scatter(a));
}
static float square_root(float a) {
    return within_fraction(std::sqrt(static_cast<double>(a)), 0x1p-23, scatter(a));
}
static float reciprocal_root(float a) {
    return within_fraction(1 / std::sqrt(static_cast<double>(a)), 1.8e-7 /* 2^-22.4 */, scatter(a));
}
static float sine(float a) {
    if (a == 0) return a;
    return within_distance(std::sin(static_cast<double>(a)), 6.7e-7 /* 2^-20.5 */, scatter(a));
}
static float cosine(float a) {
    return within_distance(std::cos(static_cast<double>(a)), 6.7e-7, scatter(a));
}
static float hyperbolic_tangent(float a) {
    return within_fraction(std::tanh(static_cast<double>(a)), 0x1p-11, scatter(a));
}
static float quotient(float a, float b) {
    return within_ulps(static_cast<double>(a) / static_cast<double>(b), 2, scatter(a, b));
}
/* div.approx multiplies by a reciprocal, which is 0 for large divisors. */
static float quotient_small(float a, float b) {
    if (std::fabs(b) > 0x1p126f && std::isfinite(b))
        return std::isfinite(a) ? std::copysign(0.0f, a) * std::copysign(1.0f, b)
                                : canonical(std::nanf(""));
    return quotient(a, b);
}

template <float (*function)(float)> static void one(Thread &t, const Instruction &i) {
    float a = read<float>(t, i.operands[1]);
    if (i.flush) a = flushed(a);
    float result = function(a);
    if (i.flush) result = flushed(result);
    write<float>(t, i.operands[0], canonical(result));
}

template <float (*function)(float, float)> static void two(Thread &t, const Instruction &i) {
    float a = read<float>(t, i.operands[1]), b = read<float>(t, i.operands[2]);
    if (i.flush) {
        a = flushed(a);
        b = flushed(b);
    }
    float result = function(a, b);
    if (i.flush) result = flushed(result);
    write<float>(t, i.operands[0], canonical(result));
}

/* Of float64 there is a start for Newton's method only: the upper half of the result. */
static double upper_half(double v) {
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    bits &= ~0xffffffffull;
    memcpy(&v, &bits, sizeof bits);
    return v;
}
static double flush_64(double v) {
    return std::fpclassify(v) == FP_SUBNORMAL ? std::copysign(0.0, v) : v;
}
static double reciprocal_64(double a) {
    return flush_64(upper_half(1 / flush_64(a)));
}
static double reciprocal_root_64(double a) {
    return flush_64(upper_half(1 / std::sqrt(flush_64(a))));
}

static const struct {
    const char *name;
    Handler handler;
} functions[] = {
    {"ex2", one<power_of_2>},   {"lg2", one<logarithm_2>},         {"rcp", one<reciprocal>},
    {"sqrt", one<square_root>}, {"rsqrt", one<reciprocal_root>},   {"sin", one<sine>},
    {"cos", one<cosine>},       {"tanh", one<hyperbolic_tangent>},
};

Handler decode_approximation(Statement &s, Instruction &i) {
    const bool full = s.is("div") && s.take("full");
    if (!full && !s.take("approx")) return nullptr;
    i.flush = s.take("ftz");
    const Type type = s.take_type();
    if (s.is("div"))
        return type != Type::f32 || !s.place(i, 3) ? nullptr
               : full                              ? two<quotient>
                                                   : two<quotient_small>;
    if (!s.place(i, 2)) return nullptr;
    if (type == Type::f64 && i.flush) {
        if (s.is("rcp")) return Apply<reciprocal_64>::run;
        if (s.is("rsqrt")) return Apply<reciprocal_root_64>::run;
    }
    if (type != Type::f32) return nullptr;
    for (const auto &function : functions)
        if (s.is(function.name)) return function.handler;
    return nullptr;
}

} // namespace ptx
