/* SPDX-License-Identifier: MIT */
/* The device, contexts, images, leaks. */
#include "harness.h"

#include <cstring>
#include <string>
#include <thread>

static void test_device() {
    setenv("TIGRILLO_CUDA_DRIVER", "12040", 1);
    setenv("TIGRILLO_CUDA_PROCESSORS", "132", 1);
    int value = 0;
    char name[64];
    OK(cuDriverGetVersion, &value);
    EXPECT(value == 12040);
    OK(cuInit, 0);
    OK(cuDeviceGetCount, &value);
    EXPECT(value == 1);
    CUdevice device = -1;
    OK(cuDeviceGet, &device, 0);
    REFUSED(CUDA_ERROR_INVALID_DEVICE, cuDeviceGet, &device, 1);
    OK(cuDeviceGetName, name, 64, device);
    EXPECT(std::strstr(name, "native"));
    OK(cuDeviceGetAttribute, &value, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device);
    EXPECT(value == 7);
    OK(cuDeviceGetAttribute, &value, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device);
    EXPECT(value == 132);
    const char *text = nullptr;
    OK(cuGetErrorName, CUDA_ERROR_OUT_OF_MEMORY, &text);
    EXPECT(!std::strcmp(text, "CUDA_ERROR_OUT_OF_MEMORY"));
    OK(cuGetErrorString, CUDA_ERROR_OUT_OF_MEMORY, &text);
    EXPECT(!std::strcmp(text, "out of memory"));
    EXPECT(std::strstr(CALL(cublasGetStatusString, CUBLAS_STATUS_NOT_SUPPORTED), "NOT_SUPPORTED"));
}

static void test_images() {
    Session s;
    CUmodule module = nullptr;
    REFUSED(CUDA_ERROR_NO_BINARY_FOR_GPU, cuModuleLoadData, &module, image(2, 80));
    REFUSED(CUDA_ERROR_NO_BINARY_FOR_GPU, cuModuleLoadData, &module, image(1, 80));
    REFUSED(CUDA_ERROR_NO_BINARY_FOR_GPU, cuModuleLoadData, &module, image(2, 61));
    REFUSED(CUDA_ERROR_INVALID_IMAGE, cuModuleLoadData, &module, "no image at all");
    OK(cuModuleLoadData, &module, image(2, 75));
    OK(cuModuleUnload, module);
    OK(cuModuleLoadData, &module, image(1, 61));
    OK(cuModuleUnload, module);
    s.close();
}

static void test_contexts() {
    Session s;
    CUcontext found = nullptr;
    OK(cuCtxGetCurrent, &found);
    EXPECT(found == s.context);
    std::thread([&s] { /* each thread has its own */
                       CUcontext none = s.context;
                       OK(cuCtxGetCurrent, &none);
                       EXPECT(!none);
                       OK(cuCtxSetCurrent, s.context);
                       OK(cuStreamSynchronize, s.stream);
                       OK(cuCtxSetCurrent, nullptr);
    })
        .join();
    OK(cuDevicePrimaryCtxRetain, &found, 0);
    OK(cuDevicePrimaryCtxRelease, 0);
    s.close();
}

static void test_faulty_contexts() {
    faults("not initialized", {"cuInit() was not called", "cuDeviceGet()"}, [] {
        CUdevice device = 0;
        CALL(cuDeviceGet, &device, 0);
    });
    faults("no context", {"no context is current in this thread", "cuMemAlloc()"}, [] {
        OK(cuInit, 0);
        CUdeviceptr memory = 0;
        CALL(cuMemAlloc, &memory, 4);
    });
    faults("no context in another thread", {"no context is current in this thread"}, [] {
        Session s;
        std::thread([&s] { s.wait(); }).join();
    });
    faults("context popped too often", {"no context is there to be popped"}, [] {
        Session s;
        CUcontext context = nullptr;
        OK(cuCtxPopCurrent, &context);
        CALL(cuCtxPopCurrent, &context);
    });
    faults("context released too often", {"was not retained"}, [] {
        Session s;
        s.close();
        CALL(cuDevicePrimaryCtxRelease, 0);
    });
    faults("context released and current", {"pushed 1 times more often than popped"}, [] {
        OK(cuInit, 0);
        CUcontext context = nullptr;
        OK(cuDevicePrimaryCtxRetain, &context, 0);
        OK(cuCtxPushCurrent, context);
        OK(cuDevicePrimaryCtxRelease, 0);
    });
    faults("context released and current in another thread", {"pushed 1 times more often"}, [] {
        Session s;
        std::thread([&s] { OK(cuCtxSetCurrent, s.context); }).join();
        s.close();
    });
    passes("no device", [] {
        setenv("TIGRILLO_CUDA_DEVICES", "0", 1);
        REFUSED(CUDA_ERROR_NO_DEVICE, cuInit, 0);
    });
    faults("wrong environment", {"TIGRILLO_CUDA_ORDER=upwards"}, [] {
        setenv("TIGRILLO_CUDA_ORDER", "upwards", 1);
        CALL(cuInit, 0);
    });
}

template <class Body> static void leaks(const char *what, Body make) {
    faults((std::string("leak: ") + what).c_str(),
           {"left alive when the primary context was released", what}, [make] {
               Session s;
               make(s);
               s.close();
           });
}

static void test_leaks() {
    leaks("device allocation #1 (16 bytes)", [](const Session &s) { s.floats(4); });
    leaks("pinned memory (16 bytes)", [](const Session &) {
        void *pinned = nullptr;
        OK(cuMemHostAlloc, &pinned, 16, 0);
    });
    leaks("event #1", [](const Session &) {
        CUevent event = nullptr;
        OK(cuEventCreate, &event, 0);
    });
    leaks("stream #2", [](const Session &) {
        CUstream stream = nullptr;
        OK(cuStreamCreate, &stream, 0);
    });
    leaks("module #2", [](const Session &) {
        CUmodule module = nullptr;
        OK(cuModuleLoadData, &module, image(1, 75));
    });
    leaks("cuBLAS handle #1", [](const Session &) {
        cublasHandle_t blas = nullptr;
        OK(cublasCreate, &blas);
    });
    leaks("\n  graph #1", [](const Session &s) {
        CUgraph graph = nullptr;
        OK(cuStreamBeginCapture, s.stream, CU_STREAM_CAPTURE_MODE_GLOBAL);
        OK(cuStreamEndCapture, s.stream, &graph);
    });
    leaks("executable graph #1", [](const Session &s) {
        CUgraph graph = nullptr;
        CUgraphExec executable = nullptr;
        OK(cuStreamBeginCapture, s.stream, CU_STREAM_CAPTURE_MODE_GLOBAL);
        OK(cuStreamEndCapture, s.stream, &graph);
        OK(cuGraphInstantiateWithFlags, &executable, graph, 0);
        OK(cuGraphDestroy, graph);
    });
    faults("leak at exit", {"left alive at exit", "stream #1"}, [] { Session(); });
    faults("leak of the context at exit", {"left alive at exit: 1 references"}, [] {
        OK(cuInit, 0);
        CUcontext context = nullptr;
        OK(cuDevicePrimaryCtxRetain, &context, 0);
    });
}

void context_tests() {
    passes("device", test_device);
    passes("images", test_images);
    passes("contexts", test_contexts);
    test_faulty_contexts();
    test_leaks();
}
