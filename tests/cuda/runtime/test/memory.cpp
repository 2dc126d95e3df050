/* SPDX-License-Identifier: MIT */
/* Memory and copies. */
#include "harness.h"

#include <cmath>

static void test_copies() {
    Session s;
    /* Other host memory is read at the call. */
    std::vector<float> source = ramp(8), target(8, 5.0f);
    const CUdeviceptr a = s.copy(source), b = s.floats(8);
    source.assign(8, -1.0f);
    OK(cuMemcpyDtoDAsync, b, a, 32, s.stream);
    OK(cuMemsetD32Async, a, 7, 2, s.stream);
    OK(cuMemsetD8Async, b + 28, 0, 4, s.stream);
    OK(cuMemcpyDtoHAsync, target.data(), b, 32, s.stream);
    for (const float value : target) EXPECT(std::isnan(value)); /* nothing has run */
    s.wait();
    for (std::size_t i = 0; i < 7; i++) EXPECT(target[i] == static_cast<float>(i));
    EXPECT(target[7] == 0);
    const std::vector<int> filled = s.read<int>(a, 3);
    EXPECT(filled[0] == 7 && filled[1] == 7 && filled[2] != 7);

    /* Pinned memory is read when the copy runs. */
    void *pinned = nullptr;
    OK(cuMemHostAlloc, &pinned, 16, 0);
    auto *numbers = static_cast<float *>(pinned);
    numbers[0] = 1;
    OK(cuMemcpyHtoDAsync, a, pinned, 16, s.stream);
    numbers[0] = 2;
    EXPECT(s.read<float>(a, 1)[0] == 2);
    OK(cuMemFreeHost, pinned);

    REFUSED(CUDA_ERROR_INVALID_VALUE, cuMemsetD32Async, a + 1, 0, 1, s.stream);
    OK(cuMemcpyHtoDAsync, 0, nullptr, 0, s.stream);
    OK(cuMemFree, a);
    OK(cuMemFree, b);
    s.close();
}

static void test_memory_size() {
    api_tigrillo_cuda_memory(1000);
    Session s;
    std::size_t free = 0, total = 0;
    CUdeviceptr memory = 0, more = 0;
    OK(cuMemAlloc, &memory, 900);
    REFUSED(CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc, &more, 101);
    REFUSED(CUDA_ERROR_INVALID_VALUE, cuMemAlloc, &more, 0);
    OK(cuMemGetInfo, &free, &total);
    EXPECT(free == 100 && total == 1000);
    OK(cuDeviceTotalMem, &total, 0);
    EXPECT(total == 1000);
    OK(cuMemFree, memory);
    OK(cuMemAlloc, &memory, 1000);
    EXPECT(memory % 256 == 0);
    OK(cuMemFree, memory);
    s.close();
}

static void test_faulty_memory_use() {
    faults_or_sanitizer("host reads device memory",
                        {"host code touched device memory, byte 4 of device allocation #1"}, [] {
                            Session s;
                            const volatile float *x = reinterpret_cast<const float *>(s.floats(4));
                            std::printf("%g\n", static_cast<double>(x[1]));
                        });
    faults_or_sanitizer("host writes device memory after a kernel",
                        {"host code touched device memory"}, [] {
                            Session s;
                            const CUdeviceptr x = s.copy(ramp(4));
                            s.launch("add_one", 1, 4, 4, x);
                            s.wait();
                            *reinterpret_cast<volatile float *>(x) = 1;
                        });
    faults("copy beyond an allocation", {"copy to the device", "device allocation #1 (16 bytes)"},
           [] {
               Session s;
               const float host[5] = {0};
               OK(cuMemcpyHtoDAsync, s.floats(4), host, 20, s.stream);
           });
    faults("copy from beyond an allocation", {"copy to the host: 8 bytes", "byte 12 of"}, [] {
        Session s;
        float host[2];
        OK(cuMemcpyDtoHAsync, host, s.floats(4) + 12, 8, s.stream);
    });
    faults("fill beyond an allocation", {"fill: 20 bytes"}, [] {
        Session s;
        OK(cuMemsetD32Async, s.floats(4), 0, 5, s.stream);
    });
    faults("copy on the device beyond an allocation", {"copy on the device, source"}, [] {
        Session s;
        OK(cuMemcpyDtoDAsync, s.floats(8), s.floats(4), 20, s.stream);
    });
    faults("copy onto itself", {"overlap"}, [] {
        Session s;
        const CUdeviceptr x = s.floats(8);
        OK(cuMemcpyDtoDAsync, x, x + 4, 16, s.stream);
    });
    faults("device pointer as a host pointer", {"this one is to the device"}, [] {
        Session s;
        OK(cuMemcpyDtoHAsync, reinterpret_cast<void *>(s.floats(4)), s.floats(4), 16, s.stream);
    });
    faults("host pointer as a device pointer", {"no device allocation"}, [] {
        Session s;
        float host[4];
        OK(cuMemcpyDtoHAsync, host, reinterpret_cast<CUdeviceptr>(host), 16, s.stream);
    });
    faults("copy partly from pinned memory", {"partly outside"}, [] {
        Session s;
        void *pinned = nullptr;
        OK(cuMemHostAlloc, &pinned, 16, 0);
        OK(cuMemcpyHtoDAsync, s.floats(8), pinned, 32, s.stream);
    });
    faults("pinned memory freed too early", {"pinned memory was freed while"}, [] {
        Session s;
        void *pinned = nullptr;
        OK(cuMemHostAlloc, &pinned, 16, 0);
        OK(cuMemcpyHtoDAsync, s.floats(4), pinned, 16, s.stream);
        OK(cuMemFreeHost, pinned);
        s.wait();
    });
    faults("double free", {"freed is byte 0 of device allocation #1", "which was freed"}, [] {
        Session s;
        const CUdeviceptr x = s.floats(4);
        OK(cuMemFree, x);
        CALL(cuMemFree, x);
    });
    faults("free within an allocation", {"not the start of a live allocation"}, [] {
        Session s;
        CALL(cuMemFree, s.floats(4) + 4);
    });
    faults("pinned memory freed twice", {"not the start of live pinned memory"}, [] {
        Session s;
        void *pinned = nullptr;
        OK(cuMemHostAlloc, &pinned, 16, 0);
        OK(cuMemFreeHost, pinned);
        CALL(cuMemFreeHost, pinned);
    });
}

void memory_tests() {
    passes("copies", test_copies);
    passes("size of memory", test_memory_size);
    test_faulty_memory_use();
}
