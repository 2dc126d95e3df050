/* SPDX-License-Identifier: MIT */
/* What the lanes of a warp do together: shfl, vote, bar.warp.
 *
 * A lane that comes to one waits until all lanes of its mask that have not exited are at the same
 * instruction with the same mask; the last one completes it for all. */
#include "ptx_execute.h"
#include "ptx_statement.h"

namespace ptx {

enum Collective : uint8_t {
    SHUFFLE_INDEX,
    SHUFFLE_UP,
    SHUFFLE_DOWN,
    SHUFFLE_XOR,
    VOTE_ALL,
    VOTE_ANY,
    VOTE_UNIFORM,
    VOTE_BALLOT,
    SYNCHRONISE
};

static bool in_mask(uint32_t mask, unsigned lane) {
    return mask >> lane & 1;
}

static Thread &lane_of(Block &block, unsigned warp, unsigned lane) {
    return block.threads[warp * size_t{32} + lane];
}

static std::string where(const Thread &t) {
    return describe_instruction(*t.block->launch->module, t.pc - 1);
}

/* Lanes that name each other must be at the same place. */
static void check_partners(Thread &t) {
    Block &block = *t.block;
    const Warp &warp = block.warps[t.warp()];
    if (!in_mask(t.mask, t.lane()))
        fault(t, "warp collective: lane %u is not in its own mask %08x", t.lane(), t.mask);
    for (unsigned lane = 0; lane < 32; lane++) {
        if (lane == t.lane() || !in_mask(warp.waiting, lane)) continue;
        const Thread &other = lane_of(block, t.warp(), lane);
        if (!in_mask(t.mask, lane) && !in_mask(other.mask, t.lane())) continue;
        if (other.pc != t.pc)
            fault(t, "divergent warp collective: lane %u, in the mask %08x, is at another one, %s",
                  lane, t.mask, where(other).c_str());
        if (other.mask != t.mask)
            fault(t, "warp collective: the masks differ: %08x here, %08x in lane %u", t.mask,
                  other.mask, lane);
    }
}

/* The lane that a shuffle reads; false: there is none, and the lane keeps its own value. */
static bool shuffle_source(const Thread &t, const Instruction &i, unsigned *source) {
    const int lane = static_cast<int>(t.lane());
    const int by = static_cast<int>(read<uint32_t>(t, i.operands[3]) & 31);
    const uint32_t clamp = read<uint32_t>(t, i.operands[4]);
    const int segment = clamp >> 8 & 31, limit = clamp & 31;
    const int low = lane & segment, high = low | (limit & ~segment);
    int from = lane;
    bool valid = true;
    switch (i.choice) {
    case SHUFFLE_UP:
        from = lane - by;
        valid = from >= high;
        break;
    case SHUFFLE_DOWN:
        from = lane + by;
        valid = from <= high;
        break;
    case SHUFFLE_XOR:
        from = lane ^ by;
        valid = from <= high;
        break;
    default:
        from = low | (by & ~segment);
        valid = from <= high;
        break;
    }
    *source = static_cast<unsigned>(valid ? from : lane);
    return valid;
}

/* operands: d, p or none, a, b, c, mask */
static void shuffle(Block &block, unsigned warp, const Instruction &i, uint32_t mask) {
    const uint32_t exited = block.warps[warp].exited;
    uint32_t values[32] = {0};
    for (unsigned lane = 0; lane < 32; lane++)
        if (in_mask(mask & ~exited, lane))
            values[lane] = static_cast<uint32_t>(lane_of(block, warp, lane).value);
    for (unsigned lane = 0; lane < 32; lane++) {
        if (!in_mask(mask & ~exited, lane)) continue;
        Thread &t = lane_of(block, warp, lane);
        unsigned source;
        const bool valid = shuffle_source(t, i, &source);
        if (!in_mask(mask, source))
            fault(t, "shuffle reads lane %u, which is not in the mask %08x", source, mask);
        if (in_mask(exited, source))
            fault(t, "shuffle reads lane %u, which has exited or never was", source);
        write<uint32_t>(t, i.operands[0], values[source]);
        write<bool>(t, i.operands[1], valid);
    }
}

/* operands: d, a, mask */
static void vote(Block &block, unsigned warp, const Instruction &i, uint32_t lanes) {
    uint32_t ballot = 0;
    for (unsigned lane = 0; lane < 32; lane++)
        if (in_mask(lanes, lane) && lane_of(block, warp, lane).value) ballot |= 1u << lane;
    for (unsigned lane = 0; lane < 32; lane++) {
        if (!in_mask(lanes, lane)) continue;
        Thread &t = lane_of(block, warp, lane);
        switch (i.choice) {
        case VOTE_ALL:
            write<bool>(t, i.operands[0], ballot == lanes);
            break;
        case VOTE_ANY:
            write<bool>(t, i.operands[0], ballot != 0);
            break;
        case VOTE_UNIFORM:
            write<bool>(t, i.operands[0], ballot == lanes || ballot == 0);
            break;
        default:
            write<uint32_t>(t, i.operands[0], ballot);
            break;
        }
    }
}

static void complete(Block &block, unsigned warp_number, uint32_t mask, const Instruction &i) {
    Warp &warp = block.warps[warp_number];
    const uint32_t lanes = mask & ~warp.exited;
    if (i.choice <= SHUFFLE_XOR)
        shuffle(block, warp_number, i, mask);
    else if (i.choice != SYNCHRONISE)
        vote(block, warp_number, i, lanes);
    else
        block.clocks.join_warp(warp_number, lanes);
    warp.waiting &= ~lanes;
    for (unsigned lane = 0; lane < 32; lane++)
        if (in_mask(lanes, lane)) lane_of(block, warp_number, lane).state = State::running;
}

void complete_collective(Block &block, unsigned warp_number) {
    Warp &warp = block.warps[warp_number];
    for (unsigned lane = 0; lane < 32; lane++) {
        if (!in_mask(warp.waiting, lane)) continue;
        const Thread &t = lane_of(block, warp_number, lane);
        const uint32_t lanes = t.mask & ~warp.exited;
        if ((warp.waiting & lanes) == lanes)
            complete(block, warp_number, t.mask, block.launch->module->code[t.pc - 1]);
    }
}

static void arrive(Thread &t, const Instruction &i, uint32_t mask, uint64_t value) {
    t.mask = mask;
    t.value = value;
    t.state = State::in_collective;
    check_partners(t);
    Warp &warp = t.block->warps[t.warp()];
    warp.waiting |= 1u << t.lane();
    const uint32_t lanes = mask & ~warp.exited;
    if ((warp.waiting & lanes) == lanes) complete(*t.block, t.warp(), mask, i);
}

static void arrive_at_shuffle(Thread &t, const Instruction &i) {
    arrive(t, i, read<uint32_t>(t, i.operands[5]), read<uint32_t>(t, i.operands[2]));
}
static void arrive_at_vote(Thread &t, const Instruction &i) {
    arrive(t, i, read<uint32_t>(t, i.operands[2]), read<bool>(t, i.operands[1]));
}
static void arrive_at_synchronisation(Thread &t, const Instruction &i) {
    arrive(t, i, read<uint32_t>(t, i.operands[0]), 0);
}

/* activemask and match depend on how the hardware happens to run: they are not supported. */
Handler decode_collective(Statement &s, Instruction &i) {
    const bool warp_barrier = (s.is("bar") || s.is("barrier")) && s.take("warp");
    if (!s.take("sync")) return nullptr;
    int choice;
    if (s.is("shfl")) {
        choice = s.take_any({"idx", "up", "down", "bfly"});
        if (choice < 0 || s.take_type() != Type::b32 || s.arguments.size() != 5) return nullptr;
        if (s.arguments[0].kind == Argument::single) s.arguments[0].operands.emplace_back();
        if (!s.place(i, 5)) return nullptr;
        i.choice = static_cast<uint8_t>(choice);
        return arrive_at_shuffle;
    }
    if (s.is("vote")) {
        choice = s.take_any({"all", "any", "uni", "ballot"});
        const Type type = s.take_type();
        if (choice < 0 || !s.place(i, 3)) return nullptr;
        if (type != (VOTE_ALL + choice == VOTE_BALLOT ? Type::b32 : Type::predicate))
            return nullptr;
        i.choice = static_cast<uint8_t>(VOTE_ALL + choice);
        return arrive_at_vote;
    }
    i.choice = SYNCHRONISE;
    return warp_barrier && s.place(i, 1) ? arrive_at_synchronisation : nullptr;
}

} // namespace ptx
