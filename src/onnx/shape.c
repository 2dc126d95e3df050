/* SPDX-License-Identifier: MIT */
/* Flatten and Reshape: allowed where each sample keeps its values, in their order, in one row. */
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "onnx/network.h"

void tg_become_rows(tg_network *net, size_t width) {
    net->rank = 2;
    net->shape[1] = width;
    net->width = width;
    net->in_row = true;
}

static tg_status reshape_to(tg_network *net, const int64_t *sizes, size_t rank, bool zero_copies) {
    /* The first dimension must stay the batch's: as it is, or whatever is left. */
    const bool batch = sizes[0] == -1 || (sizes[0] == 0 && zero_copies) ||
                       (sizes[0] > 0 && (uint64_t)sizes[0] == net->shape[0]);
    size_t shape[TG_ONNX_RANK] = {net->shape[0]}, known = 1, open = 0;
    bool fits = batch;
    for (size_t i = 1; i < rank && fits; i++) {
        size_t size = sizes[i] > 0 ? (size_t)sizes[i] : 0;
        if (sizes[i] == 0 && zero_copies && i < net->rank) size = net->shape[i];
        if (sizes[i] == -1 && open == 0 && sizes[0] != -1) {
            open = i;
            size = 1;
        }
        fits = size > 0 && tg_multiply(known, size, &known) && known <= net->width;
        shape[i] = size;
    }
    if (net->rank == 0 && sizes[0] == 0 && open > 0) fits = false; /* of how many rows? */
    if (fits && open > 0) {
        fits = net->width % known == 0;
        shape[open] = net->width / known;
        known = net->width;
    }
    if (!fits || known != net->width)
        return tg_fail(TG_UNSUPPORTED, "its shape does not keep each sample's %zu values in a row",
                       net->width);
    net->rank = rank;
    memcpy(net->shape, shape, sizeof shape);
    net->in_row = shape[rank - 1] == net->width;
    return TG_OK;
}

/* A shape that is computed is that of the batch: what follows shows whether it fits. */
static tg_status reshape(tg_network *net, const tg_onnx_node *node) {
    tg_onnx_tensor shape;
    bool found = false;
    int64_t allow_zero = 0;
    if (node->input_count < 2) return tg_fail(TG_BAD_FORMAT, "it has no shape");
    TG_TRY(tg_onnx_constant(net->graph, node->inputs[1], &shape, &found));
    if (!found) {
        net->rank = 0;
        net->in_row = false;
        return TG_OK;
    }
    if (shape.rank != 1 || shape.count < 2 || shape.count > TG_ONNX_RANK)
        return tg_fail(TG_UNSUPPORTED, "its shape has %zu dimensions; 2 to %d are read",
                       shape.count, TG_ONNX_RANK);
    TG_TRY(tg_onnx_integer(net->graph, node, "allowzero", &allow_zero));
    int64_t *sizes = NULL;
    TG_TRY(tg_onnx_integers(net->graph, &shape, &sizes));
    tg_status status = reshape_to(net, sizes, shape.count, allow_zero == 0);
    tg_release(sizes);
    return status;
}

static tg_status flatten(tg_network *net, const tg_onnx_node *node) {
    int64_t axis = 1;
    TG_TRY(tg_onnx_integer(net->graph, node, "axis", &axis));
    if (axis < 0) axis += (int64_t)net->rank;
    if (axis != 1) return tg_fail(TG_UNSUPPORTED, "it does not keep each sample in a row");
    if (net->rank > 0) tg_become_rows(net, net->width);
    return TG_OK;
}

tg_status tg_shape_step(tg_network *net, const tg_step *step) {
    return tg_onnx_is(step->node, "", "Flatten") ? flatten(net, step->node)
                                                 : reshape(net, step->node);
}
