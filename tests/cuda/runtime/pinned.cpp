/* SPDX-License-Identifier: MIT */
#include "pinned.h"

#include "report.h"
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>

static std::map<std::uintptr_t, std::size_t> &sizes() {
    static auto *result = new std::map<std::uintptr_t, std::size_t>; /* outlives all destructors */
    return *result;
}

void *pinned_allocate(std::size_t size) {
    void *data = nullptr;
    if (posix_memalign(&data, 4096, size)) return nullptr;
    std::memset(data, 0xff, size);
    sizes()[reinterpret_cast<std::uintptr_t>(data)] = size;
    return data;
}

bool pinned_free(void *data) {
    if (!sizes().erase(reinterpret_cast<std::uintptr_t>(data))) return false;
    std::free(data);
    return true;
}

bool pinned_contains(const void *data, std::size_t bytes) {
    const auto start = reinterpret_cast<std::uintptr_t>(data), end = start + bytes;
    auto behind = sizes().lower_bound(end);
    if (behind == sizes().begin()) return false;
    --behind;
    const std::uintptr_t pinned = behind->first, pinned_end = pinned + behind->second;
    if (pinned_end <= start) return false;
    if (start < pinned || end > pinned_end)
        fail("a copy of %zu bytes from or to the host is partly outside of %zu bytes of pinned "
             "memory",
             bytes, behind->second);
    return true;
}

unsigned pinned_live() {
    return static_cast<unsigned>(sizes().size());
}

std::string pinned_list_live() {
    std::string text;
    for (const auto &entry : sizes())
        text += "\n  pinned memory (" + std::to_string(entry.second) + " bytes)";
    return text;
}
