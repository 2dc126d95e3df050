/* SPDX-License-Identifier: MIT */
#include "ptx_clocks.h"

#include <algorithm>

namespace ptx {

void Clocks::start(unsigned thread_count) {
    threads = thread_count;
    clock.assign(threads, 1);
    by_all.assign(threads, 0);
    by_lane.assign(threads * size_t{32}, 0);
    by_thread.clear();
}

void Clocks::join_block() {
    for (unsigned thread = 0; thread < threads; thread++) by_all[thread] = ++clock[thread];
}

void Clocks::join_warp(unsigned warp, uint32_t lanes) {
    uint32_t joined[32] = {0};
    const unsigned first = warp * 32, end = std::min(first + 32, threads);
    const auto takes_part = [=](unsigned thread) { return (lanes >> (thread - first) & 1) != 0; };
    for (unsigned thread = first; thread < end; thread++) {
        if (!takes_part(thread)) continue;
        for (unsigned lane = 0; lane < 32; lane++)
            joined[lane] = std::max(joined[lane], by_lane[thread * 32 + lane]);
        joined[thread - first] = ++clock[thread];
    }
    for (unsigned thread = first; thread < end; thread++)
        if (takes_part(thread))
            std::copy(joined, joined + 32,
                      by_lane.begin() + static_cast<long>(thread * size_t{32}));
    if (by_thread.empty()) return;
    std::vector<unsigned> members;
    for (unsigned thread = first; thread < end; thread++)
        if (takes_part(thread)) members.push_back(thread);
    join_threads(members);
}

void Clocks::join_threads(const std::vector<unsigned> &members) {
    if (by_thread.empty()) by_thread.assign(size_t{threads} * threads, 0);
    std::vector<uint32_t> joined(threads, 0);
    for (const unsigned member : members) {
        const uint32_t *const known = &by_thread[size_t{member} * threads];
        for (unsigned other = 0; other < threads; other++)
            joined[other] = std::max(joined[other], known[other]);
        for (unsigned lane = 0, other = member / 32 * 32; lane < 32 && other < threads;
             lane++, other++)
            joined[other] = std::max(joined[other], by_lane[member * size_t{32} + lane]);
    }
    for (const unsigned member : members) joined[member] = ++clock[member];
    for (const unsigned member : members)
        std::copy(joined.begin(), joined.end(),
                  by_thread.begin() + static_cast<long>(size_t{member} * threads));
}

} // namespace ptx
