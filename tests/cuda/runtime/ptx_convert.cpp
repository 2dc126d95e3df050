/* SPDX-License-Identifier: MIT */
/* cvt: between all types, by way of the widest of their kind. */
#include <cfenv>
#include <cmath>
#include <limits>

#include "ptx_execute.h"
#include "ptx_float.h"
#include "ptx_statement.h"

namespace ptx {

/* Registers may be wider than the type: the upper bits are not looked at. */
static int64_t integer_in(const Thread &t, const Operand &operand, Type type) {
    switch (type) {
    case Type::u8:
        return read<uint8_t>(t, operand);
    case Type::s8:
        return read<int8_t>(t, operand);
    case Type::u16:
        return read<uint16_t>(t, operand);
    case Type::s16:
        return read<int16_t>(t, operand);
    case Type::u32:
        return read<uint32_t>(t, operand);
    case Type::s32:
        return read<int32_t>(t, operand);
    default:
        return read<int64_t>(t, operand);
    }
}

/* The register's upper bits get the sign, or zeros. */
static void integer_out(Thread &t, const Operand &operand, Type type, int64_t v) {
    switch (type) {
    case Type::u8:
        v = static_cast<uint8_t>(v);
        break;
    case Type::s8:
        v = static_cast<int8_t>(v);
        break;
    case Type::u16:
        v = static_cast<uint16_t>(v);
        break;
    case Type::s16:
        v = static_cast<int16_t>(v);
        break;
    case Type::u32:
        v = static_cast<uint32_t>(v);
        break;
    case Type::s32:
        v = static_cast<int32_t>(v);
        break;
    default:
        break;
    }
    if (operand.bits < 64) v &= (int64_t{1} << operand.bits) - 1;
    write<int64_t>(t, operand, v);
}

struct Range {
    Integer128 low, high;
};

static Range range_of(Type type) {
    const unsigned bits = 8 * size_of(type);
    const Integer128 one = 1;
    if (is_signed(type)) return {-(one << (bits - 1)), (one << (bits - 1)) - 1};
    return {0, (one << bits) - 1};
}

static void integer_to_integer(Thread &t, const Instruction &i) {
    const int64_t bits = integer_in(t, i.operands[1], i.source_type);
    Integer128 v = bits;
    if (i.source_type == Type::u64) v = static_cast<uint64_t>(bits);
    if (i.saturate) {
        const Range range = range_of(i.type);
        v = v < range.low ? range.low : v > range.high ? range.high : v;
    }
    integer_out(t, i.operands[0], i.type, static_cast<int64_t>(v));
}

/* Long double holds every integer of 64 bits, so there is one rounding, in the mode that is set. */
template <class T> __attribute__((noinline)) static T round_to(long double v) {
    volatile long double exact = v;
    volatile T made = static_cast<T>(exact);
    return made;
}

template <class T> static T rounded_to(long double v, Rounding rounding) {
    if (rounding == Rounding::nearest) return static_cast<T>(v);
    set_rounding(rounding);
    const T result = round_to<T>(v);
    set_rounding(Rounding::nearest);
    return result;
}

template <class T> static void integer_to_float(Thread &t, const Instruction &i) {
    const int64_t bits = integer_in(t, i.operands[1], i.source_type);
    const long double v = i.source_type == Type::u64
                              ? static_cast<long double>(static_cast<uint64_t>(bits))
                              : static_cast<long double>(bits);
    T result = rounded_to<T>(v, i.rounding);
    if (i.saturate) result = saturated(result);
    write<T>(t, i.operands[0], result);
}

/* To an integer, still as a floating-point number. */
template <class T> static T integral(T v, Rounding rounding) {
    switch (rounding) {
    case Rounding::zero:
        return std::trunc(v);
    case Rounding::down:
        return std::floor(v);
    case Rounding::up:
        return std::ceil(v);
    default:
        return std::nearbyint(v);
    }
}

template <class T> static void float_to_integer(Thread &t, const Instruction &i) {
    T v = read<T>(t, i.operands[1]);
    if (i.flush) v = flushed(v);
    const Range range = range_of(i.type);
    int64_t made;
    if (std::isnan(v)) {
        const bool zero = std::is_same_v<T, float> && size_of(i.type) < 8;
        made = zero ? 0 : static_cast<int64_t>(1ull << (8 * size_of(i.type) - 1));
    } else {
        const long double whole = integral(v, i.rounding);
        if (whole <= static_cast<long double>(range.low))
            made = static_cast<int64_t>(range.low);
        else if (whole >= static_cast<long double>(range.high))
            made = static_cast<int64_t>(range.high);
        else
            made = static_cast<int64_t>(static_cast<Integer128>(whole));
    }
    integer_out(t, i.operands[0], i.type, made);
}

template <class To, class From> static void float_to_float(Thread &t, const Instruction &i) {
    From v = read<From>(t, i.operands[1]);
    if (i.flush) v = flushed(v);
    To result;
    if (i.to_integer) {
        result = static_cast<To>(integral(v, i.rounding));
    } else {
        result = rounded_to<To>(v, i.rounding);
    }
    if (i.flush) result = flushed(result);
    if (i.saturate) result = saturated(result);
    write<To>(t, i.operands[0], canonical(result));
}

Handler decode_conversion(Statement &s, Instruction &i) {
    if (!s.is("cvt")) return nullptr;
    const int whole = s.take_any({"rni", "rzi", "rmi", "rpi"});
    i.to_integer = whole >= 0;
    i.rounding = i.to_integer ? static_cast<Rounding>(whole) : s.take_rounding();
    i.flush = s.take("ftz");
    i.saturate = s.take("sat");
    i.type = s.take_type();
    i.source_type = s.take_type();
    const bool from_float = is_float(i.source_type), to_float = is_float(i.type);
    const auto fits = [](Type type) {
        return is_float(type) || is_signed(type) || type == Type::u8 || type == Type::u16 ||
               type == Type::u32 || type == Type::u64;
    };
    if (!fits(i.type) || !fits(i.source_type) || !s.place(i, 2)) return nullptr;
    if (from_float && !to_float) {
        if (!i.to_integer) return nullptr;
        return i.source_type == Type::f32 ? float_to_integer<float> : float_to_integer<double>;
    }
    if (!from_float && i.to_integer) return nullptr;
    if (!to_float) return integer_to_integer;
    if (!from_float)
        return i.type == Type::f32 ? integer_to_float<float> : integer_to_float<double>;
    if (i.type == Type::f32)
        return i.source_type == Type::f32 ? float_to_float<float, float>
                                          : float_to_float<float, double>;
    return i.source_type == Type::f32 ? float_to_float<double, float>
                                      : float_to_float<double, double>;
}

} // namespace ptx
