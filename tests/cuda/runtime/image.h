/* SPDX-License-Identifier: MIT */
/* The fat binary that nvcc makes of the kernels: code for some devices, and PTX. */
#ifndef TIGRILLO_CUDA_IMAGE_H
#define TIGRILLO_CUDA_IMAGE_H

#include "api.h"

/* CUDA_ERROR_INVALID_IMAGE, or CUDA_ERROR_NO_BINARY_FOR_GPU where it has neither code for devices
 * of this compute capability (75 for 7.5) nor PTX to make such code of. */
CUresult image_check(const void *image, int capability);

#endif
