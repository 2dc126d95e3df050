/* SPDX-License-Identifier: MIT */
#ifndef TG_TRAIN_HISTORY_H
#define TG_TRAIN_HISTORY_H

#include <tigrillo/fit.h>

/* Room for one more epoch. */
tg_status tg_history_grow(tg_history *history, size_t *capacity);

#endif
