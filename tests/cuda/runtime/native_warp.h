/* SPDX-License-Identifier: MIT */
/* Warps: collectives of lanes. All lanes of a mask that have not ended must come to the same call.
 */
#ifndef TIGRILLO_CUDA_NATIVE_WARP_H
#define TIGRILLO_CUDA_NATIVE_WARP_H

#include "cuda_native.h"
#include <string>

/* What a lane waits in. */
struct WarpCall {
    cuda_native::WarpOperation operation;
    unsigned mask;
    cuda_native::Place place;
    std::uint64_t value; /* what is shuffled, or the predicate */
    int argument, width; /* of a shuffle */

    bool is_same_call(const WarpCall &other) const;
    std::string describe() const; /* "__shfl_xor_sync() with mask ffffffff at kernels/a.cu:12" */
};

struct Warp {
    WarpCall calls[32];
    std::uint64_t results[32];
    unsigned alive, waiting; /* lanes, as bits */

    void start(unsigned lanes);
    /* Both return the lanes that may go on: a group that is complete. */
    unsigned arrive(unsigned lane, const WarpCall &call);
    unsigned exit(unsigned lane);

  private:
    unsigned complete(unsigned lane);
    std::uint64_t result(unsigned lane) const;
};

#endif
