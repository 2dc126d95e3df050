/* SPDX-License-Identifier: MIT */
/* Barriers of a block (bar.sync, bar.red), and what an exit means for those who wait.
 *
 * CUDA leaves it undefined when threads wait at different __syncthreads(), or when some have
 * exited: both are faults here. Barriers with a number of threads, and barrier.sync without
 * .aligned, may be met at different instructions. */
#include <algorithm>

#include "ptx_execute.h"
#include "ptx_statement.h"

namespace ptx {

enum BarrierKind : uint8_t { SYNCHRONISE, COUNT, ALL, ANY, KIND = 3, ANYWHERE = 4 };

static std::string where(const Block &block, uint32_t pc) {
    return describe_instruction(*block.launch->module, pc - 1);
}

static void complete(Block &block, Barrier &barrier) {
    unsigned holds = 0;
    for (const unsigned number : barrier.arrived) holds += block.threads[number].value != 0;
    for (const unsigned number : barrier.arrived) {
        Thread &t = block.threads[number];
        const Instruction &i = block.launch->module->code[t.pc - 1];
        switch (i.choice & KIND) {
        case COUNT:
            write<uint32_t>(t, i.operands[0], holds);
            break;
        case ALL:
            write<bool>(t, i.operands[0], holds == barrier.arrived.size());
            break;
        case ANY:
            write<bool>(t, i.operands[0], holds != 0);
            break;
        default:
            break;
        }
        t.state = State::running;
    }
    if (barrier.arrived.size() == block.threads.size())
        block.clocks.join_block();
    else
        block.clocks.join_threads(barrier.arrived);
    barrier.arrived.clear();
}

static void check_exited(const Thread &t, const Barrier &barrier) {
    const Block &block = *t.block;
    if (barrier.arrived.empty() || barrier.expected <= block.alive) return;
    fault(t, "divergent barrier: %zu of %zu threads have exited and the others wait for them at %s",
          block.threads.size() - block.alive, block.threads.size(),
          where(block, barrier.pc).c_str());
}

/* operands: result or none, barrier, threads or none, predicate or none */
static void arrive(Thread &t, const Instruction &i) {
    Block &block = *t.block;
    const auto all = static_cast<unsigned>(block.threads.size());
    const uint32_t number = read<uint32_t>(t, i.operands[1]);
    if (number >= BARRIERS) fault(t, "there are %d barriers, not %u", BARRIERS, number + 1);
    Barrier &barrier = block.barriers[number];
    unsigned expected = all;
    if (i.operands[2].kind != Operand::none) {
        expected = read<uint32_t>(t, i.operands[2]);
        if (expected == 0 || expected % 32 != 0)
            fault(t, "barrier of %u threads, which are no whole warps", expected);
        if (expected > all) {
            if (expected - all >= 32) fault(t, "barrier of %u of %u threads", expected, all);
            expected = all;
        }
    }
    if (barrier.arrived.empty()) {
        barrier.expected = expected;
        barrier.pc = t.pc;
    } else if (barrier.expected != expected) {
        fault(t, "barrier of %u threads here, of %u at %s", expected, barrier.expected,
              where(block, barrier.pc).c_str());
    } else if (barrier.pc != t.pc && !(i.choice & ANYWHERE && expected != all)) {
        fault(t, "divergent barrier: other threads wait at %s", where(block, barrier.pc).c_str());
    }
    t.value = i.choice & KIND ? read<bool>(t, i.operands[3]) : 0;
    t.state = State::at_barrier;
    barrier.arrived.push_back(t.number);
    check_exited(t, barrier);
    if (barrier.arrived.size() == barrier.expected) complete(block, barrier);
}

void thread_exits(Thread &t) {
    Block &block = *t.block;
    t.state = State::exited;
    block.alive--;
    block.warps[t.warp()].exited |= 1u << t.lane();
    for (const Barrier &barrier : block.barriers) check_exited(t, barrier);
    complete_collective(block, t.warp());
}

std::string describe_waiting(const Block &block) {
    std::string made;
    unsigned named = 0;
    for (const Thread &t : block.threads) {
        if (t.state != State::at_barrier && t.state != State::in_collective) continue;
        if (named++ == 3) return made + "; ...";
        made += (made.empty() ? "" : "; ") + std::string("thread ") + std::to_string(t.number) +
                " waits at " + where(block, t.pc);
    }
    return made;
}

/* bar{.cta}.sync a {, b}; bar{.cta}.red.popc.u32 d, a {, b}, p; barrier the same, with or without
 * .aligned */
Handler decode_barrier(Statement &s, Instruction &i) {
    if (!s.is("bar") && !s.is("barrier")) return nullptr;
    s.take("cta");
    const bool aligned = s.take("aligned") || s.is("bar");
    const bool reduces = s.take("red");
    if (!reduces && !s.take("sync")) return nullptr;
    int kind = SYNCHRONISE;
    Argument none;
    none.operands.emplace_back();
    if (reduces) {
        kind = COUNT + s.take_any({"popc", "and", "or"});
        if (kind < COUNT || s.take_type() != (kind == COUNT ? Type::u32 : Type::predicate))
            return nullptr;
        if (s.arguments.size() == 3) s.arguments.insert(s.arguments.begin() + 2, none);
    } else {
        s.arguments.insert(s.arguments.begin(), none);
        if (s.arguments.size() == 2) s.arguments.push_back(none);
        s.arguments.push_back(none);
    }
    if (!s.place(i, 4)) return nullptr;
    const bool counted = i.operands[2].kind != Operand::none;
    i.choice = static_cast<uint8_t>(kind | (counted || !aligned ? ANYWHERE : 0));
    return arrive;
}

} // namespace ptx
