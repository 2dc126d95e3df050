/* SPDX-License-Identifier: MIT */
#ifndef TG_DATA_INPUT_H
#define TG_DATA_INPUT_H

#include <tigrillo/input.h>

/* Whether the parts of an input fit each other; TG_INVALID_ARGUMENT with the reason. */
tg_status tg_input_check(const tg_input *input);

#endif
