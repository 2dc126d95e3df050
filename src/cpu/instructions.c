/* SPDX-License-Identifier: MIT */
#include "cpu/instructions.h"

#include <stddef.h>
#include <string.h>

#include "base/status.h"

#define DECLARE(instructions)                                                                      \
    extern const tg_softmax_kernels tg_softmax_kernels_##instructions;                             \
    extern const tg_dense_kernels tg_dense_kernels_##instructions;                                 \
    extern const tg_elementwise_kernels tg_elementwise_kernels_##instructions;

#define ENTRY(instructions)                                                                        \
    {                                                                                              \
#instructions, &tg_softmax_kernels_##instructions, &tg_dense_kernels_##instructions,       \
            &tg_elementwise_kernels_##instructions,                                                \
    }

/* Which there are, cmake/kernels.cmake says. */
DECLARE(baseline)
#ifdef TG_HAS_AVX2
DECLARE(avx2)
#endif
#ifdef TG_HAS_AVX512
DECLARE(avx512)
#endif

/* The best first. */
static const tg_instructions sets[] = {
#ifdef TG_HAS_AVX512
    ENTRY(avx512),
#endif
#ifdef TG_HAS_AVX2
    ENTRY(avx2),
#endif
    ENTRY(baseline),
};

/* What cmake/kernels.cmake tells the compiler that it may use. */
static bool has_processor(const tg_instructions *set) {
#if defined TG_HAS_AVX2 || defined TG_HAS_AVX512
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (strcmp(set->name, "avx2") == 0) return avx2;
    if (strcmp(set->name, "avx512") == 0)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
    (void)set;
    return true;
}

const tg_instructions *tg_instructions_best(void) {
    const tg_instructions *set = sets;
    while (!has_processor(set)) set++;
    return set;
}

tg_status tg_instructions_find(const char *name, const tg_instructions **found) {
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if (strcmp(sets[i].name, name) != 0) continue;
        if (!has_processor(&sets[i]))
            return tg_fail(TG_UNSUPPORTED, "this processor has no %s instructions", name);
        *found = &sets[i];
        return TG_OK;
    }
    return tg_fail(TG_UNSUPPORTED, "there are no kernels for the instructions \"%s\" in this build",
                   name);
}
