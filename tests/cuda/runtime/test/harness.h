/* SPDX-License-Identifier: MIT */
/* What the tests of the CUDA test runtime share: the API by dlsym(), checks, a context with a
 * stream and a module, and processes in which tests run. */
#ifndef TIGRILLO_CUDA_TEST_HARNESS_H
#define TIGRILLO_CUDA_TEST_HARNESS_H

#include "../tigrillo_cuda.h"
#include <cstdio>
#include <cstdlib>
#include <cublas_v2.h>
#include <cuda.h>
#include <functional>
#include <initializer_list>
#include <string>
#include <unistd.h>
#include <vector>

/* ---- The API, by dlsym ---- */

#define FUNCTIONS(F)                                                                               \
    F(cuInit)                                                                                      \
    F(cuDriverGetVersion)                                                                          \
    F(cuDeviceGetCount)                                                                            \
    F(cuDeviceGet)                                                                                 \
    F(cuDeviceGetName)                                                                             \
    F(cuDeviceGetAttribute)                                                                        \
    F(cuDeviceTotalMem)                                                                            \
    F(cuDevicePrimaryCtxRetain)                                                                    \
    F(cuDevicePrimaryCtxRelease)                                                                   \
    F(cuCtxPushCurrent)                                                                            \
    F(cuCtxPopCurrent)                                                                             \
    F(cuCtxSetCurrent)                                                                             \
    F(cuCtxGetCurrent)                                                                             \
    F(cuCtxSynchronize)                                                                            \
    F(cuGetErrorName)                                                                              \
    F(cuGetErrorString)                                                                            \
    F(cuMemGetInfo)                                                                                \
    F(cuMemAlloc)                                                                                  \
    F(cuMemFree)                                                                                   \
    F(cuMemHostAlloc)                                                                              \
    F(cuMemFreeHost)                                                                               \
    F(cuMemcpyHtoDAsync)                                                                           \
    F(cuMemcpyDtoHAsync)                                                                           \
    F(cuMemcpyDtoDAsync)                                                                           \
    F(cuMemsetD32Async)                                                                            \
    F(cuMemsetD8Async)                                                                             \
    F(cuStreamCreate)                                                                              \
    F(cuStreamDestroy)                                                                             \
    F(cuStreamSynchronize)                                                                         \
    F(cuStreamWaitEvent)                                                                           \
    F(cuStreamBeginCapture)                                                                        \
    F(cuStreamEndCapture)                                                                          \
    F(cuStreamIsCapturing)                                                                         \
    F(cuEventCreate)                                                                               \
    F(cuEventDestroy)                                                                              \
    F(cuEventRecord)                                                                               \
    F(cuEventSynchronize)                                                                          \
    F(cuEventQuery)                                                                                \
    F(cuEventElapsedTime)                                                                          \
    F(cuModuleLoadData)                                                                            \
    F(cuModuleUnload)                                                                              \
    F(cuModuleGetFunction)                                                                         \
    F(cuFuncGetAttribute)                                                                          \
    F(cuLaunchKernel)                                                                              \
    F(cuGraphInstantiateWithFlags)                                                                 \
    F(cuGraphLaunch)                                                                               \
    F(cuGraphExecDestroy)                                                                          \
    F(cuGraphDestroy)                                                                              \
    F(cublasCreate)                                                                                \
    F(cublasDestroy)                                                                               \
    F(cublasSetStream)                                                                             \
    F(cublasSetMathMode)                                                                           \
    F(cublasSetWorkspace)                                                                          \
    F(cublasGetVersion)                                                                            \
    F(cublasSgemm)                                                                                 \
    F(cublasGetStatusString)                                                                       \
    F(tigrillo_cuda_fail_at)                                                                       \
    F(tigrillo_cuda_calls)                                                                         \
    F(tigrillo_cuda_memory)                                                                        \
    F(tigrillo_cuda_live)

/* The headers give some functions another name by a macro: it takes effect here. */
#define CAT_(a, b) a##b
#define CAT(a, b) CAT_(a, b)
#define FUNCTION_POINTER(name) extern decltype(&::name) CAT(api_, name);
FUNCTIONS(FUNCTION_POINTER)
#undef FUNCTION_POINTER

#define CALL(name, ...) CAT(api_, name)(__VA_ARGS__)

/* False, and says why, unless the library has all of them. */
bool load(const char *path);

/* ---- Checks: what is not so ends the process with 1 ---- */

#define EXPECT(condition)                                                                          \
    ((condition) ? (void)0                                                                         \
                 : (std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition),   \
                    _exit(1)))
#define EXPECT_RESULT(call, result)                                                                \
    do {                                                                                           \
        const int got_ = static_cast<int>(call);                                                   \
        if (got_ == static_cast<int>(result)) break;                                               \
        std::fprintf(stderr, "%s:%d: %s is %d, not %s\n", __FILE__, __LINE__, #call, got_,         \
                     #result);                                                                     \
        _exit(1);                                                                                  \
    } while (0)
#define OK(name, ...) EXPECT_RESULT(CALL(name, __VA_ARGS__), 0)
#define REFUSED(result, name, ...) EXPECT_RESULT(CALL(name, __VA_ARGS__), result)

/* ---- A context with a stream and a module ---- */

/* A fat binary of one entry: kind 1 is PTX, 2 machine code. It is valid until the next call. */
const void *image(unsigned short kind, unsigned capability);

struct Session {
    CUcontext context = nullptr;
    CUstream stream = nullptr;
    CUmodule module = nullptr;

    Session() {
        OK(cuInit, 0);
        OK(cuDevicePrimaryCtxRetain, &context, 0);
        OK(cuCtxPushCurrent, context);
        OK(cuStreamCreate, &stream, CU_STREAM_NON_BLOCKING);
        OK(cuModuleLoadData, &module, image(1, 75));
    }
    void close() {
        OK(cuModuleUnload, module);
        OK(cuStreamDestroy, stream);
        CUcontext popped = nullptr;
        OK(cuCtxPopCurrent, &popped);
        EXPECT(popped == context);
        OK(cuDevicePrimaryCtxRelease, 0);
        EXPECT_RESULT(api_tigrillo_cuda_live(), 0);
    }
    void wait() const {
        OK(cuStreamSynchronize, stream);
    }
    CUdeviceptr floats(std::size_t count) const {
        CUdeviceptr memory = 0;
        OK(cuMemAlloc, &memory, count * 4);
        return memory;
    }
    template <class Value> CUdeviceptr copy(const std::vector<Value> &values) const {
        CUdeviceptr memory = 0;
        OK(cuMemAlloc, &memory, values.size() * sizeof(Value));
        OK(cuMemcpyHtoDAsync, memory, values.data(), values.size() * sizeof(Value), stream);
        return memory;
    }
    template <class Value> std::vector<Value> read(CUdeviceptr memory, std::size_t count) const {
        std::vector<Value> values(count);
        OK(cuMemcpyDtoHAsync, values.data(), memory, count * sizeof(Value), stream);
        wait();
        return values;
    }
    CUfunction function(const char *name) const {
        CUfunction result = nullptr;
        OK(cuModuleGetFunction, &result, module, name);
        return result;
    }
    template <class... Arguments>
    int launch_on(CUstream where, const char *name, unsigned blocks, unsigned threads,
                  Arguments... arguments) const {
        void *pointers[] = {&arguments..., nullptr};
        return CALL(cuLaunchKernel, function(name), blocks, 1, 1, threads, 1, 1, 0, where, pointers,
                    nullptr);
    }
    template <class... Arguments>
    void launch(const char *name, unsigned blocks, unsigned threads, Arguments... arguments) const {
        EXPECT_RESULT(launch_on(stream, name, blocks, threads, arguments...), 0);
    }
    /* A kernel with one result array that is to fail. */
    void run(const char *name, unsigned threads) const {
        launch(name, 1, threads, floats(1024));
        wait();
    }
};

/* 0, 1, 2, ... */
std::vector<float> ramp(std::size_t count);

/* ---- Tests: each runs in a process of its own ---- */

struct Outcome {
    int code; /* exit status, or -signal */
    std::string output;
};

Outcome run_child(const std::function<void()> &body);
bool mentions(const Outcome &outcome, std::initializer_list<const char *> fragments);
bool is_chosen(const char *name);
void verdict(const char *name, bool good, const Outcome &outcome);

/* The process must end with 0. */
void passes(const char *name, const std::function<void()> &body);
/* It must end with 99 and say all of the fragments. */
void faults(const char *name, std::initializer_list<const char *> fragments,
            const std::function<void()> &body);
/* The same for accesses that a sanitizer sees first, if it is there. */
void faults_or_sanitizer(const char *name, std::initializer_list<const char *> fragments,
                         const std::function<void()> &body);

/* Runs those tests whose names contain `part`; whether all passed. */
bool run_tests(const char *part, const std::function<void()> &tests);

/* ---- All of them, one file each ---- */

void kernel_tests();
void kernel_fault_tests();
void memory_tests();
void stream_tests();
void context_tests();
void graph_tests();
void capture_tests();
void cublas_tests();
void failure_tests();

#endif
