/* SPDX-License-Identifier: MIT */
/* Capture of a stream, and of a second one that forks from it. */
#ifndef TIGRILLO_CUDA_TEST_FORK_H
#define TIGRILLO_CUDA_TEST_FORK_H

#include "harness.h"

struct Fork { /* two branches from one stream, and back */
    CUstream other = nullptr;
    CUevent forked = nullptr, joined = nullptr;

    explicit Fork(const Session &s) {
        OK(cuStreamCreate, &other, CU_STREAM_NON_BLOCKING);
        OK(cuEventCreate, &forked, CU_EVENT_DISABLE_TIMING);
        OK(cuEventCreate, &joined, CU_EVENT_DISABLE_TIMING);
        OK(cuEventRecord, forked, s.stream);
        OK(cuStreamWaitEvent, other, forked, 0);
    }
    void join(const Session &s) const {
        OK(cuEventRecord, joined, other);
        OK(cuStreamWaitEvent, s.stream, joined, 0);
    }
    void destroy() const {
        OK(cuStreamDestroy, other);
        OK(cuEventDestroy, forked);
        OK(cuEventDestroy, joined);
    }
};

inline void begin(const Session &s) {
    OK(cuStreamBeginCapture, s.stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
}

#endif
