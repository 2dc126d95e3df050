/* SPDX-License-Identifier: MIT */
/* executor.h, by the PTX interpreter. */
#include "executor.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "ptx_container.h"
#include "ptx_execute.h"
#include "ptx_executor.h"
#include "ptx_parser.h"

struct Kernel {
    const ptx::Module *module;
    const ptx::Function *function;
};

/* Nothing here is ever destroyed: a device may be closed as late as at exit. */
static std::map<std::string, Kernel> &kernels() {
    static auto &all = *new std::map<std::string, Kernel>;
    return all;
}

const char *executor_name() {
    return "PTX";
}

bool executor_tracks_writes() {
    return true;
}

bool executor_load(const void *image) {
    static auto &modules = *new std::map<std::string, std::unique_ptr<ptx::Module>>; /* by text */
    std::string reason;
    const std::string text = ptx::text_of(image, &reason);
    if (text.empty()) {
        fprintf(stderr, "CUDA test runtime: the image cannot be interpreted: %s\n", reason.c_str());
        return false;
    }
    if (modules.empty()) memory_on_free(ptx::forget_region);
    std::unique_ptr<ptx::Module> &module = modules[text];
    if (!module) module = ptx::parse(text);
    for (const ptx::Function &function : module->functions)
        if (function.kernel && function.defined)
            kernels()[function.name] = {module.get(), &function};
    return true;
}

Kernel *executor_find(const char *name) {
    const auto found = kernels().find(name);
    return found == kernels().end() ? nullptr : &found->second;
}

KernelAttributes executor_attributes(const Kernel &kernel) {
    return {static_cast<int>(kernel.function->maximum_threads),
            ptx::static_shared_size(*kernel.module, *kernel.function), 0};
}

/* Which variable of shared memory each byte belongs to. */
static void lay_out_shared(ptx::Launch &launch) {
    const uint64_t end = ptx::shared_extent(*launch.module, *launch.function);
    const unsigned dynamic = launch.configuration.dynamic_shared;
    launch.dynamic_base = (end + 511) / 256 * 256;
    launch.shared_owner.assign(dynamic ? launch.dynamic_base + dynamic : end, 0);
    uint16_t number = 0;
    for (const auto *list : {&launch.module->shared, &launch.function->shared})
        for (const ptx::Variable &variable : *list)
            std::fill_n(launch.shared_owner.begin() + static_cast<long>(variable.address),
                        variable.size, ++number);
    if (dynamic)
        std::fill_n(launch.shared_owner.begin() + static_cast<long>(launch.dynamic_base), dynamic,
                    ++number);
}

std::function<void()> executor_bind(const Kernel &kernel, const LaunchConfiguration &configuration,
                                    void **arguments) {
    auto launch = std::make_shared<ptx::Launch>();
    launch->module = kernel.module;
    launch->function = kernel.function;
    launch->configuration = configuration;
    launch->parameters.resize(kernel.function->parameters_size);
    for (size_t i = 0; i < kernel.function->parameters.size(); i++) {
        const ptx::Variable &parameter = kernel.function->parameters[i];
        memcpy(&launch->parameters[parameter.address], arguments[i], parameter.size);
    }
    lay_out_shared(*launch);
    return [launch] { ptx::run_launch(*launch); };
}

std::vector<std::size_t> ptx_parameters(const char *name, bool *found) {
    std::vector<std::size_t> sizes;
    const Kernel *const kernel = executor_find(name);
    *found = kernel != nullptr;
    if (kernel)
        for (const ptx::Variable &parameter : kernel->function->parameters)
            sizes.push_back(parameter.size);
    return sizes;
}

int tigrillo_ptx_parameters(const char *name, std::size_t *sizes, int capacity) {
    bool found;
    const std::vector<std::size_t> all = ptx_parameters(name, &found);
    for (size_t i = 0; i < all.size() && i < static_cast<size_t>(std::max(capacity, 0)); i++)
        sizes[i] = all[i];
    return found ? static_cast<int>(all.size()) : -1;
}
