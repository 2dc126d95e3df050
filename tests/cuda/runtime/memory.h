/* SPDX-License-Identifier: MIT */
/* Device memory. Every allocation lies alone between inaccessible pages, at an address that is
 * never used again; it ends where such a page starts, up to the 256 bytes of its alignment, which
 * hold a canary. Fresh memory is NaN. While host code runs, all of it is inaccessible. */
#ifndef TIGRILLO_CUDA_MEMORY_H
#define TIGRILLO_CUDA_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <string>

constexpr std::uint32_t poison_word = 0x7fc0dead; /* fresh memory: a NaN, and no likely integer */

struct Allocation {
    char *data;
    std::size_t size; /* as asked for: bytes from here on are out of bounds */
    unsigned number;  /* 1 for the first of the process */
    bool alive;       /* freed allocations are kept, to be named in messages */
    char *pages;      /* of data and padding, without the inaccessible pages around */
    std::size_t pages_size;
    unsigned char
        *written;        /* 1 for each byte written since it was allocated, or nullptr: see below */
    void *executor_data; /* the executor's own, nullptr at first; see memory_on_free() */

    bool contains(std::uintptr_t address, std::size_t bytes) const {
        const auto start = reinterpret_cast<std::uintptr_t>(data);
        return address >= start && bytes <= size && address - start <= size - bytes;
    }
};

/* nullptr when the device has no `size` bytes left. */
void *memory_allocate(std::size_t size);
/* Whether `data` was the start of a live allocation; then it is freed. */
bool memory_free(void *data);

/* The allocation whose bytes, padding or surrounding pages hold the address, alive or not; nullptr
 * when there is none. The pointer stays valid for ever. */
Allocation *memory_find(std::uintptr_t address);
/* Whether an address is in the range that device memory is taken from. */
bool memory_covers(std::uintptr_t address);
/* For messages: "byte 12 of device allocation #3 (400 bytes)", "4 bytes past the end of ...". */
std::string memory_describe(std::uintptr_t address);

/* Ends the test unless the bytes lie in one live allocation. `what` starts the message. */
Allocation &memory_check(const void *data, std::size_t bytes, const char *what);

/* Between these two, device memory is accessible. memory_lock() checks all canaries; an executor
 * checks those next to the allocations after each kernel, so that the message can name it. */
void memory_unlock();
void memory_lock();
void memory_check_canaries(bool all);
bool memory_is_unlocked();

/* Shadow of what was written, kept only if the executor asks for it before anything is allocated
 * (executor_tracks_writes()). Copies, fills and cuBLAS keep it up to date through these two; stores
 * of kernels are the executor's to mark. */
void memory_mark_written(const void *data, std::size_t bytes);
void memory_copy_written(const void *to, const void *from, std::size_t bytes);

/* Called for each allocation that is freed, before its memory goes; for executor_data. */
void memory_on_free(void (*function)(Allocation &));

std::size_t memory_total();
std::size_t memory_used();
void memory_set_total(std::size_t bytes);
unsigned memory_live(); /* allocations */
std::string memory_list_live();

#endif
