/* SPDX-License-Identifier: MIT */
/* What changes from step to step, for kernels that may be part of one. */
#ifndef KERNELS_STEP_CUH
#define KERNELS_STEP_CUH

#include "device.cuh"
#include "step.h"

INLINE const step_numbers *now(const step_state *step) {
    return step->numbers + step->at;
}

/* What a loss's gradient is multiplied by: outside of a step, `scale`. */
INLINE double scale_now(const step_state *step, double scale) {
    return step ? now(step)->scale : scale;
}

#endif
