/* SPDX-License-Identifier: MIT */
/* Injected failures. */
#include "harness.h"

#include <cstdlib>

/* A small program that gives back whatever it got, whichever call fails. */
static bool careful_program() {
    CUcontext context = nullptr;
    CUstream stream = nullptr;
    CUmodule module = nullptr;
    CUfunction function = nullptr;
    CUdeviceptr x = 0;
    cublasHandle_t blas = nullptr;
    void *pinned = nullptr;
    float result = 0;
    int count = 4;
    void *arguments[] = {&count, &x};
    bool good = CALL(cuInit, 0) == 0;
    const bool retained = good && CALL(cuDevicePrimaryCtxRetain, &context, 0) == 0;
    const bool pushed = retained && CALL(cuCtxPushCurrent, context) == 0;
    good = pushed && CALL(cuStreamCreate, &stream, 0) == 0;
    good = good && CALL(cuModuleLoadData, &module, image(1, 75)) == 0;
    good = good && CALL(cublasCreate, &blas) == 0;
    good = good && CALL(cuMemAlloc, &x, 16) == 0 && CALL(cuMemHostAlloc, &pinned, 16, 0) == 0;
    good = good && CALL(cuModuleGetFunction, &function, module, "add_one") == 0;
    good = good && CALL(cuMemsetD32Async, x, 0, 4, stream) == 0;
    good = good &&
           CALL(cuLaunchKernel, function, 1, 1, 1, 4, 1, 1, 0, stream, arguments, nullptr) == 0;
    good = good && CALL(cuMemcpyDtoHAsync, pinned, x, 16, stream) == 0;
    good = good && CALL(cuStreamSynchronize, stream) == 0;
    if (good) result = *static_cast<float *>(pinned);
    if (pinned) good &= CALL(cuMemFreeHost, pinned) == 0;
    if (x) good &= CALL(cuMemFree, x) == 0;
    if (blas) good &= CALL(cublasDestroy, blas) == 0;
    if (module) good &= CALL(cuModuleUnload, module) == 0;
    if (stream) good &= CALL(cuStreamDestroy, stream) == 0;
    if (pushed) good &= CALL(cuCtxPopCurrent, &context) == 0;
    if (retained) good &= CALL(cuDevicePrimaryCtxRelease, 0) == 0;
    EXPECT(!good || result == 1);
    return good;
}

static void test_injection() {
    EXPECT(careful_program());
    const unsigned long calls = api_tigrillo_cuda_calls();
    EXPECT(calls == 20);
    for (unsigned long call = 1; call <= calls; call++) {
        api_tigrillo_cuda_fail_at(api_tigrillo_cuda_calls() + call);
        EXPECT(!careful_program());
        EXPECT_RESULT(api_tigrillo_cuda_live(), 0);
    }
    api_tigrillo_cuda_fail_at(0);
    EXPECT(careful_program());
}

static void test_injected_results() {
    setenv("TIGRILLO_CUDA_FAIL", "1", 1);
    REFUSED(CUDA_ERROR_UNKNOWN, cuInit, 0);
    Session s;
    CUdeviceptr memory = 0;
    cublasHandle_t blas = nullptr;
    const auto next_fails = [] { api_tigrillo_cuda_fail_at(api_tigrillo_cuda_calls() + 1); };
    next_fails();
    REFUSED(CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc, &memory, 4);
    EXPECT(!memory);
    next_fails();
    REFUSED(CUBLAS_STATUS_ALLOC_FAILED, cublasCreate, &blas);
    OK(cublasCreate, &blas);
    next_fails();
    REFUSED(CUBLAS_STATUS_INTERNAL_ERROR, cublasSetMathMode, blas, CUBLAS_PEDANTIC_MATH);
    next_fails();
    REFUSED(CUBLAS_STATUS_INTERNAL_ERROR, cublasDestroy, blas);
    memory = s.floats(4);
    next_fails();
    REFUSED(CUDA_ERROR_UNKNOWN, cuMemFree, memory);
    CUgraph graph = nullptr;
    OK(cuStreamBeginCapture, s.stream, CU_STREAM_CAPTURE_MODE_GLOBAL);
    next_fails();
    REFUSED(CUDA_ERROR_UNKNOWN, cuStreamEndCapture, s.stream, &graph);
    EXPECT(!graph);
    s.close();
}

/* What was queued is dropped: it does not write where the host no longer has memory. */
static void test_dropped_work() {
    Session s;
    const CUdeviceptr x = s.copy(ramp(4));
    s.wait();
    float kept[4];
    OK(cuMemcpyDtoHAsync, kept, x, 16, s.stream);
    api_tigrillo_cuda_fail_at(api_tigrillo_cuda_calls() + 1);
    REFUSED(CUDA_ERROR_UNKNOWN, cuStreamSynchronize, s.stream);
    kept[0] = 5;
    s.wait();
    EXPECT(kept[0] == 5);
    OK(cuMemFree, x);
    s.close();
}

void failure_tests() {
    passes("injected failures leak nothing", test_injection);
    passes("results of injected failures", test_injected_results);
    passes("an error drops queued work", test_dropped_work);
}
