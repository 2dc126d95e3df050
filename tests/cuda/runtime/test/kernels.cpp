/* SPDX-License-Identifier: MIT */
/* Kernels that are right. */
#include "harness.h"

#include <algorithm>
#include <cmath>
#include <string>

static void test_kernels(const char *order) {
    setenv("TIGRILLO_CUDA_ORDER", order, 1);
    Session s;
    CUdeviceptr x = s.copy(ramp(1000));
    s.launch("add_one", 4, 256, 1000, x);
    const std::vector<float> sums = s.read<float>(x, 1000);
    for (std::size_t i = 0; i < 1000; i++) EXPECT(sums[i] == static_cast<float>(i + 1));
    OK(cuMemFree, x);

    x = s.floats(18);
    s.launch("block_sums", 3, 64, x);
    const std::vector<int> blocks = s.read<int>(x, 18);
    for (std::size_t b = 0; b < 3; b++) {
        const int expected[] = {64 * static_cast<int>(b + 1), 10, 1, 0, 1, 0};
        for (std::size_t i = 0; i < 6; i++) EXPECT(blocks[6 * b + i] == expected[i]);
    }
    OK(cuMemFree, x);

    x = s.floats(320);
    s.launch("warp_results", 1, 32, x);
    const std::vector<float> lanes = s.read<float>(x, 320);
    for (int lane = 0; lane < 32; lane++) {
        const float *got = lanes.data() + 10 * lane;
        const auto value = [](int l) { return static_cast<float>(100 + l); };
        float last = value(31 - lane);
        if (lane < 16) last += value(lane ^ 1) + value(lane ^ 2) + value(lane ^ 3);
        EXPECT(got[0] == value(5));
        EXPECT(got[1] == value(lane / 8 * 8 + 5));
        EXPECT(got[2] == value(lane < 3 ? lane : lane - 3));
        EXPECT(got[3] == value(lane % 16 >= 13 ? lane : lane + 3));
        EXPECT(got[4] == value(lane ^ 9));
        EXPECT(got[5] == value(lane ^ 1) + 0.5f);
        EXPECT(got[6] == 11 && got[7] == 1 && got[8] == 1);
        EXPECT(got[9] == last);
    }
    OK(cuMemFree, x);

    x = s.floats(32);
    void *arguments[] = {&x};
    OK(cuLaunchKernel, s.function("two_shared_arrays"), 2, 1, 1, 4, 4, 1, 0, s.stream, arguments,
       nullptr);
    const std::vector<float> tile = s.read<float>(x, 32);
    for (std::size_t r = 0; r < 8; r++)
        for (std::size_t c = 0; c < 4; c++)
            EXPECT(tile[4 * r + c] == static_cast<float>(10 * c + r % 4 + 101));
    OK(cuMemFree, x);
    s.close();
}

static std::vector<int> order_of_threads(const char *order, const char *seed) {
    setenv("TIGRILLO_CUDA_ORDER", order, 1);
    setenv("TIGRILLO_CUDA_SEED", seed, 1);
    Session s;
    const CUdeviceptr next = s.copy(std::vector<int>{0}), out = s.floats(30);
    s.launch("order_of_threads", 3, 10, next, out);
    const std::vector<int> result = s.read<int>(out, 30);
    OK(cuMemFree, next);
    OK(cuMemFree, out);
    s.close();
    return result;
}

static void test_random_order() {
    const std::vector<int> found = order_of_threads("random", "5");
    std::vector<int> sorted = found;
    std::sort(sorted.begin(), sorted.end());
    for (int i = 0; i < 30; i++) EXPECT(sorted[static_cast<std::size_t>(i)] == i);
    EXPECT(sorted != found);
    std::reverse(sorted.begin(), sorted.end());
    EXPECT(sorted != found);
}

static void test_orders() {
    passes("threads ascend", [] {
        const std::vector<int> found = order_of_threads("ascending", "1");
        for (int i = 0; i < 30; i++) EXPECT(found[static_cast<std::size_t>(i)] == i);
    });
    passes("threads descend", [] {
        const std::vector<int> found = order_of_threads("descending", "1");
        for (int i = 0; i < 30; i++) EXPECT(found[static_cast<std::size_t>(i)] == 29 - i);
    });
    passes("threads in random order", test_random_order);
}

static void test_poison() {
    Session s;
    const CUdeviceptr memory = s.floats(100), found = s.floats(6);
    for (const float value : s.read<float>(memory, 100)) EXPECT(std::isnan(value));
    s.launch("read_shared", 3, 1, found);
    for (const float value : s.read<float>(found, 6)) EXPECT(std::isnan(value));
    OK(cuMemFree, memory);
    OK(cuMemFree, found);
    s.close();
}

static double ulps(double value, double exact) {
    const float nearest = static_cast<float>(exact);
    return std::fabs(value - exact) /
           (std::nextafter(std::fabs(nearest), INFINITY) - std::fabs(nearest));
}

static void test_math() {
    Session s;
    std::vector<float> values;
    for (float x = -8; x < 8; x += 0.0131f) values.push_back(x);
    const CUdeviceptr x = s.copy(values), y = s.floats(8 * values.size());
    s.launch("math", static_cast<unsigned>(values.size() / 64 + 1), 64,
             static_cast<int>(values.size()), x, y);
    const std::vector<float> got = s.read<float>(y, 8 * values.size());
    double worst[6] = {0};
    for (std::size_t i = 0; i < values.size(); i++) {
        const double v = static_cast<double>(values[i]), size = std::fabs(v);
        const float *mine = got.data() + 8 * i;
        const double exact[] = {std::exp(v), 1 / std::sqrt(size), std::log(size),
                                std::exp(v), std::tanh(v),        1 / v};
        for (std::size_t f = 0; f < 6; f++) {
            double error = ulps(static_cast<double>(mine[f]), exact[f]);
            if (f == 0) error /= 2 + std::floor(1.173 * size);
            if (f == 2 && size >= 0.5 && size <= 2)
                error = 3 * std::fabs(static_cast<double>(mine[f]) - exact[f]) / 0x1p-21;
            worst[f] = std::max(worst[f], error);
        }
        const volatile float square = values[i] * values[i];
        EXPECT(mine[6] == std::fmaf(values[i], values[i], -1));
        EXPECT(mine[7] == square - 1);
    }
    const double most[] = {1.3, 2.6, 3.6, 1.6, 2.7, 2.6}, least[] = {0.6, 1.1, 1.6, 0.9, 0.9, 1.1};
    for (std::size_t f = 0; f < 6; f++) {
        if (worst[f] < least[f] || worst[f] > most[f])
            std::fprintf(stderr, "function %zu: %g ulps\n", f, worst[f]);
        EXPECT(worst[f] >= least[f] && worst[f] <= most[f]);
    }
    OK(cuMemFree, x);
    OK(cuMemFree, y);
    s.close();
}

/* ---- Launches ---- */

static void test_launch_limits() {
    Session s;
    CUdeviceptr x = s.floats(4);
    int count = 0;
    void *arguments[] = {&count, &x};
    const CUfunction add_one = s.function("add_one");
    const auto launch = [&](unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                            unsigned bz, unsigned shared) {
        return CALL(cuLaunchKernel, add_one, gx, gy, gz, bx, by, bz, shared, s.stream, arguments,
                    nullptr);
    };
    EXPECT_RESULT(launch(1, 1, 1, 1024, 1, 1, 0), CUDA_SUCCESS);
    EXPECT_RESULT(launch(1, 1, 1, 1, 1024, 1, 0), CUDA_SUCCESS);
    EXPECT_RESULT(launch(1, 1, 1, 4, 4, 64, 0), CUDA_SUCCESS);
    EXPECT_RESULT(launch(0, 1, 1, 1, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
    EXPECT_RESULT(launch(1, 1, 1, 1, 0, 1, 0), CUDA_ERROR_INVALID_VALUE);
    EXPECT_RESULT(launch(1, 1, 1, 1025, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
    EXPECT_RESULT(launch(1, 1, 1, 1, 1, 65, 0), CUDA_ERROR_INVALID_VALUE);
    EXPECT_RESULT(launch(1, 1, 1, 33, 32, 1, 0), CUDA_ERROR_INVALID_VALUE);
    EXPECT_RESULT(launch(1, 65536, 1, 1, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
    EXPECT_RESULT(launch(1, 1, 65536, 1, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
    EXPECT_RESULT(launch(0x80000000u, 1, 1, 1, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
    EXPECT_RESULT(launch(1, 1, 1, 1, 1, 1, 49153), CUDA_ERROR_INVALID_VALUE);
    int threads = 0;
    OK(cuFuncGetAttribute, &threads, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, add_one);
    EXPECT(threads == 1024);
    CUfunction none = nullptr;
    REFUSED(CUDA_ERROR_NOT_FOUND, cuModuleGetFunction, &none, s.module, "no_such_kernel");
    OK(cuMemFree, x);
    s.close();
}

void kernel_tests() {
    for (const char *order : {"ascending", "descending", "random"})
        passes((std::string("kernels, ") + order).c_str(), [order] { test_kernels(order); });
    test_orders();
    passes("fresh memory is NaN", test_poison);
    passes("mathematics", test_math);
    passes("limits of launches", test_launch_limits);
}
