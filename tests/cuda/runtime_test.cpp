/* SPDX-License-Identifier: MIT */
/* Tests of the CUDA test runtime: every fault that it is to find, provoked once in a process of its
 * own, and correct programs that pass. */
#include "runtime/test/harness.h"

static void all_tests() {
    kernel_tests();
    kernel_fault_tests();
    memory_tests();
    stream_tests();
    context_tests();
    graph_tests();
    capture_tests();
    cublas_tests();
    failure_tests();
}

int main(int count, char **arguments) {
    if (count < 2 || !load(arguments[1])) {
        std::printf("usage: %s libtigrillo_cuda_faulty.so [part of a name]\n", arguments[0]);
        return 1;
    }
    return !run_tests(count > 2 ? arguments[2] : "", all_tests);
}
