/* SPDX-License-Identifier: MIT */
/* Integer arithmetic, logic and bits. */
#include <type_traits>

#include "ptx_execute.h"
#include "ptx_statement.h"

namespace ptx {

template <class T> using Unsigned = std::make_unsigned_t<T>;

/* Arithmetic wraps. Narrow types are widened first, which C++ does with int. */
template <class T> static uint64_t wide(T v) {
    return static_cast<uint64_t>(static_cast<int64_t>(v));
}

template <class T> static T add(T a, T b) {
    return static_cast<T>(wide(a) + wide(b));
}
template <class T> static T subtract(T a, T b) {
    return static_cast<T>(wide(a) - wide(b));
}
template <class T> static T multiply_low(T a, T b) {
    return static_cast<T>(wide(a) * wide(b));
}

/* The upper half of the product. */
template <class T> static T multiply_high(T a, T b) {
    using Double = std::conditional_t<std::is_signed_v<T>, Integer128, Unsigned128>;
    return static_cast<T>((static_cast<Double>(a) * static_cast<Double>(b)) >> (8 * sizeof(T)));
}

template <class T> struct TwiceAsWide;
template <> struct TwiceAsWide<int16_t> { using type = int32_t; };
template <> struct TwiceAsWide<uint16_t> { using type = uint32_t; };
template <> struct TwiceAsWide<int32_t> { using type = int64_t; };
template <> struct TwiceAsWide<uint32_t> { using type = uint64_t; };
template <class T> using Wide = typename TwiceAsWide<T>::type;

template <class T> static Wide<T> multiply_wide(T a, T b) {
    return static_cast<Wide<T>>(static_cast<Wide<T>>(a) * static_cast<Wide<T>>(b));
}
template <class T> static T mad_low(T a, T b, T c) {
    return add<T>(multiply_low<T>(a, b), c);
}
template <class T> static T mad_high(T a, T b, T c) {
    return add<T>(multiply_high<T>(a, b), c);
}
template <class T> static Wide<T> mad_wide(T a, T b, Wide<T> c) {
    return add<Wide<T>>(multiply_wide<T>(a, b), c);
}

static int32_t saturated(int64_t v) {
    return static_cast<int32_t>(v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v);
}
static int32_t add_saturated(int32_t a, int32_t b) {
    return saturated(static_cast<int64_t>(a) + b);
}
static int32_t subtract_saturated(int32_t a, int32_t b) {
    return saturated(static_cast<int64_t>(a) - b);
}

/* By zero: all bits set. The smallest integer by -1 is itself. */
template <class T> static T divide(T a, T b) {
    if (b == 0) return static_cast<T>(~T(0));
    if (std::is_signed_v<T> && b == static_cast<T>(-1)) return subtract<T>(0, a);
    return static_cast<T>(a / b);
}
template <class T> static T remainder(T a, T b) {
    if (b == 0) return static_cast<T>(~T(0));
    if (std::is_signed_v<T> && b == static_cast<T>(-1)) return 0;
    return static_cast<T>(a % b);
}

template <class T> static T minimum(T a, T b) {
    return a < b ? a : b;
}
template <class T> static T maximum(T a, T b) {
    return a > b ? a : b;
}
template <class T> static T absolute(T a) {
    return a < 0 ? subtract<T>(0, a) : a;
}
template <class T> static T negate(T a) {
    return subtract<T>(0, a);
}
/* |a - b| + c */
template <class T> static T sum_of_differences(T a, T b, T c) {
    return add<T>(a < b ? subtract<T>(b, a) : subtract<T>(a, b), c);
}

template <class T> static T bit_and(T a, T b) {
    return static_cast<T>(a & b);
}
template <class T> static T bit_or(T a, T b) {
    return static_cast<T>(a | b);
}
template <class T> static T bit_xor(T a, T b) {
    return static_cast<T>(a ^ b);
}
template <class T> static T bit_not(T a) {
    return static_cast<T>(~a);
}
template <class T> static T logical_not(T a) {
    return static_cast<T>(a == 0);
}
static bool predicate_not(bool a) {
    return !a;
}

/* Shifts by the width and more leave nothing, or the sign. */
template <class T> static T shift_left(T a, uint32_t by) {
    return by >= 8 * sizeof(T) ? T(0) : static_cast<T>(wide(a) << by);
}
template <class T> static T shift_right(T a, uint32_t by) {
    const uint32_t last = 8 * sizeof(T) - 1;
    if (by > last) return std::is_signed_v<T> ? static_cast<T>(a >> last) : T(0);
    return static_cast<T>(a >> by);
}

/* The funnel: 64 bits, of which 32 are kept. */
static uint32_t funnel_left(uint32_t low, uint32_t high, uint32_t by) {
    return by == 0 ? high : by >= 32 ? low : high << by | low >> (32 - by);
}
static uint32_t funnel_right(uint32_t low, uint32_t high, uint32_t by) {
    return by == 0 ? low : by >= 32 ? high : high << (32 - by) | low >> by;
}
static uint32_t funnel_left_wrap(uint32_t low, uint32_t high, uint32_t by) {
    return funnel_left(low, high, by & 31);
}
static uint32_t funnel_right_wrap(uint32_t low, uint32_t high, uint32_t by) {
    return funnel_right(low, high, by & 31);
}

static uint32_t population_32(uint32_t a) {
    return static_cast<uint32_t>(__builtin_popcount(a));
}
static uint32_t population_64(uint64_t a) {
    return static_cast<uint32_t>(__builtin_popcountll(a));
}
static uint32_t leading_zeros_32(uint32_t a) {
    return a ? static_cast<uint32_t>(__builtin_clz(a)) : 32;
}
static uint32_t leading_zeros_64(uint64_t a) {
    return a ? static_cast<uint32_t>(__builtin_clzll(a)) : 64;
}
template <class T> static T reverse(T a) {
    T made = 0;
    for (unsigned bit = 0; bit < 8 * sizeof(T); bit++)
        made = static_cast<T>(made | ((a >> bit & 1) << (8 * sizeof(T) - 1 - bit)));
    return made;
}

/* The most significant bit that is not the sign's; all bits set where there is none. */
template <class T> static uint32_t find_bit(T a) {
    const auto bits = static_cast<Unsigned<T>>(a < 0 ? ~a : a);
    return bits ? 63 - leading_zeros_64(bits) : UINT32_MAX;
}
template <class T> static uint32_t find_shift(T a) {
    const uint32_t bit = find_bit<T>(a);
    return bit == UINT32_MAX ? bit : static_cast<uint32_t>(8 * sizeof(T)) - 1 - bit;
}

template <class T> static T field(T a, uint32_t position, uint32_t length) {
    const uint32_t last = 8 * sizeof(T) - 1;
    const uint32_t start = position & 255, count = length & 255;
    const auto bits = static_cast<Unsigned<T>>(a);
    const uint32_t top = start + count - 1 < last ? start + count - 1 : last;
    const bool sign = std::is_signed_v<T> && count != 0 && (bits >> top & 1);
    Unsigned<T> made = 0;
    for (uint32_t bit = 0; bit <= last; bit++) {
        const bool set = bit < count && start + bit <= last ? bits >> (start + bit) & 1 : sign;
        made |= static_cast<Unsigned<T>>(set) << bit;
    }
    return static_cast<T>(made);
}
template <class T> static T insert_field(T what, T into, uint32_t position, uint32_t length) {
    const uint32_t start = position & 255, count = length & 255;
    for (uint32_t bit = 0; bit < count && start + bit < 8 * sizeof(T); bit++) {
        const T one = T(1) << (start + bit);
        into = (what >> bit & 1) ? into | one : into & ~one;
    }
    return into;
}

/* Any function of three bits, as a table of its eight values. */
static uint32_t logic_3(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
    uint32_t made = 0;
    if (table & 0x01) made |= ~a & ~b & ~c;
    if (table & 0x02) made |= ~a & ~b & c;
    if (table & 0x04) made |= ~a & b & ~c;
    if (table & 0x08) made |= ~a & b & c;
    if (table & 0x10) made |= a & ~b & ~c;
    if (table & 0x20) made |= a & ~b & c;
    if (table & 0x40) made |= a & b & ~c;
    if (table & 0x80) made |= a & b & c;
    return made;
}

/* Four of eight bytes; bit 3 of a selector spreads the byte's sign instead. */
static uint32_t permute(uint32_t a, uint32_t b, uint32_t selectors) {
    const uint64_t bytes = static_cast<uint64_t>(b) << 32 | a;
    uint32_t made = 0;
    for (unsigned i = 0; i < 4; i++) {
        const uint32_t selector = selectors >> (4 * i) & 15;
        uint32_t byte = static_cast<uint32_t>(bytes >> (8 * (selector & 7))) & 255;
        if (selector & 8) byte = byte & 128 ? 255 : 0;
        made |= byte << (8 * i);
    }
    return made;
}

template <class A, class B, class C> static C dot_4(uint32_t a, uint32_t b, C c) {
    for (unsigned i = 0; i < 32; i += 8)
        c = static_cast<C>(
            wide(c) + wide(static_cast<int64_t>(static_cast<A>(a >> i)) * static_cast<B>(b >> i)));
    return c;
}
static uint32_t dot_4_uu(uint32_t a, uint32_t b, uint32_t c) {
    return dot_4<uint8_t, uint8_t>(a, b, c);
}
static int32_t dot_4_us(uint32_t a, uint32_t b, int32_t c) {
    return dot_4<uint8_t, int8_t>(a, b, c);
}
static int32_t dot_4_su(uint32_t a, uint32_t b, int32_t c) {
    return dot_4<int8_t, uint8_t>(a, b, c);
}
static int32_t dot_4_ss(uint32_t a, uint32_t b, int32_t c) {
    return dot_4<int8_t, int8_t>(a, b, c);
}

/* ---- Sums of many words: the carry goes from one instruction to the next ---- */

/* product low: 0 none, 1 low, 2 high */
template <class T, int product, bool subtracts>
static void carried(Thread &t, const Instruction &i) {
    T a = read<T>(t, i.operands[1]);
    T b = read<T>(t, i.operands[2]);
    if (product) {
        const T c = read<T>(t, i.operands[3]);
        a = product == 1 ? multiply_low<T>(a, b) : multiply_high<T>(a, b);
        b = c;
    }
    const bool takes = i.choice & 1, leaves = i.choice & 2;
    const T with = takes && t.carry ? 1 : 0;
    const Unsigned128 one = 1;
    const Unsigned128 result = subtracts ? (one << 127) + a - b - with
                                         : static_cast<Unsigned128>(a) + b + with;
    if (leaves) t.carry = subtracts ? result < one << 127 : (result >> (8 * sizeof(T)) & 1) != 0;
    write<T>(t, i.operands[0], static_cast<T>(result));
}

static Handler decode_carried(Statement &s, Instruction &i) {
    const bool adds = s.is("add") || s.is("addc"), subtracts = s.is("sub") || s.is("subc");
    const bool multiplies = s.is("mad") || s.is("madc");
    if (!adds && !subtracts && !multiplies) return nullptr;
    const bool takes = s.opcode.back() == 'c', leaves = s.take("cc");
    if (!takes && !leaves) return nullptr;
    const int product = multiplies ? 1 + s.take_any({"lo", "hi"}) : 0;
    const Type type = s.take_type();
    if ((multiplies && product == 0) || size_of(type) < 4 || is_float(type)) return nullptr;
    i.choice = static_cast<uint8_t>(takes | leaves << 1);
    if (!s.place(i, multiplies ? 4 : 3)) return nullptr;
    const bool wide_type = size_of(type) == 8;
    if (subtracts) return wide_type ? carried<uint64_t, 0, true> : carried<uint32_t, 0, true>;
    if (product == 0) return wide_type ? carried<uint64_t, 0, false> : carried<uint32_t, 0, false>;
    if (product == 1) return wide_type ? carried<uint64_t, 1, false> : carried<uint32_t, 1, false>;
    if (is_signed(type)) return nullptr;
    return wide_type ? carried<uint64_t, 2, false> : carried<uint32_t, 2, false>;
}

/* ---- Which function for which type ---- */

#define FOR_NARROW(function)                                                                       \
    case Type::u16:                                                                                \
    case Type::b16:                                                                                \
        return Apply<function<uint16_t>>::run;                                                     \
    case Type::s16:                                                                                \
        return Apply<function<int16_t>>::run;
#define FOR_WORD(function)                                                                         \
    case Type::u32:                                                                                \
    case Type::b32:                                                                                \
        return Apply<function<uint32_t>>::run;                                                     \
    case Type::s32:                                                                                \
        return Apply<function<int32_t>>::run;
#define FOR_LONG(function)                                                                         \
    case Type::u64:                                                                                \
    case Type::b64:                                                                                \
        return Apply<function<uint64_t>>::run;                                                     \
    case Type::s64:                                                                                \
        return Apply<function<int64_t>>::run;
#define CHOOSE(type, cases)                                                                        \
    switch (type) { cases default : return nullptr; }
#define FOR_ANY(function) FOR_NARROW(function) FOR_WORD(function) FOR_LONG(function)

static Handler choose_product(Type type, int half) {
    switch (half) {
    case 0:
        CHOOSE(type, FOR_ANY(multiply_low))
    case 1:
        CHOOSE(type, FOR_ANY(multiply_high))
    case 2:
        CHOOSE(type, FOR_NARROW(multiply_wide) FOR_WORD(multiply_wide))
    default:
        return nullptr;
    }
}

static Handler choose_mad(Type type, int half) {
    switch (half) {
    case 0:
        CHOOSE(type, FOR_ANY(mad_low))
    case 1:
        CHOOSE(type, FOR_ANY(mad_high))
    case 2:
        CHOOSE(type, FOR_NARROW(mad_wide) FOR_WORD(mad_wide))
    default:
        return nullptr;
    }
}

static Handler choose_unary(const Statement &s, Type type) {
    if (s.is("abs")) CHOOSE(type, FOR_ANY(absolute))
    if (s.is("neg")) CHOOSE(type, FOR_ANY(negate))
    if (s.is("cnot")) CHOOSE(type, FOR_ANY(logical_not))
    if (s.is("not")) {
        if (type == Type::predicate) return Apply<predicate_not>::run;
        CHOOSE(type, FOR_ANY(bit_not))
    }
    if (s.is("popc"))
        return type == Type::b64   ? Apply<population_64>::run
               : type == Type::b32 ? Apply<population_32>::run
                                   : nullptr;
    if (s.is("clz"))
        return type == Type::b64   ? Apply<leading_zeros_64>::run
               : type == Type::b32 ? Apply<leading_zeros_32>::run
                                   : nullptr;
    if (s.is("brev"))
        return type == Type::b64   ? Apply<reverse<uint64_t>>::run
               : type == Type::b32 ? Apply<reverse<uint32_t>>::run
                                   : nullptr;
    return nullptr;
}

static Handler choose_binary(const Statement &s, Type type) {
    if (s.is("add")) CHOOSE(type, FOR_ANY(add))
    if (s.is("sub")) CHOOSE(type, FOR_ANY(subtract))
    if (s.is("div")) CHOOSE(type, FOR_ANY(divide))
    if (s.is("rem")) CHOOSE(type, FOR_ANY(remainder))
    if (s.is("min")) CHOOSE(type, FOR_ANY(minimum))
    if (s.is("max")) CHOOSE(type, FOR_ANY(maximum))
    if (s.is("shl")) CHOOSE(type, FOR_ANY(shift_left))
    if (s.is("shr")) CHOOSE(type, FOR_ANY(shift_right))
    if (s.is("and")) {
        if (type == Type::predicate) return Apply<bit_and<bool>>::run;
        CHOOSE(type, FOR_ANY(bit_and))
    }
    if (s.is("or")) {
        if (type == Type::predicate) return Apply<bit_or<bool>>::run;
        CHOOSE(type, FOR_ANY(bit_or))
    }
    if (s.is("xor")) {
        if (type == Type::predicate) return Apply<bit_xor<bool>>::run;
        CHOOSE(type, FOR_ANY(bit_xor))
    }
    return nullptr;
}

static Handler choose_dot(Statement &s) {
    const Type a = s.take_type(), b = s.take_type();
    if (size_of(a) != 4 || size_of(b) != 4) return nullptr;
    if (is_signed(a)) return is_signed(b) ? Apply<dot_4_ss>::run : Apply<dot_4_su>::run;
    return is_signed(b) ? Apply<dot_4_us>::run : Apply<dot_4_uu>::run;
}

static Handler choose_field(const Statement &s, Type type) {
    if (s.is("bfe")) CHOOSE(type, FOR_WORD(field) FOR_LONG(field))
    if (s.is("sad")) CHOOSE(type, FOR_ANY(sum_of_differences))
    if (s.is("lop3")) return type == Type::b32 ? Apply<logic_3>::run : nullptr;
    if (s.is("prmt")) return type == Type::b32 ? Apply<permute>::run : nullptr;
    if (s.is("bfi"))
        return type == Type::b64   ? Apply<insert_field<uint64_t>>::run
               : type == Type::b32 ? Apply<insert_field<uint32_t>>::run
                                   : nullptr;
    return nullptr;
}

static Handler choose_bit(const Statement &s, Type type, bool shift) {
    if (!s.is("bfind")) return nullptr;
    if (shift) CHOOSE(type, FOR_WORD(find_shift) FOR_LONG(find_shift))
    CHOOSE(type, FOR_WORD(find_bit) FOR_LONG(find_bit))
}

Handler decode_integer(Statement &s, Instruction &i) {
    const Statement whole = s;
    if (const Handler handler = decode_carried(s, i)) return handler;
    s = whole;
    if (s.is("shf")) {
        const bool left = s.take("l"), wraps = s.take("wrap");
        if (!left && !s.take("r")) return nullptr;
        if (!wraps && !s.take("clamp")) return nullptr;
        if (s.take_type() != Type::b32 || !s.place(i, 4)) return nullptr;
        if (left) return wraps ? Apply<funnel_left_wrap>::run : Apply<funnel_left>::run;
        return wraps ? Apply<funnel_right_wrap>::run : Apply<funnel_right>::run;
    }
    if (s.is("dp4a")) return s.place(i, 4) ? choose_dot(s) : nullptr;

    const int half = s.is("mul") || s.is("mad") ? s.take_any({"lo", "hi", "wide"}) : -1;
    const bool saturates = (s.is("add") || s.is("sub")) && s.take("sat");
    const bool shift_amount = s.is("bfind") && s.take("shiftamt");
    const Type type = s.take_type();
    if (is_float(type)) return nullptr;
    if (saturates) {
        if (type != Type::s32 || !s.place(i, 3)) return nullptr;
        return s.is("add") ? Apply<add_saturated>::run : Apply<subtract_saturated>::run;
    }
    const size_t count = s.arguments.size();
    if (!s.place(i, count)) return nullptr;
    if (s.is("mul")) return count == 3 ? choose_product(type, half) : nullptr;
    if (s.is("mad")) return count == 4 ? choose_mad(type, half) : nullptr;
    if (s.is("bfind")) return count == 2 ? choose_bit(s, type, shift_amount) : nullptr;
    if (count == 2) return choose_unary(s, type);
    if (count == 3) return choose_binary(s, type);
    return choose_field(s, type);
}

} // namespace ptx
