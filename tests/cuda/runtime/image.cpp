/* SPDX-License-Identifier: MIT */
/* A fat binary is a header and entries, each a header and the code:
 *
 *     the file    uint32 magic, uint16 version, uint16 header size, uint64 size of the entries
 *     an entry    uint16 kind (1 PTX, 2 machine code), uint16, uint32 header size, uint64 code
 * size,
 *                 ..., at byte 28 uint32 compute capability */
#include "image.h"

#include <cstdint>
#include <cstring>

enum { kind_ptx = 1, kind_machine_code = 2 };

template <class Value> static Value read(const char *from) {
    Value value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/* Machine code runs where the major number is the same; PTX, on whatever is newer. */
static bool runs_on(int kind, int built_for, int capability) {
    if (built_for > capability) return false;
    return kind == kind_ptx || (kind == kind_machine_code && built_for / 10 == capability / 10);
}

CUresult image_check(const void *image, int capability) {
    const char *start = static_cast<const char *>(image);
    if (!image || read<std::uint32_t>(start) != 0xba55ed50u) return CUDA_ERROR_INVALID_IMAGE;
    const auto header = read<std::uint16_t>(start + 6);
    const char *const end = start + header + read<std::uint64_t>(start + 8);
    const char *entry = start + header;
    while (entry < end) {
        const auto entry_header = read<std::uint32_t>(entry + 4);
        const auto size = read<std::uint64_t>(entry + 8);
        const auto left = static_cast<std::uint64_t>(end - entry);
        if (entry_header < 32 || entry_header > left || size > left - entry_header)
            return CUDA_ERROR_INVALID_IMAGE;
        if (runs_on(read<std::uint16_t>(entry), read<std::int32_t>(entry + 28), capability))
            return CUDA_SUCCESS;
        entry += entry_header + size;
    }
    return CUDA_ERROR_NO_BINARY_FOR_GPU;
}
