/* SPDX-License-Identifier: MIT */
/* Comparisons and choices: setp, set, selp, slct. */
#include <cmath>
#include <type_traits>

#include "ptx_execute.h"
#include "ptx_float.h"
#include "ptx_statement.h"

namespace ptx {

/* In the order of the names below; from EQU on, true where a number is NaN. */
enum Comparison { EQ, NE, LT, LE, GT, GE, EQU, NEU, LTU, LEU, GTU, GEU, NUM, UNORDERED };

enum Combination { ALONE, AND, OR, XOR };

template <class T> static bool ordered(unsigned comparison, T a, T b) {
    switch (comparison) {
    case EQ:
        return a == b;
    case NE:
        return a != b;
    case LT:
        return a < b;
    case LE:
        return a <= b;
    case GT:
        return a > b;
    default:
        return a >= b;
    }
}

template <class T> static bool compare(unsigned comparison, T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        const bool nan = std::isnan(a) || std::isnan(b);
        if (comparison == NUM) return !nan;
        if (comparison == UNORDERED) return nan;
        if (nan) return comparison >= EQU;
    }
    return ordered<T>(comparison >= EQU ? comparison - EQU : comparison, a, b);
}

static bool combine(unsigned combination, bool a, bool b) {
    switch (combination) {
    case AND:
        return a && b;
    case OR:
        return a || b;
    case XOR:
        return a != b;
    default:
        return a;
    }
}

template <class T> static bool compared(Thread &t, const Instruction &i, const Operand *arguments) {
    T a = read<T>(t, arguments[0]), b = read<T>(t, arguments[1]);
    if constexpr (std::is_same_v<T, float>) {
        if (i.flush) {
            a = flushed(a);
            b = flushed(b);
        }
    }
    return compare<T>(i.choice & 15, a, b);
}

/* operands: p, q or none, a, b, c */
template <class T> static void set_predicate(Thread &t, const Instruction &i) {
    const bool result = compared<T>(t, i, i.operands + 2);
    const unsigned combination = i.choice >> 4;
    const bool other = combination != ALONE && read<bool>(t, i.operands[4]);
    write<bool>(t, i.operands[0], combine(combination, result, other));
    write<bool>(t, i.operands[1], combine(combination, !result, other));
}

/* operands: d, a, b, c; all bits, or 1.0, for true */
template <class T> static void set_number(Thread &t, const Instruction &i) {
    const bool other = i.choice >> 4 != ALONE && read<bool>(t, i.operands[3]);
    const bool result = combine(i.choice >> 4, compared<T>(t, i, i.operands + 1), other);
    if (i.type == Type::f32)
        write<float>(t, i.operands[0], result ? 1.0f : 0.0f);
    else
        write<uint32_t>(t, i.operands[0], result ? UINT32_MAX : 0);
}

template <class T> static T select(T a, T b, bool condition) {
    return condition ? a : b;
}
template <class T> static T select_by_integer(T a, T b, int32_t c) {
    return c >= 0 ? a : b;
}
template <class T> static T select_by_float(T a, T b, float c) {
    return c >= 0 ? a : b;
}

static Handler predicate_handler(Type type) {
    switch (type) {
    case Type::b16:
    case Type::u16:
        return set_predicate<uint16_t>;
    case Type::s16:
        return set_predicate<int16_t>;
    case Type::b32:
    case Type::u32:
        return set_predicate<uint32_t>;
    case Type::s32:
        return set_predicate<int32_t>;
    case Type::b64:
    case Type::u64:
        return set_predicate<uint64_t>;
    case Type::s64:
        return set_predicate<int64_t>;
    case Type::f32:
        return set_predicate<float>;
    case Type::f64:
        return set_predicate<double>;
    default:
        return nullptr;
    }
}

static Handler number_handler(Type type) {
    switch (type) {
    case Type::b16:
    case Type::u16:
        return set_number<uint16_t>;
    case Type::s16:
        return set_number<int16_t>;
    case Type::b32:
    case Type::u32:
        return set_number<uint32_t>;
    case Type::s32:
        return set_number<int32_t>;
    case Type::b64:
    case Type::u64:
        return set_number<uint64_t>;
    case Type::s64:
        return set_number<int64_t>;
    case Type::f32:
        return set_number<float>;
    case Type::f64:
        return set_number<double>;
    default:
        return nullptr;
    }
}

/* lo, ls, hi and hs are lt and so on for unsigned integers. */
static int take_comparison(Statement &s) {
    static const std::vector<const char *> names = {"eq",  "ne",  "lt",  "le",  "gt",  "ge",
                                                    "equ", "neu", "ltu", "leu", "gtu", "geu",
                                                    "num", "nan", "lo",  "ls",  "hi",  "hs"};
    const int found = s.take_any(names);
    return found > UNORDERED ? found - UNORDERED - 1 + LT : found;
}

static Handler decode_set(Statement &s, Instruction &i) {
    const int comparison = take_comparison(s);
    const int combination = 1 + s.take_any({"and", "or", "xor"});
    if (comparison < 0) return nullptr;
    i.flush = s.take("ftz");
    i.choice = static_cast<uint8_t>(comparison | combination << 4);
    if (s.is("set")) {
        i.type = s.take_type();
        if (i.type != Type::u32 && i.type != Type::s32 && i.type != Type::f32) return nullptr;
    }
    const Type type = s.take_type();
    if (comparison >= EQU && !is_float(type)) return nullptr;
    if (s.is("setp") && !s.arguments.empty() && s.arguments[0].kind == Argument::single)
        s.arguments[0].operands.emplace_back();
    if (!s.place(i, combination == ALONE ? 3 : 4)) return nullptr;
    return s.is("setp") ? predicate_handler(type) : number_handler(type);
}

static Handler decode_select(Statement &s, Instruction &i) {
    const Type type = s.take_type();
    if (!s.place(i, 4)) return nullptr;
    if (s.is("selp")) {
        switch (size_of(type)) {
        case 2:
            return Apply<select<uint16_t>>::run;
        case 4:
            return Apply<select<uint32_t>>::run;
        case 8:
            return Apply<select<uint64_t>>::run;
        default:
            return nullptr;
        }
    }
    const Type by = s.take_type();
    if (by != Type::s32 && by != Type::f32) return nullptr;
    switch (size_of(type)) {
    case 2:
        return by == Type::s32 ? Apply<select_by_integer<uint16_t>>::run
                               : Apply<select_by_float<uint16_t>>::run;
    case 4:
        return by == Type::s32 ? Apply<select_by_integer<uint32_t>>::run
                               : Apply<select_by_float<uint32_t>>::run;
    case 8:
        return by == Type::s32 ? Apply<select_by_integer<uint64_t>>::run
                               : Apply<select_by_float<uint64_t>>::run;
    default:
        return nullptr;
    }
}

Handler decode_comparison(Statement &s, Instruction &i) {
    if (s.is("setp") || s.is("set")) return decode_set(s, i);
    if (s.is("selp") || s.is("slct")) return decode_select(s, i);
    return nullptr;
}

} // namespace ptx
