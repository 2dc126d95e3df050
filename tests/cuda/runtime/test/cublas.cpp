/* SPDX-License-Identifier: MIT */
/* cuBLAS. */
#include "harness.h"

#include <cmath>

struct Blas : Session {
    cublasHandle_t handle = nullptr;
    CUdeviceptr a, b, c;

    Blas() : a(floats(6)), b(floats(12)), c(floats(8)) {
        OK(cublasCreate, &handle);
        OK(cublasSetStream, handle, reinterpret_cast<cudaStream_t>(stream));
        OK(cublasSetMathMode, handle, CUBLAS_PEDANTIC_MATH);
    }
    void close_all() {
        OK(cublasDestroy, handle);
        for (const CUdeviceptr memory : {a, b, c}) OK(cuMemFree, memory);
        close();
    }
    /* c (2 x 4) = alpha a (2 x 3) b (3 x 4) + beta c, by columns */
    int multiply(int lda, int ldb, int ldc, float beta, CUdeviceptr to) const {
        const float alpha = 2;
        return CALL(cublasSgemm, handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 4, 3, &alpha,
                    reinterpret_cast<const float *>(a), lda, reinterpret_cast<const float *>(b),
                    ldb, &beta, reinterpret_cast<float *>(to), ldc);
    }
};

static void test_gemm() {
    Blas s;
    const std::vector<float> a = ramp(6), b = ramp(12);
    OK(cuMemcpyHtoDAsync, s.a, a.data(), 24, s.stream);
    OK(cuMemcpyHtoDAsync, s.b, b.data(), 48, s.stream);
    EXPECT_RESULT(s.multiply(2, 3, 2, 0, s.c), 0); /* c is NaN, and not read */
    EXPECT_RESULT(s.multiply(2, 3, 2, 1, s.c), 0);
    const std::vector<float> c = s.read<float>(s.c, 8);
    for (std::size_t i = 0; i < 2; i++)
        for (std::size_t j = 0; j < 4; j++) {
            float sum = 0;
            for (std::size_t k = 0; k < 3; k++) sum += a[2 * k + i] * b[3 * j + k];
            EXPECT(c[2 * j + i] == 4 * sum);
        }
    EXPECT_RESULT(s.multiply(1, 3, 2, 0, s.c), CUBLAS_STATUS_INVALID_VALUE);
    EXPECT_RESULT(s.multiply(2, 2, 2, 0, s.c), CUBLAS_STATUS_INVALID_VALUE);
    EXPECT_RESULT(s.multiply(2, 3, 1, 0, s.c), CUBLAS_STATUS_INVALID_VALUE);

    /* A workspace is cuBLAS's to write. */
    const CUdeviceptr workspace = s.copy(std::vector<float>(64, 1.0f));
    void *memory = reinterpret_cast<void *>(workspace);
    OK(cublasSetWorkspace, s.handle, memory, 256);
    EXPECT_RESULT(s.multiply(2, 3, 2, 0, s.c), 0);
    EXPECT(std::isnan(s.read<float>(workspace, 64)[63]));

    /* Ten bits of mantissa. */
    const std::vector<float> fine(12, 1 + 0x1p-12f);
    OK(cuMemcpyHtoDAsync, s.b, fine.data(), 48, s.stream);
    EXPECT_RESULT(s.multiply(2, 3, 2, 0, s.c), 0);
    EXPECT(s.read<float>(s.c, 1)[0] == 12 * (1 + 0x1p-12f));
    OK(cublasSetMathMode, s.handle, CUBLAS_TF32_TENSOR_OP_MATH);
    EXPECT_RESULT(s.multiply(2, 3, 2, 0, s.c), 0);
    EXPECT(s.read<float>(s.c, 1)[0] == 12);
    OK(cublasSetWorkspace, s.handle, nullptr, 0);
    OK(cuMemFree, workspace);
    s.close_all();
}

static void test_faulty_gemm() {
    faults("gemm: A too short", {"cublasSgemm, A: 32 bytes", "device allocation #1 (24 bytes)"},
           [] { Blas().multiply(3, 3, 2, 0, 0); });
    faults("gemm: B too short", {"cublasSgemm, B"}, [] { Blas().multiply(2, 4, 2, 0, 0); });
    faults("gemm: C too short", {"cublasSgemm, C"}, [] {
        const Blas s;
        s.multiply(2, 3, 3, 0, s.c);
    });
    faults("gemm: C is A", {"C overlaps A or B"}, [] {
        const Blas s;
        s.multiply(2, 3, 2, 0, s.b + 4);
    });
    faults("gemm: workspace too short", {"cublasSetWorkspace"}, [] {
        const Blas s;
        CALL(cublasSetWorkspace, s.handle, reinterpret_cast<void *>(s.floats(64)), 257);
    });
    faults("gemm: workspace freed", {"workspace of cuBLAS", "which was freed"}, [] {
        const Blas s;
        const CUdeviceptr workspace = s.floats(64);
        OK(cublasSetWorkspace, s.handle, reinterpret_cast<void *>(workspace), 256);
        OK(cuMemFree, workspace);
        s.multiply(2, 3, 2, 0, s.c);
    });
    faults("cuBLAS outlives its workspace", {"workspace of cuBLAS", "which was freed"}, [] {
        const Blas s;
        const CUdeviceptr workspace = s.floats(64);
        OK(cublasSetWorkspace, s.handle, reinterpret_cast<void *>(workspace), 256);
        OK(cuMemFree, workspace);
        OK(cublasDestroy, s.handle);
    });
}

void cublas_tests() {
    passes("gemm", test_gemm);
    test_faulty_gemm();
}
