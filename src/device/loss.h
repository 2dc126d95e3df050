/* SPDX-License-Identifier: MIT */
/* What devices ask of a loss before they compute it. */
#ifndef TG_DEVICE_LOSS_H
#define TG_DEVICE_LOSS_H

#include "device/device.h"

/* Whether kernels in float32 can take a softmax cross-entropy: of labels, with nothing unusual, and
 * with products of scale and class weights that are not 0 between 1e-15 and 1e15. */
bool tg_loss_is_usual(size_t k, float temperature, tg_device_targets targets,
                      const tg_loss *options, double scale);

#endif
