/* SPDX-License-Identifier: MIT */
/* The description of a model's input as an object: copied and destroyed. */
#include <tigrillo/input.h>

#include <string.h>

#include "tensor/memory.h"
#include "tensor/status.h"

tg_status tg_input_copy(const tg_input *from, tg_input *to) {
    TG_REQUIRE(from && to, "tg_input_copy: an argument is NULL");
    tg_input copy = *from;
    copy.mean = copy.deviation = NULL;
    if (from->statistics > 0) {
        TG_REQUIRE(from->mean && from->deviation, "the input has no statistics, but counts %zu",
                   from->statistics);
        copy.mean = tg_allocate(from->statistics, sizeof *copy.mean);
        copy.deviation = copy.mean ? tg_allocate(from->statistics, sizeof *copy.deviation) : NULL;
        if (!copy.deviation) {
            tg_input_destroy(&copy);
            return TG_OUT_OF_MEMORY;
        }
        memcpy(copy.mean, from->mean, from->statistics * sizeof *copy.mean);
        memcpy(copy.deviation, from->deviation, from->statistics * sizeof *copy.deviation);
    }
    *to = copy;
    return TG_OK;
}

void tg_input_destroy(tg_input *input) {
    if (!input) return;
    tg_release(input->mean);
    tg_release(input->deviation);
    *input = (tg_input){.size = 0};
}
