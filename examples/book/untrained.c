/* SPDX-License-Identifier: MIT */
/* Writes a small network that has learned nothing yet: untrained.safetensors. */
#include "common.h"

int main(void) {
    const tg_layer layers[] = {tg_dense(6), tg_tanh(), tg_dense(3), tg_softmax()};
    tg_model *model = NULL;
    check(tg_model_create(tg_cpu(), 4, layers, TG_COUNT(layers), /* seed */ 1, &model));
    check(tg_model_save(model, "untrained.safetensors"));
    tg_model_destroy(model);
    return 0;
}
