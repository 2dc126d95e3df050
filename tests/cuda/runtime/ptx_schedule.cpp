/* SPDX-License-Identifier: MIT */
/* Which thread runs when. In random order three blocks are resident, and any of their threads may
 * be interrupted after any instruction; in the other orders one block runs after the other, and
 * each thread up to where it must wait. */
#include <algorithm>
#include <numeric>

#include "options.h"
#include "ptx_execute.h"
#include "report.h"

namespace ptx {

static constexpr size_t RESIDENT = 3;
static constexpr uint64_t TURN = 100000;     /* instructions until the others get a chance */
static constexpr uint32_t SHORT_TURN = 40;   /* at most, of a thread that is to be interrupted */
static constexpr uint64_t MOST = 1ull << 26; /* of a thread: it waits for what never comes */

static void start_thread(Block &block, unsigned number) {
    const Launch &launch = *block.launch;
    const Function &function = *launch.function;
    const LaunchConfiguration &configuration = launch.configuration;
    Thread &t = block.threads[number];
    t.all_registers.assign(function.registers, (uint64_t{poison_word} << 32) | poison_word);
    t.registers = t.all_registers.data();
    t.parameters.assign(function.frame_size, 0xff);
    t.local.assign(function.local_size, 0xff);
    t.local_written.assign(function.local_size, 0);
    t.frames.assign(1, {&function, 0, 0, 0, 0, nullptr});
    t.pc = function.first;
    t.state = State::running;
    t.carry = false;
    t.number = number;
    t.block = &block;
    t.executed = 0;
    t.mask = 0;
    t.value = 0;

    uint64_t *const r = t.registers;
    const Dimensions size = configuration.block, grid = configuration.grid;
    r[TID_X] = number % size.x;
    r[TID_Y] = number / size.x % size.y;
    r[TID_Z] = number / size.x / size.y;
    r[NTID_X] = size.x;
    r[NTID_Y] = size.y;
    r[NTID_Z] = size.z;
    r[CTAID_X] = block.place.x;
    r[CTAID_Y] = block.place.y;
    r[CTAID_Z] = block.place.z;
    r[NCTAID_X] = grid.x;
    r[NCTAID_Y] = grid.y;
    r[NCTAID_Z] = grid.z;
    r[LANEID] = t.lane();
    r[WARPID] = t.warp();
    r[NWARPID] = block.warps.size();
    r[LANEMASK_EQ] = 1u << t.lane();
    r[LANEMASK_LT] = (1u << t.lane()) - 1;
    r[LANEMASK_LE] = r[LANEMASK_EQ] | r[LANEMASK_LT];
    r[LANEMASK_GT] = static_cast<uint32_t>(~r[LANEMASK_LE]);
    r[LANEMASK_GE] = static_cast<uint32_t>(~r[LANEMASK_LT]);
    r[TOTAL_SHARED] = static_shared_size(*launch.module, function) + configuration.dynamic_shared;
    r[DYNAMIC_SHARED] = configuration.dynamic_shared;
    r[LOCAL_BASE] = 0;
    r[DYNAMIC_BASE] = launch.dynamic_base;
}

/* Epochs count the blocks of all launches. */
static uint64_t next_epoch() {
    static uint64_t last;
    return ++last;
}

static void start_block(Block &block, Launch &launch, uint32_t number) {
    const Dimensions grid = launch.configuration.grid;
    const unsigned threads = launch.block_threads;
    block.launch = &launch;
    block.number = number;
    block.place = {number % grid.x, number / grid.x % grid.y, number / grid.x / grid.y};
    block.alive = threads;
    block.warps.assign((threads + 31) / 32, Warp());
    if (threads % 32) block.warps.back().exited = ~0u << threads % 32;
    for (Barrier &barrier : block.barriers) barrier.arrived.clear();
    block.clocks.start(threads);

    const size_t shared = launch.shared_owner.size();
    block.shared.resize(shared + 3);
    for (size_t at = 0; at < shared; at += sizeof poison_word)
        memcpy(&block.shared[at], &poison_word, std::min(sizeof poison_word, shared + 3 - at));
    block.shared_written.assign(shared, 0);
    if (!block.shadow) block.shadow = std::make_unique<Shadow>(shared);
    block.shadow->set_epoch(next_epoch());

    block.threads.resize(threads);
    for (unsigned i = 0; i < threads; i++) start_thread(block, i);
}

static void run_thread(Thread &t, uint64_t turn) {
    const Instruction *const code = t.block->launch->module->code.data();
    set_current(&t);
    const uint64_t end = t.executed + turn;
    while (t.state == State::running && t.executed < end) {
        const Instruction &i = code[t.pc++];
        t.executed++;
        if (i.guard >= 0 && (t.registers[i.guard] != 0) == i.guard_inverted) continue;
        i.run(t, i);
    }
    if (t.executed > MOST)
        fault(t, "the thread has executed %lu instructions: it never ends",
              static_cast<unsigned long>(t.executed));
}

/* All threads that can run get one turn. */
static void run_round(Block &block) {
    static auto &ready = *new std::vector<unsigned>; /* kept for its memory */
    ready.clear();
    for (const Thread &t : block.threads)
        if (t.state == State::running) ready.push_back(t.number);
    if (ready.empty())
        fail("deadlock in kernel %s, block %u: %s", block.launch->function->name.c_str(),
             block.number, describe_waiting(block).c_str());
    const bool random = options().order == Order::random;
    if (options().order == Order::descending) std::reverse(ready.begin(), ready.end());
    if (random)
        for (size_t i = ready.size(); i > 1; i--)
            std::swap(ready[i - 1], ready[random_below(static_cast<uint32_t>(i))]);
    const bool interrupted = random && random_below(4) == 0;
    for (const unsigned number : ready) {
        Thread &t = block.threads[number];
        run_thread(t, interrupted ? 1 + random_below(SHORT_TURN) : TURN);
    }
}

/* The order in which blocks start. */
static std::vector<uint32_t> order_of_blocks(uint32_t count) {
    std::vector<uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    if (options().order == Order::descending) std::reverse(order.begin(), order.end());
    if (options().order == Order::random)
        for (uint32_t i = count; i > 1; i--) std::swap(order[i - 1], order[random_below(i)]);
    return order;
}

void run_launch(Launch &launch) {
    const Dimensions grid = launch.configuration.grid, size = launch.configuration.block;
    launch.block_threads = size.x * size.y * size.z;
    launch.epoch = next_epoch();
    launch.region_of.assign(launch.module->code.size(), nullptr);
    const std::vector<uint32_t> order = order_of_blocks(grid.x * grid.y * grid.z);
    const size_t resident = std::min<size_t>(options().order == Order::random ? RESIDENT : 1,
                                             order.size());
    size_t next = 0;
    std::vector<Block> blocks(resident);
    for (Block &block : blocks) start_block(block, launch, order[next++]);
    while (!blocks.empty()) {
        const size_t chosen = blocks.size() > 1 ? random_below(static_cast<uint32_t>(blocks.size()))
                                                : 0;
        Block &block = blocks[chosen];
        run_round(block);
        if (block.alive > 0) continue;
        if (next < order.size()) {
            start_block(block, launch, order[next++]);
        } else {
            std::swap(block, blocks.back());
            blocks.pop_back();
            for (Block &moved : blocks)
                for (Thread &t : moved.threads) t.block = &moved;
        }
    }
    set_current(nullptr);
}

} // namespace ptx
