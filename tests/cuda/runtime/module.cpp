/* SPDX-License-Identifier: MIT */
/* Modules, kernels and their launch: the functions of the API. */
#include "entry.h"
#include "executor.h"
#include "image.h"
#include "options.h"
#include "report.h"
#include "stream.h"

struct CUfunc_st : Object {
    CUfunc_st() : Object("function") {
    }
    Kernel *kernel = nullptr;
};

struct CUmod_st : Object {
    CUmod_st() : Object("module") {
    }
    std::vector<CUfunction> functions;
};

static constexpr unsigned shared_limit = 49152;

CUresult cuModuleLoadData(CUmodule *module, const void *image) {
    const Entry entry("cuModuleLoadData");
    if (entry.fails()) return entry.error();
    if (!module) return CUDA_ERROR_INVALID_VALUE;
    if (const CUresult forbidden = capture_check()) return forbidden;
    if (const CUresult unfit = image_check(image, options().capability)) return unfit;
    if (!executor_load(image)) return CUDA_ERROR_INVALID_IMAGE;
    *module = new CUmod_st;
    return CUDA_SUCCESS;
}

CUresult cuModuleUnload(CUmodule module) {
    const Entry entry("cuModuleUnload");
    const CUresult result = entry.result();
    if (const CUresult forbidden = capture_check()) return forbidden;
    end_object(module, "module");
    task_wait_all();
    for (const CUfunction function : module->functions) end_object(function, "function");
    module->functions.clear();
    return result;
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
    const Entry entry("cuModuleGetFunction");
    if (entry.fails()) return entry.error();
    check_object(module, "module");
    if (!function || !name) return CUDA_ERROR_INVALID_VALUE;
    Kernel *kernel = executor_find(name);
    if (!kernel) return CUDA_ERROR_NOT_FOUND;
    *function = new CUfunc_st;
    (*function)->kernel = kernel;
    module->functions.push_back(*function);
    return CUDA_SUCCESS;
}

CUresult cuFuncGetAttribute(int *value, CUfunction_attribute name, CUfunction function) {
    const Entry entry("cuFuncGetAttribute");
    if (entry.fails()) return entry.error();
    check_object(function, "function");
    if (!value) return CUDA_ERROR_INVALID_VALUE;
    const KernelAttributes attributes = executor_attributes(*function->kernel);
    switch (name) {
    case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
        *value = attributes.maximum_threads;
        break;
    case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES:
        *value = static_cast<int>(attributes.shared_size);
        break;
    case CU_FUNC_ATTRIBUTE_NUM_REGS:
        *value = attributes.registers;
        break;
    case CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES:
        *value = 0;
        break;
    case CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES:
        *value = 0;
        break;
    case CU_FUNC_ATTRIBUTE_PTX_VERSION:
        *value = 75;
        break;
    case CU_FUNC_ATTRIBUTE_BINARY_VERSION:
        *value = options().capability;
        break;
    default:
        fail("the runtime does not know function attribute %d: add it", static_cast<int>(name));
    }
    return CUDA_SUCCESS;
}

static bool is_possible(const LaunchConfiguration &launch, const KernelAttributes &attributes) {
    const Dimensions grid = launch.grid, block = launch.block;
    if (!grid.x || !grid.y || !grid.z || !block.x || !block.y || !block.z) return false;
    if (grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535) return false;
    if (block.x > 1024 || block.y > 1024 || block.z > 64) return false;
    if (block.x * block.y * block.z > static_cast<unsigned>(attributes.maximum_threads))
        return false;
    return launch.dynamic_shared <= shared_limit &&
           attributes.shared_size <= shared_limit - launch.dynamic_shared;
}

CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                        unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                        CUstream stream, void **arguments, void **extra) {
    const Entry entry("cuLaunchKernel");
    if (entry.fails()) return entry.error();
    check_object(function, "function");
    stream_check(stream);
    if (extra) fail("arguments by way of `extra` are not known to the runtime");
    const LaunchConfiguration launch = {
        {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared_bytes};
    if (!is_possible(launch, executor_attributes(*function->kernel)))
        return CUDA_ERROR_INVALID_VALUE;
    return stream_add(stream, {nullptr, executor_bind(*function->kernel, launch, arguments)});
}
