/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "report.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>

static unsigned long number(const char *name, unsigned long standard, unsigned long largest) {
    const char *text = std::getenv(name);
    if (!text || !*text) return standard;
    char *end = nullptr;
    errno = 0;
    const unsigned long value = std::strtoul(text, &end, 10);
    if (errno || *end || *text == '-' || value > largest)
        fail("%s=%s is not a number from 0 to %lu", name, text, largest);
    return value;
}

static Order order() {
    const char *text = std::getenv("TIGRILLO_CUDA_ORDER");
    if (!text || !*text || !std::strcmp(text, "random")) return Order::random;
    if (!std::strcmp(text, "ascending")) return Order::ascending;
    if (!std::strcmp(text, "descending")) return Order::descending;
    fail("TIGRILLO_CUDA_ORDER=%s: ascending, descending or random", text);
}

static Options read_environment() {
    Options result;
    result.order = order();
    result.seed = number("TIGRILLO_CUDA_SEED", 1, ~0ul);
    result.fail = number("TIGRILLO_CUDA_FAIL", 0, ~0ul);
    result.capability = static_cast<int>(number("TIGRILLO_CUDA_CAPABILITY", 75, 999));
    result.driver_version = static_cast<int>(number("TIGRILLO_CUDA_DRIVER", 13000, 99999));
    result.devices = static_cast<int>(number("TIGRILLO_CUDA_DEVICES", 1, 16));
    result.processors = static_cast<int>(number("TIGRILLO_CUDA_PROCESSORS", 4, 1024));
    return result;
}

const Options &options() {
    static const Options result = read_environment();
    return result;
}

/* SplitMix64. */
static std::uint64_t random_bits() {
    static std::uint64_t state = options().seed;
    std::uint64_t x = state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

std::uint32_t random_below(std::uint32_t bound) {
    return static_cast<std::uint32_t>((random_bits() >> 32) * bound >> 32);
}
