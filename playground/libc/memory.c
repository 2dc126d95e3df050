/* SPDX-License-Identifier: MIT */
/* Memory: blocks one behind the other. A released block is given back when all behind it are, too,
 * which suits a page that makes things and takes them away in the opposite order. */
#include <stdlib.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGE = 65536 };

typedef struct block {
    struct block *before;
    uintptr_t begin; /* where the block before it ended */
    bool released;
} block;

extern unsigned char __heap_base; /* by the linker */
static block *last;
static uintptr_t end;

/* Whether there is memory up to `wanted`, which the browser is asked for. */
static bool reach(uintptr_t wanted) {
    /* In pages: all of them are more bytes than a size_t counts. */
    const size_t pages = wanted / PAGE + (wanted % PAGE != 0),
                 present = __builtin_wasm_memory_size(0);
    return pages <= present || __builtin_wasm_memory_grow(0, pages - present) != SIZE_MAX;
}

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
    const uintptr_t begin = last ? end : (uintptr_t)&__heap_base;
    if (begin > SIZE_MAX - sizeof(block) - alignment - PAGE) return 1;
    const uintptr_t at = (begin + sizeof(block) + alignment - 1) & ~(uintptr_t)(alignment - 1);
    if (bytes > SIZE_MAX - PAGE - at || !reach(at + bytes)) return 1;
    block *made = (block *)at - 1;
    *made = (block){.before = last, .begin = begin};
    last = made;
    end = at + bytes;
    *memory = (void *)at;
    return 0;
}

void free(void *memory) {
    if (!memory) return;
    ((block *)memory - 1)->released = true;
    for (; last && last->released; last = last->before) end = last->begin;
}
