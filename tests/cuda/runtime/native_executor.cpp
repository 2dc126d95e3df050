/* SPDX-License-Identifier: MIT */
/* Kernels compiled as C++ for this processor, one fiber for each CUDA thread. Blocks run one after
 * another, in an order that is theirs to survive. */
#include "executor.h"

#include "cuda_native.h"
#include "memory.h"
#include "native_block.h"
#include "native_shared.h"
#include "options.h"
#include "report.h"
#include <cstdio>
#include <map>
#include <memory>
#include <numeric>
#include <string>

struct Kernel {
    std::string name;
    cuda_native::Bind bind;
};

static std::map<std::string, Kernel> *all_kernels() {
    auto *result = new std::map<std::string, Kernel>;
    for (const cuda_native::KernelEntry *entry = cuda_native::kernel_entries; entry->name; entry++)
        (*result)[entry->name] = {entry->name, entry->bind};
    return result;
}

static std::map<std::string, Kernel> &kernels() {
    static auto *result = all_kernels();
    return *result;
}

static const char *running_kernel;

static std::string location() {
    char text[300];
    std::snprintf(text, sizeof text, "kernel %s, block (%u,%u,%u), thread (%u,%u,%u)",
                  running_kernel, blockIdx.x, blockIdx.y, blockIdx.z, threadIdx.x, threadIdx.y,
                  threadIdx.z);
    return text;
}

void cuda_native::check_pointer(const void *pointer, const char *kernel, std::size_t argument) {
    if (!pointer) return; /* as good as any: it is not to be read then */
    const auto address = reinterpret_cast<std::uintptr_t>(pointer);
    const Allocation *found = memory_find(address);
    if (!found || !found->alive || !found->contains(address, 0))
        fail("argument %zu of kernel %s does not point into a live device allocation: %s",
             argument + 1, kernel, memory_describe(address).c_str());
}

void cuda_native::fail_in_kernel(const char *message) {
    fail("%s", message);
}

/* All numbers below `count` in a random order, one after another: start + i * step, modulo count.
 */
struct Walk {
    std::uint64_t next, step, count;

    explicit Walk(std::uint64_t size) : next(0), step(1), count(size) {
        if (options().order == Order::ascending || size == 1) return;
        next = step = size - 1;
        if (options().order == Order::descending) return;
        const auto bound = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, 0xffffffffu));
        next = random_below(bound);
        do step = 1 + random_below(bound);
        while (std::gcd(step, size) != 1);
    }
    std::uint64_t take() {
        const std::uint64_t taken = next;
        next = (next + step) % count;
        return taken;
    }
};

static void run_grid(const Kernel &kernel, const LaunchConfiguration &launch,
                     const std::function<void()> &body) {
    const Dimensions grid = launch.grid, block = launch.block;
    running_kernel = kernel.name.c_str();
    report_location(location);
    gridDim = dim3(grid.x, grid.y, grid.z);
    blockDim = dim3(block.x, block.y, block.z);
    block_begin_launch(block);
    const std::uint64_t blocks = std::uint64_t(grid.x) * grid.y * grid.z;
    Walk walk(blocks);
    for (std::uint64_t i = 0; i < blocks; i++) {
        const std::uint64_t number = walk.take(), rest = number / grid.x;
        blockIdx = {static_cast<unsigned>(number % grid.x), static_cast<unsigned>(rest % grid.y),
                    static_cast<unsigned>(rest / grid.y)};
        shared_fill();
        block_run(body, i % 2);
        shared_check();
    }
    block_end_launch();
    memory_check_canaries(false);
    report_location(nullptr);
}

const char *executor_name() {
    return "native";
}

bool executor_tracks_writes() {
    return false;
}

bool executor_load(const void *image) {
    return image != nullptr; /* the kernels are in this library, compiled from the same source */
}

Kernel *executor_find(const char *name) {
    const auto found = kernels().find(name);
    return found == kernels().end() ? nullptr : &found->second;
}

KernelAttributes executor_attributes(const Kernel &kernel) {
    (void)kernel; /* a C++ compiler keeps nothing of __launch_bounds__ */
    return {1024, 0, 0};
}

std::function<void()> executor_bind(const Kernel &kernel, const LaunchConfiguration &configuration,
                                    void **arguments) {
    if (configuration.dynamic_shared)
        fail("kernel %s is launched with dynamic shared memory, which it cannot have: only "
             "__shared__ arrays of fixed size are known",
             kernel.name.c_str());
    const std::function<void()> body = kernel.bind(kernel.name.c_str(), arguments);
    const Kernel *which = &kernel;
    return [=] { run_grid(*which, configuration, body); };
}
