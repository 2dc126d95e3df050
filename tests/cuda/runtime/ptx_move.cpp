/* SPDX-License-Identifier: MIT */
/* mov, with packing and unpacking, and what turns addresses of one space into those of another. */
#include "ptx_execute.h"
#include "ptx_statement.h"

namespace ptx {

template <class T> static void move(Thread &t, const Instruction &i) {
    /* The base of a frame's or a launch's memory is a register; most addresses are immediates. */
    const Operand &from = i.operands[1];
    const uint64_t more = from.kind == Operand::reg ? from.value : 0;
    write<T>(t, i.operands[0], static_cast<T>(read<T>(t, from) + more));
}

static bool move_predicate(bool a) {
    return a;
}

/* mov.b64 %rd, {%r1, %r2}: i.vector elements into one */
static void pack(Thread &t, const Instruction &i) {
    const unsigned bits = 8 * size_of(i.type) / i.vector;
    const uint64_t mask = (1ull << bits) - 1;
    uint64_t made = 0;
    for (unsigned k = 0; k < i.vector; k++)
        made |= (read<uint64_t>(t, i.operands[1 + k]) & mask) << (bits * k);
    write<uint64_t>(t, i.operands[0], made);
}

static void unpack(Thread &t, const Instruction &i) {
    const unsigned bits = 8 * size_of(i.type) / i.vector;
    const uint64_t mask = (1ull << bits) - 1;
    const uint64_t from = read<uint64_t>(t, i.operands[i.vector]);
    for (unsigned k = 0; k < i.vector; k++)
        write<uint64_t>(t, i.operands[k], from >> (bits * k) & mask);
}

static void to_generic(Thread &t, const Instruction &i) {
    const Operand &from = i.operands[1];
    const uint64_t more = from.kind == Operand::reg ? from.value : 0;
    const uint64_t window = window_of(i.space);
    write<uint64_t>(t, i.operands[0], read<uint64_t>(t, from) + more + window);
}

/* An address of another space stays one that no access takes. */
static void from_generic(Thread &t, const Instruction &i) {
    const uint64_t address = read<uint64_t>(t, i.operands[1]);
    const uint64_t window = window_of(i.space);
    write<uint64_t>(t, i.operands[0],
                    (address & WINDOW_MASK) == window ? address - window : address | WINDOW_MASK);
}

static void is_in_space(Thread &t, const Instruction &i) {
    const uint64_t address = read<uint64_t>(t, i.operands[1]);
    write<bool>(t, i.operands[0], (address & WINDOW_MASK) == window_of(i.space));
}

static Handler decode_mov(Statement &s, Instruction &i) {
    i.type = s.take_type();
    if (s.arguments.size() != 2) return nullptr;
    const bool packs = s.arguments[1].kind == Argument::vector;
    const bool unpacks = s.arguments[0].kind == Argument::vector;
    if (!s.place(i, 2)) return nullptr;
    if (packs || unpacks) {
        const size_t count = s.arguments[packs ? 1 : 0].operands.size();
        if (packs == unpacks || (count != 2 && count != 4) || size_of(i.type) % count)
            return nullptr;
        i.vector = static_cast<uint8_t>(count);
        return packs ? pack : unpack;
    }
    if (i.type == Type::predicate) return Apply<move_predicate>::run;
    /* Of constants the host address is known; everything else is an address in its space. */
    switch (size_of(i.type)) {
    case 2:
        return move<uint16_t>;
    case 4:
        return move<uint32_t>;
    case 8:
        return move<uint64_t>;
    default:
        return nullptr;
    }
}

Handler decode_move(Statement &s, Instruction &i) {
    if (s.is("mov")) return decode_mov(s, i);
    if (!s.is("cvta") && !s.is("isspacep")) return nullptr;
    const bool to_space = s.take("to");
    i.space = s.take_space();
    if (i.space == Space::generic || !s.place(i, 2)) return nullptr;
    if (s.is("isspacep")) return is_in_space;
    if (s.take_type() != Type::u64) return nullptr;
    return to_space ? from_generic : to_generic;
}

} // namespace ptx
