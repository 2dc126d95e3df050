/* SPDX-License-Identifier: MIT */
#ifndef TG_MODEL_PLAN_H
#define TG_MODEL_PLAN_H

#include <stdbool.h>

#include <tigrillo/plan.h>

#include "device/device.h"

/* The step from which the next training pass takes its dropout: what a checkpoint keeps. */
uint64_t tg_plan_dropout_step(const tg_plan *plan);

/* tg_plan_loss() as part of a step (device/steps.h): everything was checked before. */
tg_status tg_plan_loss_of_step(tg_plan *plan, const tg_loss *loss, tg_device_targets targets);

/* Whether this loss behind a model that ends so is computed from the last layer's input, the
 * logits: cross-entropy behind softmax, binary cross-entropy behind sigmoid. */
bool tg_loss_is_fused(tg_loss_kind loss, tg_layer_kind last);

#endif
