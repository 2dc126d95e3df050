/* SPDX-License-Identifier: MIT */
/* What each thread of a block knows of the others' past: vector clocks.
 *
 * A thread's clock advances with each barrier that it passes. An access at clock c of one thread
 * happened before all that another does once it has passed a barrier together with the first, after
 * c, or with somebody who had. Barriers of the whole block, the common ones, cost one number a
 * thread; those of a warp (__syncwarp) one for each pair of lanes; those of some of the block's
 * threads one for each pair, which is kept only once there was one. */
#ifndef TIGRILLO_PTX_CLOCKS_H
#define TIGRILLO_PTX_CLOCKS_H

#include <cstdint>
#include <vector>

namespace ptx {

class Clocks {
  public:
    void start(unsigned thread_count);

    uint32_t now(unsigned thread) const {
        return clock[thread];
    }
    /* Whether what `other` did at `time` happened before what `thread` does now. */
    bool knows(unsigned thread, unsigned other, uint32_t time) const {
        return time < by_all[other] ||
               (thread / 32 == other / 32 && time < by_lane[thread * 32 + other % 32]) ||
               (!by_thread.empty() && time < by_thread[thread * threads + other]);
    }

    void join_block();
    void join_warp(unsigned warp, uint32_t lanes);
    void join_threads(const std::vector<unsigned> &members);

  private:
    unsigned threads = 0;
    std::vector<uint32_t> clock;     /* of each thread */
    std::vector<uint32_t> by_all;    /* up to when all threads know this one */
    std::vector<uint32_t> by_lane;   /* up to when the thread knows each lane of its warp */
    std::vector<uint32_t> by_thread; /* up to when the thread knows each other; may be empty */
};

} // namespace ptx

#endif
