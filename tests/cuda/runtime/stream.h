/* SPDX-License-Identifier: MIT */
/* Streams, events, captures and graphs, as the driver's handles point to them.
 *
 * A stream is the last task that was queued to it; an event, the task it was recorded behind. While
 * a stream is being captured, it is instead the nodes of the capture that its next node follows. */
#ifndef TIGRILLO_CUDA_STREAM_H
#define TIGRILLO_CUDA_STREAM_H

#include "api.h"
#include "objects.h"
#include "task.h"
#include <memory>
#include <thread>
#include <vector>

/* One operation: what a stream is asked to do, now or in each launch of a graph. */
struct Operation {
    std::function<void()> at_call; /* when it is queued: what the host sees at once; may be empty */
    std::function<void()> run;     /* when the device comes to it */
};

using NodeNumbers = std::vector<std::size_t>;

struct Node {
    Operation operation;
    NodeNumbers after;
};

struct Capture {
    CUstream origin = nullptr;
    CUstreamCaptureMode mode = CU_STREAM_CAPTURE_MODE_GLOBAL;
    std::thread::id thread;
    std::vector<Node> nodes;
    std::vector<CUstream> streams; /* the origin and those that joined */
    bool invalid = false, ended = false;
};

using CapturePointer = std::shared_ptr<Capture>;

struct CUstream_st : Object {
    CUstream_st() : Object("stream") {
    }
    TaskPointer last;
    CapturePointer capture; /* nullptr: not being captured */
    NodeNumbers after;      /* in the capture: what the next node follows */
};

struct CUevent_st : Object {
    CUevent_st() : Object("event") {
    }
    bool has_timing = true;
    TaskPointer task; /* nullptr: never recorded outside of a capture */
    CapturePointer capture;
    NodeNumbers after;
};

struct CUgraph_st : Object {
    CUgraph_st() : Object("graph") {
    }
    std::vector<Node> nodes;
};

struct CUgraphExec_st : Object {
    CUgraphExec_st() : Object("executable graph") {
    }
    std::vector<Node> nodes;
    TaskPointer last; /* the end of its latest launch */
};

/* Ends the test for NULL (the legacy stream, which waits for all others) and for what is no stream.
 */
void stream_check(CUstream stream);

/* Queues an operation, or adds it to the stream's capture. */
CUresult stream_add(CUstream stream, Operation operation);

/* For functions that wait, allocate or free: CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED while a capture
 * forbids them to the calling thread, and then the capture is lost. */
CUresult capture_check();
/* The same for a function that is forbidden to a stream that is being captured. */
CUresult capture_check_stream(CUstream stream);

/* Waiting for an event in a stream, and recording one, when a capture takes part. */
CUresult capture_record(CUevent event, CUstream stream);
CUresult capture_wait(CUstream stream, CUevent event);
/* A stream that is destroyed leaves its capture, which is lost. */
void capture_leave(CUstream stream);

#endif
