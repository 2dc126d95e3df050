/* SPDX-License-Identifier: MIT */
/* Floating-point arithmetic that is exact up to rounding; approximations: ptx_approximate.cpp. */
#include <cfenv>
#include <cmath>
#include <limits>

#include "ptx_execute.h"
#include "ptx_float.h"
#include "ptx_statement.h"

namespace ptx {

void set_rounding(Rounding rounding) {
    static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
    fesetround(modes[static_cast<size_t>(rounding)]);
}

struct Add {
    template <class T> static T of(T a, T b, T) {
        return a + b;
    }
};
struct Subtract {
    template <class T> static T of(T a, T b, T) {
        return a - b;
    }
};
struct Multiply {
    template <class T> static T of(T a, T b, T) {
        return a * b;
    }
};
struct MultiplyAdd {
    template <class T> static T of(T a, T b, T c) {
        return std::fma(a, b, c);
    }
};
struct Divide {
    template <class T> static T of(T a, T b, T) {
        return a / b;
    }
};
struct SquareRoot {
    template <class T> static T of(T a, T, T) {
        return std::sqrt(a);
    }
};
struct Reciprocal {
    template <class T> static T of(T a, T, T) {
        return 1 / a;
    }
};
struct Absolute {
    template <class T> static T of(T a, T, T) {
        return std::fabs(a);
    }
};
struct Negate {
    template <class T> static T of(T a, T, T) {
        return -a;
    }
};
/* A number rather than NaN; -0 is below +0. */
struct Minimum {
    template <class T> static T of(T a, T b, T) {
        if (std::isnan(a)) return b;
        if (std::isnan(b)) return a;
        return a < b || (a == b && std::signbit(a)) ? a : b;
    }
};
struct Maximum {
    template <class T> static T of(T a, T b, T) {
        if (std::isnan(a)) return b;
        if (std::isnan(b)) return a;
        return a > b || (a == b && !std::signbit(a)) ? a : b;
    }
};
/* The same, but NaN wins. */
struct MinimumNan {
    template <class T> static T of(T a, T b, T c) {
        return std::isnan(a) || std::isnan(b) ? a + b : Minimum::of(a, b, c);
    }
};
struct MaximumNan {
    template <class T> static T of(T a, T b, T c) {
        return std::isnan(a) || std::isnan(b) ? a + b : Maximum::of(a, b, c);
    }
};

/* Under another rounding mode, out of the compiler's sight. */
template <class T, class Operation>
__attribute__((noinline)) static T rounded(Rounding rounding, T a, T b, T c) {
    set_rounding(rounding);
    volatile T va = a, vb = b, vc = c;
    volatile T result = Operation::template of<T>(va, vb, vc);
    set_rounding(Rounding::nearest);
    return result;
}

template <class T, class Operation> static void calculate(Thread &t, const Instruction &i) {
    T a = read<T>(t, i.operands[1]);
    T b = read<T>(t, i.operands[2]);
    T c = read<T>(t, i.operands[3]);
    if (i.flush) {
        a = flushed(a);
        b = flushed(b);
        c = flushed(c);
    }
    T result = i.rounding == Rounding::nearest ? Operation::template of<T>(a, b, c)
                                               : rounded<T, Operation>(i.rounding, a, b, c);
    if (i.flush) result = flushed(result);
    if (i.saturate) result = saturated(result);
    write<T>(t, i.operands[0], canonical(result));
}

template <class T> static T copy_sign(T sign, T magnitude) {
    return std::copysign(magnitude, sign);
}

enum TestProperty { FINITE, INFINITE, NUMBER, NOT_A_NUMBER, NORMAL, SUBNORMAL };

template <class T> static void test_property(Thread &t, const Instruction &i) {
    const T a = read<T>(t, i.operands[1]);
    const int kind = std::fpclassify(a);
    bool result = false;
    switch (i.choice) {
    case FINITE:
        result = std::isfinite(a);
        break;
    case INFINITE:
        result = kind == FP_INFINITE;
        break;
    case NUMBER:
        result = kind != FP_NAN;
        break;
    case NOT_A_NUMBER:
        result = kind == FP_NAN;
        break;
    case NORMAL:
        result = kind == FP_NORMAL;
        break;
    default:
        result = kind == FP_SUBNORMAL || kind == FP_ZERO;
        break;
    }
    write<bool>(t, i.operands[0], result);
}

struct FloatOperation {
    const char *name;
    size_t arguments;
    Handler f32, f64;
    bool rounds;
};

#define OPERATION(name, arguments, operation, rounds)                                              \
    { name, arguments, calculate<float, operation>, calculate<double, operation>, rounds }

static const FloatOperation operations[] = {
    OPERATION("add", 3, Add, true),
    OPERATION("sub", 3, Subtract, true),
    OPERATION("mul", 3, Multiply, true),
    OPERATION("fma", 4, MultiplyAdd, true),
    OPERATION("mad", 4, MultiplyAdd, true),
    OPERATION("div", 3, Divide, true),
    OPERATION("sqrt", 2, SquareRoot, true),
    OPERATION("rcp", 2, Reciprocal, true),
    OPERATION("abs", 2, Absolute, false),
    OPERATION("neg", 2, Negate, false),
    OPERATION("min", 3, Minimum, false),
    OPERATION("max", 3, Maximum, false),
    OPERATION("min.NaN", 3, MinimumNan, false),
    OPERATION("max.NaN", 3, MaximumNan, false),
};

Handler decode_float(Statement &s, Instruction &i) {
    std::string name = s.opcode;
    if ((s.is("min") || s.is("max")) && s.take("NaN")) name += ".NaN";
    i.flush = s.take("ftz");
    i.saturate = s.take("sat");
    if (s.is("testp")) {
        const int property = s.take_any(
            {"finite", "infinite", "number", "notanumber", "normal", "subnormal"});
        const Type type = s.take_type();
        if (property < 0 || !is_float(type) || !s.place(i, 2)) return nullptr;
        i.choice = static_cast<uint8_t>(property);
        return type == Type::f32 ? test_property<float> : test_property<double>;
    }
    if (s.is("copysign")) {
        const Type type = s.take_type();
        if (!is_float(type) || !s.place(i, 3)) return nullptr;
        return type == Type::f32 ? Apply<copy_sign<float>>::run : Apply<copy_sign<double>>::run;
    }
    for (const FloatOperation &operation : operations) {
        if (name != operation.name) continue;
        if (operation.rounds) i.rounding = s.take_rounding();
        const Type type = s.take_type();
        if (!is_float(type) || !s.place(i, operation.arguments)) return nullptr;
        return type == Type::f32 ? operation.f32 : operation.f64;
    }
    return nullptr;
}

} // namespace ptx
