/* SPDX-License-Identifier: MIT */
/* Any loss by its kind: what the model's plan calls. */
#ifndef TG_NN_LOSS_H
#define TG_NN_LOSS_H

#include <tigrillo/loss.h>

#include "device/device.h"

/* TG_OK, or what is wrong with the options for k classes. */
tg_status tg_loss_check(const tg_loss *loss, size_t k);

/* N of loss.h: what the mean divides the sum over the n rows of k outputs by, whatever the
 * reduction. */
double tg_loss_normalizer(const tg_loss *loss, tg_targets targets, size_t n, size_t k);

tg_device_targets tg_device_targets_of(const tg_targets *targets);

/* The loss of outputs that are logits: of softmax(outputs / temperature) for cross-entropy. */
tg_status tg_loss_of_logits(const tg_loss *loss, const tg_tensor *outputs, float temperature,
                            tg_targets targets, double *value, tg_tensor *gradient);

/* The same as part of a step (device/steps.h), whose loss and targets were checked before. */
tg_status tg_loss_of_step(const tg_loss *loss, const tg_tensor *outputs, float temperature,
                          tg_device_targets targets, tg_tensor *gradient);

#endif
