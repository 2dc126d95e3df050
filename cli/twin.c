/* SPDX-License-Identifier: MIT */
#include "twin.h"

#include <from_model.h>

#include "options.h"

/* The last layer that computes something when the model predicts. */
static const tg_layer *last_layer(const tg_model *model) {
    size_t i = tg_model_layer_count(model);
    while (i > 1 && tg_model_layer(model, i - 1)->kind == TG_LAYER_DROPOUT) --i;
    return tg_model_layer(model, i - 1);
}

int twin_create(const command *self, const char *path, const tg_model *model, size_t n, mlp *net) {
    static const char computed[] = "computes softmax and cross-entropy of at least two classes";
    const tg_layer *last = last_layer(model);
    *net = (mlp){0};
    if (tg_model_outputs(model) < 2)
        return fail("%s: has one output: %s %s", path, self->name, computed);
    if (last->kind != TG_LAYER_DENSE && last->kind != TG_LAYER_SOFTMAX &&
        last->kind != TG_LAYER_LOG_SOFTMAX) {
        return fail("%s: ends in %s: %s %s", path, tg_layer_name(last->kind), self->name, computed);
    }
    const char *problem = mlp_from_model(model, n, net);
    return problem ? fail("%s: %s: %s cannot follow", path, problem, self->name) : PARSED;
}
