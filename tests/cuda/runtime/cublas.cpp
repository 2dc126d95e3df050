/* SPDX-License-Identifier: MIT */
/* The part of cuBLAS that is used, computed by CBLAS. */
#include "entry.h"
#include "memory.h"
#include "report.h"
#include "stream.h"
#include <cstring>

#include <cblas.h>

struct cublasContext : Object {
    cublasContext() : Object("cuBLAS handle") {
    }
    CUstream stream = nullptr;
    cublasMath_t math = CUBLAS_DEFAULT_MATH;
    void *workspace = nullptr; /* nullptr: cuBLAS's own */
    std::size_t workspace_size = 0;
};

static cublasStatus_t failure(const Entry &entry) {
    return entry.result() ? CUBLAS_STATUS_INTERNAL_ERROR : CUBLAS_STATUS_SUCCESS;
}

static void check_handle(cublasHandle_t handle) {
    check_object(handle, "cuBLAS handle");
}

cublasStatus_t cublasCreate(cublasHandle_t *handle) {
    const Entry entry("cublasCreate");
    if (entry.fails()) return CUBLAS_STATUS_ALLOC_FAILED;
    if (!handle) return CUBLAS_STATUS_INVALID_VALUE;
    if (capture_check()) return CUBLAS_STATUS_ALLOC_FAILED;
    *handle = new cublasContext;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy(cublasHandle_t handle) {
    const Entry entry("cublasDestroy");
    const cublasStatus_t status = failure(entry);
    if (capture_check()) return CUBLAS_STATUS_INTERNAL_ERROR;
    check_handle(handle);
    if (handle->workspace_size)
        memory_check(handle->workspace, handle->workspace_size, "workspace of cuBLAS");
    end_object(handle, "cuBLAS handle");
    task_wait_all(); /* it waits for the device */
    return status;
}

cublasStatus_t cublasGetVersion(cublasHandle_t handle, int *version) {
    const Entry entry("cublasGetVersion", Needs::nothing);
    if (entry.fails()) return failure(entry);
    if (handle) check_handle(handle);
    if (!version) return CUBLAS_STATUS_INVALID_VALUE;
    *version = CUBLAS_VERSION;
    return CUBLAS_STATUS_SUCCESS;
}

/* This resets the workspace, as cuBLAS documents. */
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
    const Entry entry("cublasSetStream");
    if (entry.fails()) return failure(entry);
    check_handle(handle);
    stream_check(reinterpret_cast<CUstream>(stream));
    handle->stream = reinterpret_cast<CUstream>(stream);
    handle->workspace = nullptr;
    handle->workspace_size = 0;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void *workspace, size_t size) {
    const Entry entry("cublasSetWorkspace");
    if (entry.fails()) return failure(entry);
    check_handle(handle);
    if (reinterpret_cast<std::uintptr_t>(workspace) % 256) return CUBLAS_STATUS_INVALID_VALUE;
    if (size) memory_check(workspace, size, "cublasSetWorkspace");
    handle->workspace = size ? workspace : nullptr;
    handle->workspace_size = size;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
    const Entry entry("cublasSetMathMode");
    if (entry.fails()) return failure(entry);
    check_handle(handle);
    if (mode != CUBLAS_DEFAULT_MATH && mode != CUBLAS_PEDANTIC_MATH &&
        mode != CUBLAS_TF32_TENSOR_OP_MATH)
        return CUBLAS_STATUS_INVALID_VALUE;
    handle->math = mode;
    return CUBLAS_STATUS_SUCCESS;
}

const char *cublasGetStatusString(cublasStatus_t status) {
    switch (status) {
    case CUBLAS_STATUS_SUCCESS:
        return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
        return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
        return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
        return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_EXECUTION_FAILED:
        return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_INTERNAL_ERROR:
        return "CUBLAS_STATUS_INTERNAL_ERROR";
    case CUBLAS_STATUS_NOT_SUPPORTED:
        return "CUBLAS_STATUS_NOT_SUPPORTED";
    default:
        return "unknown cuBLAS status";
    }
}

/* A column-major matrix as it lies in memory, before it is transposed. */
struct Matrix {
    const float *data;
    int rows, columns, leading;

    bool has_valid_leading() const {
        return leading >= (rows > 1 ? rows : 1);
    }
    /* From the first element to the last. */
    std::size_t elements() const {
        if (!rows || !columns) return 0;
        return static_cast<std::size_t>(columns - 1) * static_cast<std::size_t>(leading) +
               static_cast<std::size_t>(rows);
    }
    void check(const char *what) const {
        if (elements()) memory_check(data, elements() * sizeof(float), what);
    }
    bool overlaps(const Matrix &other) const {
        return elements() && other.elements() && data < other.data + other.elements() &&
               other.data < data + elements();
    }
};

struct Product {
    Matrix a, b, c;
    CBLAS_TRANSPOSE transpose_a, transpose_b;
    int inner;
    float alpha, beta;
    bool tf32;
    void *workspace;
    std::size_t workspace_size;

    bool reads_operands() const {
        return alpha != 0 && inner > 0;
    }
    void check() const {
        if (reads_operands()) {
            a.check("cublasSgemm, A");
            b.check("cublasSgemm, B");
            if (c.overlaps(a) || c.overlaps(b)) fail("cublasSgemm: C overlaps A or B");
        }
        c.check("cublasSgemm, C");
        if (workspace_size) memory_check(workspace, workspace_size, "workspace of cuBLAS");
    }
};

/* Ten bits of mantissa, rounded to nearest. */
static float to_tf32(float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7f800000u) != 0x7f800000u) bits = (bits + 0x1000u) & ~0x1fffu;
    std::memcpy(&value, &bits, sizeof bits);
    return value;
}

static std::vector<float> all_to_tf32(const Matrix &matrix) {
    std::vector<float> rounded(matrix.data, matrix.data + matrix.elements());
    for (float &value : rounded) value = to_tf32(value);
    return rounded;
}

static void multiply(const Product &product) {
    product.check();
    auto *c = const_cast<float *>(product.c.data);
    const float *a = product.a.data, *b = product.b.data;
    std::vector<float> rounded_a, rounded_b;
    if (product.tf32 && product.reads_operands()) {
        rounded_a = all_to_tf32(product.a);
        rounded_b = all_to_tf32(product.b);
        a = rounded_a.data();
        b = rounded_b.data();
    }
    const auto leading = static_cast<std::size_t>(product.c.leading);
    for (std::size_t column = 0; column < static_cast<std::size_t>(product.c.columns); column++)
        memory_mark_written(c + column * leading,
                            static_cast<std::size_t>(product.c.rows) * sizeof *c);
    /* Like cuBLAS, it does not read C when beta is 0. */
    cblas_sgemm(CblasColMajor, product.transpose_a, product.transpose_b, product.c.rows,
                product.c.columns, product.inner, product.alpha, a, product.a.leading, b,
                product.b.leading, product.beta, c, product.c.leading);
    /* The workspace is cuBLAS's to overwrite. */
    auto *words = static_cast<std::uint32_t *>(product.workspace);
    for (std::size_t i = 0; i < product.workspace_size / sizeof *words; i++) words[i] = poison_word;
}

static bool is_operation(cublasOperation_t operation) {
    return operation == CUBLAS_OP_N || operation == CUBLAS_OP_T || operation == CUBLAS_OP_C;
}

cublasStatus_t cublasSgemm(cublasHandle_t handle, cublasOperation_t transpose_a,
                           cublasOperation_t transpose_b, int m, int n, int k, const float *alpha,
                           const float *a, int lda, const float *b, int ldb, const float *beta,
                           float *c, int ldc) {
    const Entry entry("cublasSgemm");
    if (entry.fails()) return failure(entry);
    check_handle(handle);
    if (!handle->stream) fail("cuBLAS works on the default stream: call cublasSetStream()");
    check_object(handle->stream, "stream");
    if (!is_operation(transpose_a) || !is_operation(transpose_b) || m < 0 || n < 0 || k < 0 ||
        !alpha || !beta)
        return CUBLAS_STATUS_INVALID_VALUE;
    const bool turn_a = transpose_a != CUBLAS_OP_N, turn_b = transpose_b != CUBLAS_OP_N;
    Product product = {};
    product.a = {a, turn_a ? k : m, turn_a ? m : k, lda};
    product.b = {b, turn_b ? n : k, turn_b ? k : n, ldb};
    product.c = {c, m, n, ldc};
    if (!product.a.has_valid_leading() || !product.b.has_valid_leading() ||
        !product.c.has_valid_leading())
        return CUBLAS_STATUS_INVALID_VALUE;
    if (!m || !n) return CUBLAS_STATUS_SUCCESS;
    product.transpose_a = turn_a ? CblasTrans : CblasNoTrans;
    product.transpose_b = turn_b ? CblasTrans : CblasNoTrans;
    product.inner = k;
    product.alpha = *alpha; /* scalars on the host are read at the call */
    product.beta = *beta;
    product.tf32 = handle->math == CUBLAS_TF32_TENSOR_OP_MATH;
    product.workspace = handle->workspace;
    product.workspace_size = handle->workspace_size;
    product.check();
    return stream_add(handle->stream, {nullptr, [product] { multiply(product); }})
               ? CUBLAS_STATUS_EXECUTION_FAILED
               : CUBLAS_STATUS_SUCCESS;
}
