/* SPDX-License-Identifier: MIT */
/* What is forbidden during a capture, and to graphs. */
#include "fork.h"

#include <string>
#include <thread>

/* During a capture `call` must give `expected`, and the capture is then lost. */
template <class Function>
static void refused_in_capture(const char *name, CUresult expected, Function call) {
    passes((std::string("capture: ") + name).c_str(), [expected, call] {
        Session s;
        begin(s);
        EXPECT_RESULT(call(s), expected);
        CUgraph graph = nullptr;
        CUstreamCaptureStatus status = CU_STREAM_CAPTURE_STATUS_NONE;
        OK(cuStreamIsCapturing, s.stream, &status);
        EXPECT(status == CU_STREAM_CAPTURE_STATUS_INVALIDATED);
        REFUSED(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuStreamEndCapture, s.stream, &graph);
        EXPECT(!graph);
        s.wait(); /* the stream is of use again */
        _exit(0);
    });
}

static void test_capture_rules() {
    static CUdeviceptr memory;
    static void *pinned;
    const CUresult unsupported = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    refused_in_capture("synchronizing", unsupported,
                       [](Session &s) { return CALL(cuStreamSynchronize, s.stream); });
    refused_in_capture("synchronizing the context", unsupported,
                       [](Session &) { return api_cuCtxSynchronize(); });
    refused_in_capture("allocating", unsupported,
                       [](Session &) { return CALL(cuMemAlloc, &memory, 4); });
    refused_in_capture("freeing", unsupported, [](Session &) { return CALL(cuMemFree, memory); });
    refused_in_capture("allocating pinned memory", unsupported,
                       [](Session &) { return CALL(cuMemHostAlloc, &pinned, 4, 0); });
    refused_in_capture("loading a module", unsupported,
                       [](Session &s) { return CALL(cuModuleLoadData, &s.module, image(1, 75)); });
    refused_in_capture("waiting for work outside", CUDA_ERROR_STREAM_CAPTURE_ISOLATION,
                       [](Session &s) {
                           CUstream other = nullptr;
                           CUevent event = nullptr;
                           OK(cuStreamCreate, &other, CU_STREAM_NON_BLOCKING);
                           OK(cuEventCreate, &event, 0);
                           OK(cuEventRecord, event, other);
                           return CALL(cuStreamWaitEvent, s.stream, event, 0);
                       });
    passes("capture: copies from pageable memory", [] {
        Session s;
        const CUdeviceptr x = s.floats(4);
        const float host[4] = {0};
        begin(s);
        REFUSED(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuMemcpyHtoDAsync, x, host, 16, s.stream);
        REFUSED(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuMemsetD8Async, x, 0, 4, s.stream);
        _exit(0);
    });
    passes("capture: events", [] {
        Session s;
        begin(s);
        const Fork fork(s);
        REFUSED(CUDA_ERROR_CAPTURED_EVENT, cuEventSynchronize, fork.forked);
        REFUSED(CUDA_ERROR_CAPTURED_EVENT, cuEventQuery, fork.forked);
        CUgraph graph = nullptr;
        REFUSED(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, cuStreamEndCapture, fork.other, &graph);
        REFUSED(CUDA_ERROR_ILLEGAL_STATE, cuStreamBeginCapture, fork.other,
                CU_STREAM_CAPTURE_MODE_GLOBAL);
        _exit(0);
    });
    passes("capture: a branch that is not joined", [] {
        Session s;
        const CUdeviceptr x = s.floats(4);
        begin(s);
        const Fork fork(s);
        OK(cuMemsetD8Async, x, 0, 4, fork.other);
        CUgraph graph = nullptr;
        REFUSED(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, cuStreamEndCapture, s.stream, &graph);
        REFUSED(CUDA_ERROR_ILLEGAL_STATE, cuStreamEndCapture, s.stream, &graph);
        _exit(0);
    });
    passes("capture: modes", [] {
        Session s;
        CUgraph graph = nullptr;
        const auto allocate = [&s] {
            OK(cuCtxSetCurrent, s.context);
            _exit(CALL(cuMemAlloc, &memory, 4) ? 7 : 0);
        };
        OK(cuStreamBeginCapture, s.stream, CU_STREAM_CAPTURE_MODE_RELAXED);
        OK(cuMemAlloc, &memory, 4);
        OK(cuStreamEndCapture, s.stream, &graph);
        begin(s); /* forbids nothing to another thread */
        std::thread(allocate).join();
    });
    passes("capture: global mode", [] {
        Session s;
        OK(cuStreamBeginCapture, s.stream, CU_STREAM_CAPTURE_MODE_GLOBAL);
        std::thread([&s] {
            OK(cuCtxSetCurrent, s.context);
            REFUSED(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuMemAlloc, &memory, 4);
        }).join();
        _exit(0);
    });
    faults("graph destroyed twice", {"graph #1 was destroyed already"}, [] {
        Session s;
        CUgraph graph = nullptr;
        begin(s);
        OK(cuStreamEndCapture, s.stream, &graph);
        OK(cuGraphDestroy, graph);
        CALL(cuGraphDestroy, graph);
    });
    faults("executable graph destroyed", {"executable graph #1 was destroyed already"}, [] {
        Session s;
        CUgraph graph = nullptr;
        CUgraphExec executable = nullptr;
        begin(s);
        OK(cuStreamEndCapture, s.stream, &graph);
        OK(cuGraphInstantiateWithFlags, &executable, graph, 0);
        OK(cuGraphExecDestroy, executable);
        CALL(cuGraphLaunch, executable, s.stream);
    });
    faults("graph with memory that was freed", {"fill", "which was freed"}, [] {
        Session s;
        CUgraph graph = nullptr;
        CUgraphExec executable = nullptr;
        const CUdeviceptr x = s.floats(4);
        begin(s);
        OK(cuMemsetD8Async, x, 0, 4, s.stream);
        OK(cuStreamEndCapture, s.stream, &graph);
        OK(cuGraphInstantiateWithFlags, &executable, graph, 0);
        OK(cuMemFree, x);
        OK(cuGraphLaunch, executable, s.stream);
        s.wait();
    });
}

void capture_tests() {
    test_capture_rules();
}
