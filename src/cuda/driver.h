/* SPDX-License-Identifier: MIT */
/* The CUDA driver and cuBLAS, found at run time: nothing of the library links to CUDA.
 *
 * The functions are declared here as NVIDIA documents them (CUDA Driver API, cuBLAS), so that the
 * library builds where there is no CUDA toolkit. Handles and addresses of device memory are
 * pointers; results are ints, 0 for success. */
#ifndef TG_CUDA_DRIVER_H
#define TG_CUDA_DRIVER_H

#include <stddef.h>

#include <tigrillo/status.h>

#define TG_DRIVER_FUNCTIONS(F)                                                                     \
    F(cuInit, (unsigned flags))                                                                    \
    F(cuDriverGetVersion, (int *version))                                                          \
    F(cuDeviceGetCount, (int *count))                                                              \
    F(cuDeviceGet, (int *device, int ordinal))                                                     \
    F(cuDeviceGetName, (char *name, int length, int device))                                       \
    F(cuDeviceGetAttribute, (int *value, int attribute, int device))                               \
    F(cuDevicePrimaryCtxRetain, (void **context, int device))                                      \
    F(cuDevicePrimaryCtxRelease_v2, (int device))                                                  \
    F(cuCtxPushCurrent_v2, (void *context))                                                        \
    F(cuCtxPopCurrent_v2, (void **context))                                                        \
    F(cuGetErrorName, (int result, const char **name))                                             \
    F(cuGetErrorString, (int result, const char **text))                                           \
    F(cuMemGetInfo_v2, (size_t * free, size_t * total))                                            \
    F(cuMemAlloc_v2, (void **memory, size_t bytes))                                                \
    F(cuMemFree_v2, (void *memory))                                                                \
    F(cuMemHostAlloc, (void **memory, size_t bytes, unsigned flags))                               \
    F(cuMemFreeHost, (void *memory))                                                               \
    F(cuMemcpyHtoDAsync_v2, (void *to, const void *from, size_t bytes, void *stream))              \
    F(cuMemcpyDtoHAsync_v2, (void *to, const void *from, size_t bytes, void *stream))              \
    F(cuMemcpyDtoDAsync_v2, (void *to, const void *from, size_t bytes, void *stream))              \
    F(cuMemsetD32Async, (void *to, unsigned value, size_t count, void *stream))                    \
    F(cuStreamCreate, (void **stream, unsigned flags))                                             \
    F(cuStreamDestroy_v2, (void *stream))                                                          \
    F(cuStreamSynchronize, (void *stream))                                                         \
    F(cuStreamWaitEvent, (void *stream, void *event, unsigned flags))                              \
    F(cuStreamBeginCapture_v2, (void *stream, int mode))                                           \
    F(cuStreamEndCapture, (void *stream, void **graph))                                            \
    F(cuEventCreate, (void **event, unsigned flags))                                               \
    F(cuEventDestroy_v2, (void *event))                                                            \
    F(cuEventRecord, (void *event, void *stream))                                                  \
    F(cuEventSynchronize, (void *event))                                                           \
    F(cuGraphInstantiateWithFlags, (void **executable, void *graph, unsigned long long flags))     \
    F(cuGraphLaunch, (void *executable, void *stream))                                             \
    F(cuGraphExecDestroy, (void *executable))                                                      \
    F(cuGraphDestroy, (void *graph))                                                               \
    F(cuModuleLoadData, (void **module, const void *image))                                        \
    F(cuModuleUnload, (void *module))                                                              \
    F(cuModuleGetFunction, (void **function, void *module, const char *name))                      \
    F(cuLaunchKernel, (void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z,          \
                       unsigned block_x, unsigned block_y, unsigned block_z,                       \
                       unsigned shared_bytes, void *stream, void **arguments, void **extra))

#define TG_CUBLAS_FUNCTIONS(F)                                                                     \
    F(cublasCreate_v2, (void **handle))                                                            \
    F(cublasDestroy_v2, (void *handle))                                                            \
    F(cublasSetStream_v2, (void *handle, void *stream))                                            \
    F(cublasSetWorkspace_v2, (void *handle, void *workspace, size_t bytes))                        \
    F(cublasSetMathMode, (void *handle, int mode))                                                 \
    F(cublasSgemm_v2, (void *handle, int transpose_a, int transpose_b, int m, int n, int k,        \
                       const float *alpha, const float *a, int a_row, const float *b, int b_row,   \
                       const float *beta, float *c, int c_row))

/* Values of NVIDIA's enumerations. */
enum {
    TG_CU_NO_DEVICE = 100,
    TG_CU_NO_BINARY = 209,
    TG_CU_OUT_OF_MEMORY = 2,
    TG_CU_STUB_LIBRARY = 34,
    TG_CU_STREAM_NON_BLOCKING = 1,
    TG_CU_CAPTURE_OF_THIS_THREAD = 1,
    TG_CU_EVENT_WITHOUT_TIME = 2,
    TG_CU_MULTIPROCESSOR_COUNT = 16,
    TG_CU_CAPABILITY_MAJOR = 75,
    TG_CU_CAPABILITY_MINOR = 76,
    TG_CUBLAS_NO_TRANSPOSE = 0,
    TG_CUBLAS_TRANSPOSE = 1,
    TG_CUBLAS_PEDANTIC_MATH = 2
};

/* NOLINTNEXTLINE(bugprone-macro-parentheses): a declaration */
#define TG_FUNCTION_FIELD(name, parameters) int(*name) parameters;

typedef struct tg_driver {
    TG_DRIVER_FUNCTIONS(TG_FUNCTION_FIELD)
    TG_CUBLAS_FUNCTIONS(TG_FUNCTION_FIELD)
} tg_driver;

/* Finds both libraries: libcuda.so.1 or what TIGRILLO_CUDA_LIBRARY names, libcublas.so.13 or .12 or
 * what TIGRILLO_CUBLAS_LIBRARY names. TG_UNSUPPORTED says what is missing. They stay loaded: a
 * driver that has run cannot be unloaded. */
tg_status tg_driver_load(tg_driver *driver);

/* TG_OK for 0; else names the call and what went wrong: TG_OUT_OF_MEMORY or TG_DEVICE_ERROR. */
tg_status tg_driver_check(const tg_driver *driver, const char *call, int result);

#endif
