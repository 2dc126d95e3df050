/* SPDX-License-Identifier: MIT */
/* Loads, stores and atomic operations. */
#include <algorithm>
#include <type_traits>

#include "ptx_execute.h"
#include "ptx_statement.h"

namespace ptx {

static uint64_t address_of(const Thread &t, const Operand &operand) {
    if (operand.kind != Operand::reg) return operand.value;
    const uint64_t address = t.registers[operand.index] + operand.value;
    return operand.bits == 32 ? static_cast<uint32_t>(address) : address;
}

/* What is narrower than its register is extended. T: the type in memory. */
template <class T> static void load(Thread &t, const Instruction &i) {
    const unsigned size = static_cast<unsigned>(sizeof(T)) * i.vector;
    const uint64_t address = address_of(t, i.operands[i.vector]);
    const uint8_t *const from = memory_at(t, i, address, size,
                                          i.atomic ? Mode::atomic : Mode::read);
    for (unsigned k = 0; k < i.vector; k++) {
        const Operand &to = i.operands[k];
        T v;
        memcpy(&v, from + k * sizeof v, sizeof v);
        if constexpr (std::is_signed_v<T>) {
            const int64_t extended = v;
            const uint64_t mask = to.bits == 64 ? ~0ull : (1ull << to.bits) - 1;
            write<uint64_t>(t, to, static_cast<uint64_t>(extended) & mask);
        } else {
            write<T>(t, to, v);
        }
    }
}

template <class T> static void store(Thread &t, const Instruction &i) {
    const unsigned size = static_cast<unsigned>(sizeof(T)) * i.vector;
    const uint64_t address = address_of(t, i.operands[0]);
    uint8_t *const to = memory_at(t, i, address, size, i.atomic ? Mode::atomic : Mode::write);
    for (unsigned k = 0; k < i.vector; k++) {
        const T v = read<T>(t, i.operands[1 + k]);
        memcpy(to + k * sizeof v, &v, sizeof v);
    }
}

static Handler load_handler(Type type) {
    switch (type) {
    case Type::b8:
    case Type::u8:
        return load<uint8_t>;
    case Type::s8:
        return load<int8_t>;
    case Type::b16:
    case Type::u16:
        return load<uint16_t>;
    case Type::s16:
        return load<int16_t>;
    case Type::b32:
    case Type::u32:
    case Type::f32:
        return load<uint32_t>;
    case Type::s32:
        return load<int32_t>;
    case Type::b64:
    case Type::u64:
    case Type::s64:
    case Type::f64:
        return load<uint64_t>;
    default:
        return nullptr;
    }
}

static Handler store_handler(Type type) {
    switch (size_of(type)) {
    case 1:
        return type == Type::predicate ? nullptr : store<uint8_t>;
    case 2:
        return store<uint16_t>;
    case 4:
        return store<uint32_t>;
    case 8:
        return store<uint64_t>;
    default:
        return nullptr;
    }
}

/* ---- Atomic operations ---- */

enum AtomicOperation {
    ADD,
    MINIMUM,
    MAXIMUM,
    AND,
    OR,
    XOR,
    EXCHANGE,
    COMPARE,
    INCREMENT,
    DECREMENT
};

template <class T> static T changed(unsigned operation, T old, T a, T b) {
    switch (operation) {
    case ADD:
        return static_cast<T>(static_cast<uint64_t>(old) + static_cast<uint64_t>(a));
    case MINIMUM:
        return std::min(old, a);
    case MAXIMUM:
        return std::max(old, a);
    case AND:
        return old & a;
    case OR:
        return old | a;
    case XOR:
        return old ^ a;
    case EXCHANGE:
        return a;
    case COMPARE:
        return old == a ? b : old;
    case INCREMENT:
        return old >= a ? T(0) : old + 1;
    default:
        return old == 0 || old > a ? a : old - 1;
    }
}

/* operands: what was there, or none; address, a, b */
template <class T> static void atomic(Thread &t, const Instruction &i) {
    uint8_t *const at = memory_at(t, i, address_of(t, i.operands[1]), sizeof(T), Mode::atomic);
    T old;
    memcpy(&old, at, sizeof old);
    const T next = changed<T>(i.choice, old, read<T>(t, i.operands[2]), read<T>(t, i.operands[3]));
    memcpy(at, &next, sizeof next);
    write<T>(t, i.operands[0], old);
}

static Handler decode_atomic(Statement &s, Instruction &i) {
    const int operation = s.take_any(
        {"add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"});
    s.take_any({"relaxed", "acquire", "release", "acq_rel"});
    s.take_any({"cta", "cluster", "gpu", "sys"});
    i.space = s.take_space();
    const Type type = s.take_type();
    if (operation < 0) return nullptr;
    i.choice = static_cast<uint8_t>(operation);
    const size_t values = operation == COMPARE ? 2 : 1;
    if (s.is("red")) s.arguments.insert(s.arguments.begin(), Argument());
    if (s.is("red")) s.arguments[0].operands.emplace_back();
    if (!s.place(i, 2 + values) || s.arguments[1].kind != Argument::address) return nullptr;
    const bool counts = operation == INCREMENT || operation == DECREMENT;
    if (counts && type != Type::u32) return nullptr;
    switch (type) {
    case Type::b32:
    case Type::u32:
        return atomic<uint32_t>;
    case Type::s32:
        return atomic<int32_t>;
    case Type::b64:
    case Type::u64:
        return atomic<uint64_t>;
    case Type::s64:
        return atomic<int64_t>;
    default:
        return nullptr; /* sums of floats would depend on the order */
    }
}

/* ---- Which handler ---- */

static bool take_cache_hints(Statement &s) {
    static const std::vector<const char *> hints = {"ca",
                                                    "cg",
                                                    "cs",
                                                    "lu",
                                                    "cv",
                                                    "wb",
                                                    "wt",
                                                    "L1::evict_normal",
                                                    "L1::evict_unchanged",
                                                    "L1::evict_first",
                                                    "L1::evict_last",
                                                    "L1::no_allocate",
                                                    "L2::64B",
                                                    "L2::128B",
                                                    "L2::256B",
                                                    "L2::evict_normal",
                                                    "L2::evict_first",
                                                    "L2::evict_last"};
    while (s.take_any(hints) >= 0) {
    }
    return true;
}

/* Relaxed, acquiring and releasing accesses count as atomic ones; volatile ones do not: a kernel
 * that orders its threads by them is as good as racing. */
static void take_order(Statement &s, Instruction &i) {
    s.take("weak");
    s.take("volatile");
    i.atomic = s.take_any({"relaxed", "acquire", "release"}) >= 0;
    s.take_any({"cta", "cluster", "gpu", "sys"});
}

Handler decode_memory(Statement &s, Instruction &i) {
    if (s.is("atom") || s.is("red")) return decode_atomic(s, i);
    const bool loads = s.is("ld") || s.is("ldu");
    if (!loads && !s.is("st")) return nullptr;
    take_order(s, i);
    take_cache_hints(s);
    i.read_only = s.take("nc");
    i.space = s.take_space();
    i.vector = static_cast<uint8_t>(s.take("v2") ? 2 : s.take("v4") ? 4 : 1);
    i.type = s.take_type();
    if (s.arguments.size() != 2) return nullptr;
    const Argument &address = s.arguments[loads ? 1 : 0];
    const Argument &values = s.arguments[loads ? 0 : 1];
    if (address.kind != Argument::address || values.operands.size() != i.vector) return nullptr;
    if (i.space == Space::parameter && address.space == Space::frame) i.space = Space::frame;
    if (i.space == Space::generic && address.space != Space::generic) i.space = address.space;
    if (!s.place(i, 2)) return nullptr;
    return loads ? load_handler(i.type) : store_handler(i.type);
}

} // namespace ptx
