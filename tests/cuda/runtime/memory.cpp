/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include "executor.h"
#include "report.h"
#include "sanitizers.h"
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <vector>

static constexpr std::size_t page = 4096;
static constexpr std::size_t alignment = 256;                 /* what cuMemAlloc promises */
static constexpr std::size_t reserved = std::size_t(1) << 38; /* addresses, not memory */
static constexpr std::uint32_t canary = 0x7fcafe11;           /* a NaN too: reads show as well */

static char *reserve_start, *reserve_next;
/* By number, so by address. Never destroyed: the check for leaks at exit reads it. */
static std::vector<Allocation *> &allocations = *new std::vector<Allocation *>;
static std::size_t total = std::size_t(1) << 30, used;
static unsigned live;
static bool unlocked;
static void (*on_free)(Allocation &);

static std::size_t round_up(std::size_t size, std::size_t multiple) {
    return (size + multiple - 1) / multiple * multiple;
}

static void protect(const Allocation &allocation, int protection) {
    if (mprotect(allocation.pages, allocation.pages_size, protection))
        fail("cannot change the protection of %zu bytes", allocation.pages_size);
}

NOT_SANITIZED static void fill_words(char *start, const char *end, std::uint32_t word) {
    for (; start + sizeof word <= end; start += sizeof word)
        *reinterpret_cast<volatile std::uint32_t *>(start) = word;
}

/* The padding before the allocation, and behind it from the first whole word on. */
static char *padding_start(const Allocation &allocation) {
    return allocation.data + round_up(allocation.size, sizeof canary);
}
static char *pages_end(const Allocation &allocation) {
    return allocation.pages + allocation.pages_size;
}

static void reserve() {
    void *start = mmap(nullptr, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                       -1, 0);
    if (start == MAP_FAILED) fail("cannot reserve addresses for device memory");
    reserve_start = reserve_next = static_cast<char *>(start);
}

static unsigned char *make_shadow(std::size_t size) {
    void *shadow = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (shadow == MAP_FAILED) fail("no memory for the shadow of device memory");
    return static_cast<unsigned char *>(shadow);
}

void *memory_allocate(std::size_t size) {
    if (!reserve_start) reserve();
    if (size > total || used > total - size) return nullptr;
    const std::size_t padded = round_up(size, alignment), pages = round_up(padded, page);
    char *start = reserve_next + page;
    if (pages + 2 * page > static_cast<std::size_t>(reserve_start + reserved - reserve_next))
        fail("all addresses of device memory are used up: none is used twice");
    reserve_next = start + pages + page;

    auto *allocation = new Allocation{};
    allocation->pages = start;
    allocation->pages_size = pages;
    allocation->data = start + pages - padded;
    allocation->size = size;
    allocation->number = static_cast<unsigned>(allocations.size() + 1);
    allocation->alive = true;
    protect(*allocation, PROT_READ | PROT_WRITE);
    fill_words(start, start + pages, canary);
    fill_words(allocation->data, padding_start(*allocation), poison_word);
#ifdef TIGRILLO_CUDA_ASAN
    __asan_poison_memory_region(start - page, pages + 2 * page);
    __asan_unpoison_memory_region(allocation->data, size);
#endif
    if (!unlocked) protect(*allocation, PROT_NONE);
    if (executor_tracks_writes()) allocation->written = make_shadow(size);
    allocations.push_back(allocation);
    used += size;
    live++;
    return allocation->data;
}

bool memory_free(void *data) {
    Allocation *allocation = memory_find(reinterpret_cast<std::uintptr_t>(data));
    if (!allocation || !allocation->alive || allocation->data != data) return false;
    if (on_free) on_free(*allocation);
    if (allocation->written) munmap(allocation->written, allocation->size);
    allocation->written = nullptr;
    allocation->alive = false;
#ifdef TIGRILLO_CUDA_ASAN
    /* The message of the signal handler says more than the sanitizer's would. */
    __asan_unpoison_memory_region(allocation->pages - page, allocation->pages_size + 2 * page);
#endif
    madvise(allocation->pages, allocation->pages_size, MADV_DONTNEED);
    protect(*allocation, PROT_NONE);
    used -= allocation->size;
    live--;
    return true;
}

bool memory_covers(std::uintptr_t address) {
    const auto start = reinterpret_cast<std::uintptr_t>(reserve_start);
    return reserve_start && address >= start && address - start < reserved;
}

Allocation *memory_find(std::uintptr_t address) {
    const auto behind = std::upper_bound(
        allocations.begin(), allocations.end(), address, [](std::uintptr_t a, const Allocation *b) {
            return a < reinterpret_cast<std::uintptr_t>(b->pages - page);
        });
    if (behind == allocations.begin()) return nullptr;
    Allocation *found = *(behind - 1);
    const auto end = reinterpret_cast<std::uintptr_t>(pages_end(*found) + page);
    return address < end ? found : nullptr;
}

std::string memory_describe(std::uintptr_t address) {
    const Allocation *found = memory_find(address);
    char text[200];
    if (!found) {
        std::snprintf(text, sizeof text, "%#zx, where no device allocation is", address);
        return text;
    }
    const auto start = reinterpret_cast<std::uintptr_t>(found->data);
    std::size_t distance = address - start;
    const char *place = "byte %zu of device allocation #%u (%zu bytes)%s";
    if (address < start) {
        distance = start - address;
        place = "%zu bytes before device allocation #%u (%zu bytes)%s";
    } else if (distance >= found->size) {
        distance -= found->size;
        place = "%zu bytes past the end of device allocation #%u (%zu bytes)%s";
    }
    std::snprintf(text, sizeof text, place, distance, found->number, found->size,
                  found->alive ? "" : ", which was freed");
    return text;
}

Allocation &memory_check(const void *data, std::size_t bytes, const char *what) {
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    Allocation *found = memory_find(address);
    if (!found || !found->alive || !found->contains(address, bytes))
        fail("%s: %zu bytes from %s are not in one live device allocation", what, bytes,
             memory_describe(address).c_str());
    return *found;
}

void memory_unlock() {
    if (unlocked) return;
    for (const Allocation *allocation : allocations)
        if (allocation->alive) protect(*allocation, PROT_READ | PROT_WRITE);
    unlocked = true;
}

NOT_SANITIZED static void check_words(const char *start, const char *end) {
    for (; start + sizeof canary <= end; start += sizeof canary)
        if (*reinterpret_cast<const volatile std::uint32_t *>(start) != canary)
            fail("out of bounds: something wrote %s",
                 memory_describe(reinterpret_cast<std::uintptr_t>(start)).c_str());
}

void memory_check_canaries(bool all) {
    for (const Allocation *allocation : allocations) {
        if (!allocation->alive) continue;
        const auto before = static_cast<std::size_t>(allocation->data - allocation->pages);
        check_words(allocation->data - (all ? before : std::min(before, alignment)),
                    allocation->data);
        check_words(padding_start(*allocation), pages_end(*allocation));
    }
}

void memory_lock() {
    if (!unlocked) return;
    memory_check_canaries(true);
    for (const Allocation *allocation : allocations)
        if (allocation->alive) protect(*allocation, PROT_NONE);
    unlocked = false;
}

bool memory_is_unlocked() {
    return unlocked;
}

void memory_mark_written(const void *data, std::size_t bytes) {
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    const Allocation *found = memory_find(address);
    if (!found || !found->written) return;
    std::memset(found->written + (address - reinterpret_cast<std::uintptr_t>(found->data)), 1,
                bytes);
}

void memory_copy_written(const void *to, const void *from, std::size_t bytes) {
    const Allocation *target = memory_find(reinterpret_cast<std::uintptr_t>(to));
    const Allocation *source = memory_find(reinterpret_cast<std::uintptr_t>(from));
    if (!target || !source || !target->written || !source->written) return;
    std::memmove(target->written + (static_cast<const char *>(to) - target->data),
                 source->written + (static_cast<const char *>(from) - source->data), bytes);
}

void memory_on_free(void (*function)(Allocation &)) {
    on_free = function;
}

std::size_t memory_total() {
    return total;
}

std::size_t memory_used() {
    return used;
}

void memory_set_total(std::size_t bytes) {
    total = bytes;
}

unsigned memory_live() {
    return live;
}

std::string memory_list_live() {
    std::string text;
    for (const Allocation *allocation : allocations)
        if (allocation->alive)
            text += "\n  device allocation #" + std::to_string(allocation->number) + " (" +
                    std::to_string(allocation->size) + " bytes)";
    return text;
}
