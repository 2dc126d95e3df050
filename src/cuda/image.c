/* SPDX-License-Identifier: MIT */
#include "cuda/image.h"

#include <stddef.h>

#ifdef TG_CUDA_IMAGE_FILE /* by CMakeLists.txt */

/* clang-format off */
__asm__(".pushsection .rodata\n"
        ".balign 64\n"
        ".hidden tg_cuda_image_data\n"
        ".globl tg_cuda_image_data\n"
        "tg_cuda_image_data:\n"
        ".incbin \"" TG_CUDA_IMAGE_FILE "\"\n"
        ".popsection\n");
/* clang-format on */

extern const char tg_cuda_image_data[];

const void *tg_cuda_image(void) {
    return tg_cuda_image_data;
}

#else

const void *tg_cuda_image(void) {
    return NULL;
}

#endif
