/* SPDX-License-Identifier: MIT */
/* All kernels, as one unit for nvcc. */
#include "activation.cu"
#include "cross_entropy.cu"
#include "dropout.cu"
#include "element_loss.cu"
#include "optimizer.cu"
#include "reduce.cu"
#include "softmax.cu"
#include "softmax_backward.cu"
#include "step.cu"
