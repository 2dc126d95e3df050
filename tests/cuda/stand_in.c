/* SPDX-License-Identifier: MIT */
#include "cuda/stand_in.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "support/test.h"

static void find(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    if (!found) fail_msg("the stand-in has no %s", name);
    memcpy(function, &found, sizeof found);
}

stand_in find_stand_in(void) {
    const char *path = getenv("TIGRILLO_CUDA_LIBRARY");
    void *library = path ? dlopen(path, RTLD_NOW) : NULL;
    stand_in found = {0};
    if (!library) fail_msg("TIGRILLO_CUDA_LIBRARY names no stand-in");
    find(library, "tigrillo_cuda_fail_at", &found.fail_at);
    find(library, "tigrillo_cuda_calls", &found.calls);
    find(library, "tigrillo_cuda_calls_of", &found.calls_of);
    find(library, "tigrillo_cuda_memory", &found.memory);
    find(library, "tigrillo_cuda_memory_used", &found.memory_used);
    find(library, "tigrillo_cuda_live", &found.live);
    return found;
}
