/* SPDX-License-Identifier: MIT */
/* Graphs. */
#include "fork.h"

#include <cmath>
#include <string>

static void test_graph() {
    Session s;
    const CUdeviceptr x = s.floats(4), y = s.floats(4);
    void *memory = nullptr;
    OK(cuMemHostAlloc, &memory, 32, 0);
    auto *pinned = static_cast<float *>(memory);
    CUstreamCaptureStatus status = CU_STREAM_CAPTURE_STATUS_NONE;
    begin(s);
    OK(cuStreamIsCapturing, s.stream, &status);
    EXPECT(status == CU_STREAM_CAPTURE_STATUS_ACTIVE);
    OK(cuMemcpyHtoDAsync, x, pinned, 16, s.stream);
    const Fork fork(s);
    EXPECT_RESULT(s.launch_on(fork.other, "add_one", 1, 4, 4, x), 0);
    OK(cuMemsetD32Async, y, 0, 4, s.stream);
    fork.join(s);
    OK(cuMemcpyDtoDAsync, y, x, 8, s.stream);
    OK(cuMemcpyDtoHAsync, pinned + 4, y, 16, s.stream);
    CUgraph graph = nullptr;
    CUgraphExec executable = nullptr;
    OK(cuStreamEndCapture, s.stream, &graph);
    OK(cuGraphInstantiateWithFlags, &executable, graph, 0);
    OK(cuGraphDestroy, graph);
    for (int launch = 0; launch < 5; launch++) {
        for (int i = 0; i < 4; i++) pinned[i] = static_cast<float>(10 * launch + i);
        OK(cuGraphLaunch, executable, s.stream);
        EXPECT(std::isnan(pinned[4]));
        s.wait();
        EXPECT(pinned[4] == static_cast<float>(10 * launch + 1) && pinned[6] == 0);
        EXPECT(pinned[5] == static_cast<float>(10 * launch + 2));
    }
    OK(cuGraphExecDestroy, executable);
    fork.destroy();
    OK(cuMemFreeHost, memory);
    OK(cuMemFree, x);
    OK(cuMemFree, y);
    s.close();
}

/* A branch that is joined, but whose order against the other is missing: both write y. */
static void test_missing_order() {
    if (!is_chosen("graph: a missing dependency shows")) return;
    int last[2] = {0, 0};
    for (unsigned seed = 0; seed < 12; seed++) {
        const Outcome outcome = run_child([=] {
            setenv("TIGRILLO_CUDA_SEED", std::to_string(seed).c_str(), 1);
            Session s;
            const CUdeviceptr y = s.floats(1);
            begin(s);
            const Fork fork(s);
            OK(cuMemsetD32Async, y, 0, 1, s.stream);
            OK(cuMemsetD32Async, y, 1, 1, fork.other);
            fork.join(s);
            CUgraph graph = nullptr;
            CUgraphExec executable = nullptr;
            OK(cuStreamEndCapture, s.stream, &graph);
            OK(cuGraphInstantiateWithFlags, &executable, graph, 0);
            OK(cuGraphLaunch, executable, s.stream);
            _exit(10 + s.read<int>(y, 1)[0]);
        });
        if (outcome.code == 10 || outcome.code == 11) last[outcome.code - 10]++;
    }
    verdict("graph: a missing dependency shows", last[0] && last[1] && last[0] + last[1] == 12,
            {last[0], ""});
}

void graph_tests() {
    passes("graph", test_graph);
    test_missing_order();
}
