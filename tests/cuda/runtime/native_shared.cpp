/* SPDX-License-Identifier: MIT */
#include "native_shared.h"

#include "cuda_native.h"
#include "memory.h"
#include "report.h"
#include "sanitizers.h"
#include <cstring>
#include <link.h>
#include <sys/mman.h>
#include <vector>

using cuda_native::SharedNote;

static char *begin() {
    return tigrillo_cuda_shared_begin + sizeof tigrillo_cuda_shared_begin;
}
static char *end() {
    return tigrillo_cuda_shared_end;
}

using Notes = std::vector<const SharedNote *>;

NOT_SANITIZED static void find_notes(const char *from, const char *to, Notes &notes) {
    constexpr std::uintptr_t step = alignof(SharedNote);
    from += (step - reinterpret_cast<std::uintptr_t>(from) % step) % step;
    for (; from + sizeof(SharedNote) <= to; from += step) {
        const auto *note = reinterpret_cast<const volatile SharedNote *>(from);
        if (note->mark[0] == cuda_native::shared_note_mark &&
            note->mark[1] == ~cuda_native::shared_note_mark)
            notes.push_back(reinterpret_cast<const SharedNote *>(from));
    }
}

/* Of the data of this library. */
static int find_in_module(dl_phdr_info *module, std::size_t, void *notes) {
    for (int i = 0; i < module->dlpi_phnum; i++) {
        const auto &segment = module->dlpi_phdr[i];
        const char *start = reinterpret_cast<char *>(module->dlpi_addr + segment.p_vaddr);
        const char *stop = start + segment.p_memsz;
        if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_W)) continue;
        if (begin() >= start && begin() < stop)
            find_notes(start, start + segment.p_filesz, *static_cast<Notes *>(notes));
    }
    return 0;
}

static Notes find_all_notes() {
    Notes notes;
    dl_iterate_phdr(find_in_module, &notes);
    bool ordered = tigrillo_cuda_shared_kernels >= begin() && tigrillo_cuda_shared_kernels < end();
    for (const SharedNote *note : notes)
        ordered = ordered && note->gap->bytes >= begin() && note->gap->bytes < end();
    if (!ordered) fail("the library is not linked in the order that shared memory needs");
    return notes;
}

static const Notes &all_notes() {
    static const auto *notes = new Notes(find_all_notes());
    return *notes;
}

NOT_SANITIZED void shared_fill() {
    all_notes();
#ifdef TIGRILLO_CUDA_TSAN
    /* The arrays are new objects in each block: their pages go, and the sanitizer forgets them. */
    const auto size = static_cast<std::size_t>(end() - begin());
    munmap(begin(), size);
    if (mmap(begin(), size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
             0) == MAP_FAILED)
        fail("cannot renew shared memory");
#endif
    for (char *word = begin(); word < end(); word += sizeof poison_word)
        *reinterpret_cast<volatile std::uint32_t *>(word) = poison_word;
}

NOT_SANITIZED void shared_check() {
    for (const SharedNote *note : all_notes())
        for (const char *word = note->gap->bytes; word < note->gap->bytes + sizeof *note->gap;
             word += sizeof poison_word)
            if (*reinterpret_cast<const volatile std::uint32_t *>(word) != poison_word)
                fail("out of bounds: something wrote beside shared memory, near the __shared__ "
                     "array of %s:%d",
                     note->file, note->line);
}
