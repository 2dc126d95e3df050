/* SPDX-License-Identifier: MIT */
#ifndef TG_NN_OPTIMIZER_H
#define TG_NN_OPTIMIZER_H

#include <tigrillo/optimizer.h>

/* TG_OK, or what is wrong with the rule. */
tg_status tg_update_rule_check(const tg_update_rule *rule);

#endif
