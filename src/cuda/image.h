/* SPDX-License-Identifier: MIT */
/* The kernels' fat binary, inside the library. */
#ifndef TG_CUDA_IMAGE_H
#define TG_CUDA_IMAGE_H

/* NULL in a build without nvcc. */
const void *tg_cuda_image(void);

#endif
