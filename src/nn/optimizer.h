/* SPDX-License-Identifier: MIT */
#ifndef TG_NN_OPTIMIZER_H
#define TG_NN_OPTIMIZER_H

#include <tigrillo/optimizer.h>

/* TG_OK, or what is wrong with the rule. */
tg_status tg_update_rule_check(const tg_update_rule *rule);

/* The rule that the optimiser was made with. */
tg_update_rule tg_optimizer_rule(const tg_optimizer *optimizer);

#endif
