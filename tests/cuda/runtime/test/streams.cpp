/* SPDX-License-Identifier: MIT */
/* Streams, events, and handles of all kinds. */
#include "harness.h"

#include <string>

/* Two streams, the second reading what the first writes; whether it is right with this seed. */
static bool is_right(bool with_event, unsigned seed) {
    const Outcome outcome = run_child([=] {
        setenv("TIGRILLO_CUDA_SEED", std::to_string(seed).c_str(), 1);
        Session s;
        CUstream other = nullptr;
        CUevent event = nullptr;
        OK(cuStreamCreate, &other, CU_STREAM_NON_BLOCKING);
        OK(cuEventCreate, &event, CU_EVENT_DISABLE_TIMING);
        const CUdeviceptr x = s.copy(std::vector<float>(4, 1.0f));
        s.wait();
        s.launch("add_one", 1, 4, 4, x);
        OK(cuEventRecord, event, s.stream);
        if (with_event) OK(cuStreamWaitEvent, other, event, 0);
        float got = 0;
        OK(cuMemcpyDtoHAsync, &got, x, 4, other);
        OK(cuStreamSynchronize, other);
        OK(cuStreamDestroy, other);
        OK(cuEventDestroy, event);
        s.wait();
        OK(cuMemFree, x);
        s.close();
        if (got != 2) _exit(2);
    });
    if (outcome.code != 0 && outcome.code != 2) verdict("two streams", false, outcome);
    return outcome.code == 0;
}

static void test_two_streams() {
    if (!is_chosen("two streams")) return;
    unsigned right = 0, right_with_event = 0;
    for (unsigned seed = 0; seed < 12; seed++) {
        right += is_right(false, seed);
        right_with_event += is_right(true, seed);
    }
    verdict("two streams: without an event, now right, now wrong", right > 0 && right < 12,
            {static_cast<int>(right), ""});
    verdict("two streams: with an event, always right", right_with_event == 12,
            {static_cast<int>(right_with_event), ""});
}

static void test_events() {
    Session s;
    CUevent start = nullptr, end = nullptr, plain = nullptr;
    float milliseconds = -1;
    OK(cuEventCreate, &start, 0);
    OK(cuEventCreate, &end, 0);
    OK(cuEventCreate, &plain, CU_EVENT_DISABLE_TIMING);
    const CUdeviceptr x = s.copy(ramp(4));
    OK(cuEventRecord, start, s.stream);
    s.launch("add_one", 1, 4, 4, x);
    OK(cuEventRecord, end, s.stream);
    OK(cuEventRecord, plain, s.stream);
    REFUSED(CUDA_ERROR_NOT_READY, cuEventQuery, end);
    REFUSED(CUDA_ERROR_NOT_READY, cuEventElapsedTime, &milliseconds, start, end);
    while (CALL(cuEventQuery, end) == CUDA_ERROR_NOT_READY) {
    }
    OK(cuEventQuery, end);
    OK(cuEventSynchronize, plain);
    OK(cuEventElapsedTime, &milliseconds, start, end);
    EXPECT(milliseconds >= 0);
    REFUSED(CUDA_ERROR_INVALID_HANDLE, cuEventElapsedTime, &milliseconds, start, plain);
    OK(cuEventDestroy, start);
    OK(cuEventDestroy, end);
    OK(cuEventDestroy, plain);
    EXPECT_RESULT(api_cuCtxSynchronize(), 0);
    OK(cuMemFree, x);
    s.close();
}

static void test_faulty_handles() {
    faults("default stream", {"default stream"}, [] {
        Session s;
        OK(cuMemsetD8Async, s.floats(4), 0, 4, nullptr);
    });
    faults("wait for the default stream", {"default stream", "cuStreamSynchronize()"}, [] {
        Session s;
        OK(cuStreamSynchronize, nullptr);
    });
    faults("cuBLAS on the default stream", {"default stream"}, [] {
        Session s;
        cublasHandle_t blas = nullptr;
        OK(cublasCreate, &blas);
        const float one = 1;
        const auto *x = reinterpret_cast<const float *>(s.floats(4));
        CALL(cublasSgemm, blas, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, x, 1, x + 1, 1, &one,
             const_cast<float *>(x) + 2, 1);
    });
    faults("event never recorded", {"event #1 was never recorded", "cuStreamWaitEvent()"}, [] {
        Session s;
        CUevent event = nullptr;
        OK(cuEventCreate, &event, 0);
        OK(cuStreamWaitEvent, s.stream, event, 0);
    });
    faults("event destroyed", {"event #1 was destroyed already"}, [] {
        Session s;
        CUevent event = nullptr;
        OK(cuEventCreate, &event, 0);
        OK(cuEventDestroy, event);
        OK(cuEventRecord, event, s.stream);
    });
    faults("stream destroyed twice", {"stream #1 was destroyed already", "cuStreamDestroy()"}, [] {
        Session s;
        OK(cuStreamDestroy, s.stream);
        OK(cuStreamDestroy, s.stream);
    });
    faults("stream destroyed", {"stream #1 was destroyed already"}, [] {
        Session s;
        OK(cuStreamDestroy, s.stream);
        s.launch("traps", 1, 1, CUdeviceptr(0));
    });
    faults("module unloaded twice", {"module #1 was destroyed already"}, [] {
        Session s;
        OK(cuModuleUnload, s.module);
        OK(cuModuleUnload, s.module);
    });
    faults("function of an unloaded module", {"function #1 was destroyed already"}, [] {
        Session s;
        const CUfunction function = s.function("traps");
        OK(cuModuleUnload, s.module);
        OK(cuLaunchKernel, function, 1, 1, 1, 1, 1, 1, 0, s.stream, nullptr, nullptr);
    });
    faults("a stream is no event", {"stream #1 is not a event"}, [] {
        Session s;
        OK(cuEventDestroy, reinterpret_cast<CUevent>(s.stream));
    });
    faults("no such handle", {"is not a stream"}, [] {
        Session s;
        int something = 0;
        OK(cuStreamDestroy, reinterpret_cast<CUstream>(&something));
    });
    faults("cuBLAS handle destroyed", {"cuBLAS handle #1 was destroyed already"}, [] {
        Session s;
        cublasHandle_t blas = nullptr;
        OK(cublasCreate, &blas);
        OK(cublasDestroy, blas);
        OK(cublasSetMathMode, blas, CUBLAS_PEDANTIC_MATH);
    });
}

void stream_tests() {
    test_two_streams();
    passes("events", test_events);
    test_faulty_handles();
}
