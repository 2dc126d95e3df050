/* SPDX-License-Identifier: MIT */
/* Fat binaries: a header of 16 bytes (magic, version, its size, the size of what follows), then
 * entries (kind, version, size of the entry's header, size of its payload, ..., target). Of kind 1
 * is PTX. The wrapper that the CUDA runtime registers (another magic) points to one. */
#include "ptx_container.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace ptx {

enum : uint32_t { MAGIC = 0xba55ed50, WRAPPER_MAGIC = 0x466243b1, KIND_PTX = 1 };

template <class T> static T at(const char *data, size_t offset) {
    T value;
    memcpy(&value, data + offset, sizeof value);
    return value;
}

static uint32_t target_of(const std::string &text) {
    const size_t found = text.find(".target sm_");
    if (found == std::string::npos) return UINT32_MAX;
    return static_cast<uint32_t>(
        strtoul(text.c_str() + found + strlen(".target sm_"), nullptr, 10));
}

std::string text_of(const void *image, std::string *reason) {
    const char *data = static_cast<const char *>(image);
    if (at<uint32_t>(data, 0) == WRAPPER_MAGIC) {
        const char *pointed;
        memcpy(&pointed, data + 8, sizeof pointed);
        data = pointed;
    }
    if (at<uint32_t>(data, 0) != MAGIC) {
        const std::string text = data;
        if (text.find(".version") != std::string::npos) return text;
        *reason = "it is neither a fat binary nor PTX";
        return "";
    }
    const size_t header = at<uint16_t>(data, 6);
    const char *const end = data + header + at<uint64_t>(data, 8);
    std::string lowest;
    *reason = "there is no PTX in it";
    for (const char *entry = data + header; entry + 16 < end;) {
        const uint32_t entry_header = at<uint32_t>(entry, 4);
        const uint64_t size = at<uint64_t>(entry, 8);
        if (entry_header < 16 || size > static_cast<uint64_t>(end - entry) - entry_header) break;
        if (at<uint16_t>(entry, 0) == KIND_PTX) {
            const char *const payload = entry + entry_header;
            const std::string text(payload, strnlen(payload, size));
            if (text.find(".version") == std::string::npos)
                *reason = "its PTX is compressed (nvcc -no-compress leaves it in clear text)";
            else if (lowest.empty() || target_of(text) < target_of(lowest))
                lowest = text;
        }
        entry += entry_header + size;
    }
    return lowest;
}

} // namespace ptx
