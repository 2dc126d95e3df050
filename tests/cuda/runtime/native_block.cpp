/* SPDX-License-Identifier: MIT */
#include "native_block.h"

#include "cuda_native.h"
#include "fiber.h"
#include "native_warp.h"
#include "options.h"
#include "report.h"
#include <cstring>
#include <memory>
#include <vector>

using cuda_native::BarrierKind;
using cuda_native::Place;

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

#ifdef TIGRILLO_CUDA_TSAN
static constexpr unsigned parities = 2;
#else
static constexpr unsigned parities = 1;
#endif

enum class State { ready, at_barrier, in_warp, ended };

struct Thread {
    Fiber fibers[parities];
    uint3 index;
    State state;
    Place place; /* of what it waits in */
    BarrierKind barrier;
    bool predicate;
};

/* Threads that can run: at most 1024, as bits. */
class ReadySet {
  public:
    void clear() {
        std::memset(words, 0, sizeof words);
        count = 0;
    }
    void add(unsigned thread) {
        words[thread / 64] |= std::uint64_t(1) << thread % 64;
        count++;
    }
    bool empty() const {
        return !count;
    }
    unsigned take(unsigned threads) {
        const Order order = options().order;
        const unsigned thread = order == Order::ascending    ? next(0)
                                : order == Order::descending ? last()
                                                             : next(random_below(threads));
        words[thread / 64] &= ~(std::uint64_t(1) << thread % 64);
        count--;
        return thread;
    }

  private:
    static constexpr unsigned size = 16;
    std::uint64_t words[size];
    unsigned count;

    /* The first at `from` or behind it, or else the first of all. */
    unsigned next(unsigned from) const {
        std::uint64_t word = words[from / 64] & (~std::uint64_t(0) << from % 64);
        for (unsigned i = from / 64;; word = words[i]) {
            if (word) return i * 64 + static_cast<unsigned>(__builtin_ctzll(word));
            i = (i + 1) % size;
        }
    }
    unsigned last() const {
        unsigned i = size - 1;
        while (!words[i]) i--;
        return i * 64 + 63 - static_cast<unsigned>(__builtin_clzll(words[i]));
    }
};

static std::vector<std::unique_ptr<Thread>> threads; /* as many as any block had */
static std::vector<Warp> warps;
static unsigned count, alive, at_barrier; /* threads of the block */
static unsigned current;
static unsigned parity;
static int barrier_result;
static ReadySet ready;
static const std::function<void()> *running_body;

#ifdef TIGRILLO_CUDA_TSAN
/* What orders memory for the thread sanitizer: addresses, never read. */
static char block_tag, launch_tag, barrier_tags[parities], warp_tags[32][parities];
#define RELEASE(tag) __tsan_release(&(tag))
#define ACQUIRE(tag) __tsan_acquire(&(tag))
#else
#define RELEASE(tag) (void)0
#define ACQUIRE(tag) (void)0
#endif

static Thread &thread(unsigned number) {
    return *threads[number];
}

static void leave(State state) {
    Thread &self = thread(current);
    self.state = state;
    self.fibers[parity].leave(state == State::ended);
}

NOT_SANITIZED static void thread_main() {
    thread(current).fibers[parity].entered();
    (*running_body)();
    leave(State::ended);
    __builtin_unreachable();
}

static void make_ready(unsigned number) {
    thread(number).state = State::ready;
    ready.add(number);
}

/* ---- Barriers ---- */

static int result_of(BarrierKind kind, unsigned predicates) {
    switch (kind) {
    case BarrierKind::conjunction:
        return predicates == count;
    case BarrierKind::disjunction:
        return predicates != 0;
    default:
        return static_cast<int>(predicates);
    }
}

static bool is_same_barrier(const Thread &a, const Thread &b) {
    return a.barrier == b.barrier && a.place.line == b.place.line &&
           !std::strcmp(a.place.file, b.place.file);
}

/* Once all threads that have not ended wait at a barrier, it must be one, and they must be all. */
static void check_barrier() {
    if (!at_barrier || at_barrier < alive) return;
    const Thread *first = nullptr;
    unsigned first_number = 0, predicates = 0;
    for (unsigned i = 0; i < count; i++) {
        const Thread &other = thread(i);
        if (other.state == State::ended) continue;
        if (!first) {
            first = &other;
            first_number = i;
        }
        if (!is_same_barrier(*first, other))
            fail("divergent barrier: thread %u waits at %s:%d, thread %u at %s:%d", first_number,
                 first->place.file, first->place.line, i, other.place.file, other.place.line);
        predicates += other.predicate;
    }
    if (alive < count)
        fail("barrier not reached by all: %u of %u threads ended without coming to %s:%d, where "
             "the others wait",
             count - alive, count, first->place.file, first->place.line);
    barrier_result = result_of(first->barrier, predicates);
    at_barrier = 0;
    for (unsigned i = 0; i < count; i++) make_ready(i);
}

int cuda_native::barrier(BarrierKind kind, bool predicate, Place place) {
    Thread &self = thread(current);
    self.place = place;
    self.barrier = kind;
    self.predicate = predicate;
    self.state = State::at_barrier;
    at_barrier++;
    RELEASE(barrier_tags[parity]);
    check_barrier();
    self.fibers[parity].leave(false);
    ACQUIRE(barrier_tags[parity]);
    return barrier_result;
}

/* ---- Warps ---- */

static void release_lanes(unsigned warp, unsigned lanes) {
    for (; lanes; lanes &= lanes - 1)
        make_ready(warp * 32 + static_cast<unsigned>(__builtin_ctz(lanes)));
}

std::uint64_t cuda_native::warp_collective(WarpOperation operation, unsigned mask,
                                           std::uint64_t value, int argument, int width,
                                           Place place) {
    if (width < 1 || width > 32 || (width & (width - 1)))
        fail("shuffle with a width of %d at %s:%d: it must be 1, 2, 4, 8, 16 or 32", width,
             place.file, place.line);
    const unsigned warp = current / 32, lane = current % 32;
    thread(current).place = place;
    thread(current).state = State::in_warp;
    /* Of all these, only __syncwarp() orders memory. */
    if (operation == WarpOperation::sync) RELEASE(warp_tags[warp][parity]);
    release_lanes(warp, warps[warp].arrive(lane, {operation, mask, place, value, argument, width}));
    thread(current).fibers[parity].leave(false);
    if (operation == WarpOperation::sync) ACQUIRE(warp_tags[warp][parity]);
    return warps[warp].results[lane];
}

/* ---- The block ---- */

static void end_thread(unsigned number) {
    alive--;
    release_lanes(number / 32, warps[number / 32].exit(number % 32));
    check_barrier();
}

[[noreturn]] static void fail_deadlock() {
    for (unsigned i = 0; i < count; i++) {
        const Thread &waiting = thread(i);
        if (waiting.state == State::ended) continue;
        current = i;
        threadIdx = waiting.index;
        fail("deadlock: thread %u waits for ever in a %s at %s:%d", i,
             waiting.state == State::at_barrier ? "barrier" : "warp collective", waiting.place.file,
             waiting.place.line);
    }
    fail("deadlock: nothing can run");
}

void block_begin_launch(const Dimensions &block) {
    count = block.x * block.y * block.z;
    while (threads.size() < count) threads.push_back(std::make_unique<Thread>());
    warps.resize((count + 31) / 32);
    for (unsigned i = 0; i < count; i++)
        thread(i).index = {i % block.x, i / block.x % block.y, i / (block.x * block.y)};
}

void block_end_launch() {
#ifdef TIGRILLO_CUDA_TSAN
    for (unsigned i = 0; i < count; i++)
        for (Fiber &fiber : thread(i).fibers) fiber.release(&launch_tag);
    __tsan_acquire(&launch_tag);
#endif
}

void block_run(const std::function<void()> &body, unsigned block_parity) {
    parity = block_parity % parities;
    running_body = &body;
    alive = count;
    at_barrier = 0;
    ready.clear();
#ifdef TIGRILLO_CUDA_TSAN
    __tsan_release(&block_tag); /* what the host did, and not what other blocks did */
    for (unsigned i = 0; i < count; i++) thread(i).fibers[parity].acquire(&block_tag);
#endif
    for (unsigned i = 0; i < count; i++) {
        thread(i).fibers[parity].prepare(thread_main);
        make_ready(i);
    }
    for (unsigned warp = 0; warp < warps.size(); warp++) {
        const unsigned lanes = count - warp * 32;
        warps[warp].start(lanes >= 32 ? 0xffffffffu : (1u << lanes) - 1);
    }
    while (alive) {
        if (ready.empty()) fail_deadlock();
        current = ready.take(count);
        threadIdx = thread(current).index;
        thread(current).fibers[parity].enter();
        if (thread(current).state == State::ended) end_thread(current);
    }
}
