/* SPDX-License-Identifier: MIT */
#include "native_warp.h"

#include "report.h"
#include <cstdio>
#include <cstring>

using cuda_native::WarpOperation;

static const char *name_of(WarpOperation operation) {
    switch (operation) {
    case WarpOperation::sync:
        return "__syncwarp";
    case WarpOperation::shuffle:
        return "__shfl_sync";
    case WarpOperation::shuffle_up:
        return "__shfl_up_sync";
    case WarpOperation::shuffle_down:
        return "__shfl_down_sync";
    case WarpOperation::shuffle_xor:
        return "__shfl_xor_sync";
    case WarpOperation::ballot:
        return "__ballot_sync";
    case WarpOperation::any:
        return "__any_sync";
    case WarpOperation::all:
        return "__all_sync";
    }
    return "?";
}

bool WarpCall::is_same_call(const WarpCall &other) const {
    return operation == other.operation && mask == other.mask && place.line == other.place.line &&
           !std::strcmp(place.file, other.place.file);
}

std::string WarpCall::describe() const {
    char text[500];
    std::snprintf(text, sizeof text, "%s() with mask %08x at %s:%d", name_of(operation), mask,
                  place.file, place.line);
    return text;
}

void Warp::start(unsigned lanes) {
    alive = lanes;
    waiting = 0;
}

unsigned Warp::arrive(unsigned lane, const WarpCall &call) {
    if (!(call.mask >> lane & 1))
        fail("warp collective: lane %u calls %s, which leaves it out", lane,
             call.describe().c_str());
    calls[lane] = call;
    waiting |= 1u << lane;
    return complete(lane);
}

unsigned Warp::exit(unsigned lane) {
    alive &= ~(1u << lane);
    for (unsigned other = 0; other < 32; other++)
        if (waiting >> other & 1)
            if (const unsigned group = complete(other)) return group | exit(lane);
    return 0;
}

/* The group of a waiting lane, if it is all there. */
unsigned Warp::complete(unsigned lane) {
    const unsigned group = calls[lane].mask & alive;
    if (group & ~waiting) return 0;
    for (unsigned other = 0; other < 32; other++)
        if ((group >> other & 1) && !calls[other].is_same_call(calls[lane]))
            fail("warp collective: lane %u is in %s, lane %u in %s", lane,
                 calls[lane].describe().c_str(), other, calls[other].describe().c_str());
    for (unsigned other = 0; other < 32; other++)
        if (group >> other & 1) results[other] = result(other);
    waiting &= ~group;
    return group;
}

/* The lane that a shuffle reads: the arithmetic of PTX's shfl.sync, c being what its segment mask
 * and clamp make of the width. */
static int source_lane(const WarpCall &call, int lane) {
    const int segment = lane & ~(call.width - 1), end = segment + call.width;
    int source = lane;
    switch (call.operation) {
    case WarpOperation::shuffle:
        return segment + (call.argument & (call.width - 1));
    case WarpOperation::shuffle_up:
        source = lane - call.argument;
        break;
    case WarpOperation::shuffle_down:
        source = lane + call.argument;
        break;
    default:
        source = lane ^ (call.argument & 31);
        break;
    }
    const bool up = call.operation == WarpOperation::shuffle_up;
    return (up ? source < segment : source >= end) ? lane : source;
}

std::uint64_t Warp::result(unsigned lane) const {
    const WarpCall &call = calls[lane];
    const unsigned group = call.mask & alive;
    unsigned ballot = 0;
    switch (call.operation) {
    case WarpOperation::sync:
        return 0;
    case WarpOperation::ballot:
    case WarpOperation::any:
    case WarpOperation::all:
        for (unsigned other = 0; other < 32; other++)
            if ((group >> other & 1) && calls[other].value) ballot |= 1u << other;
        if (call.operation == WarpOperation::ballot) return ballot;
        return call.operation == WarpOperation::any ? ballot != 0 : ballot == group;
    default:
        break;
    }
    const int source = source_lane(call, static_cast<int>(lane));
    if (!(group >> source & 1))
        fail("warp collective: lane %u reads lane %d, which %s, in %s", lane, source,
             call.mask >> source & 1 ? "has ended or never was" : "is not in the mask",
             call.describe().c_str());
    return calls[source].value;
}
