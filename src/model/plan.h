/* SPDX-License-Identifier: MIT */
#ifndef TG_MODEL_PLAN_H
#define TG_MODEL_PLAN_H

#include <tigrillo/plan.h>

/* The step from which the next training pass takes its dropout: what a checkpoint keeps. */
uint64_t tg_plan_dropout_step(const tg_plan *plan);

#endif
