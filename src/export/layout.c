/* SPDX-License-Identifier: MIT */
/* A dense layer reads one row of values and writes another; nothing else is needed at that time. So
 * the rows between the layers lie in turns at the start and at the end of the working memory, which
 * is as large as the largest two neighbours. */
#include "export/layout.h"

#include "base/memory.h"

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* The steps, without places. */
static void list_steps(const tg_model *model, tg_export_layout *layout) {
    size_t columns = tg_model_inputs(model);
    bool own = false; /* whether the values may be changed */
    for (size_t i = 0; i < tg_model_layer_count(model); i++) {
        const tg_layer *layer = tg_model_layer(model, i);
        const bool dense = layer->kind == TG_LAYER_DENSE;
        if (layer->kind == TG_LAYER_DROPOUT) continue;
        if (!own && !dense)
            layout->steps[layout->count++] = (tg_export_step){.in = columns, .out = columns};
        own = true;
        const size_t out = dense ? layer->units : columns;
        layout->steps[layout->count++] = (tg_export_step){
            .layer = layer, .index = i, .in = columns, .out = out};
        if (dense) {
            layout->dense++;
            layout->longest_input = larger(layout->longest_input, columns);
            layout->multiplications += columns * out;
        }
        columns = out;
    }
    if (!own) layout->steps[layout->count++] = (tg_export_step){.in = columns, .out = columns};
}

static bool makes_row(const tg_export_step *step) {
    return !step->layer || step->layer->kind == TG_LAYER_DENSE;
}

/* Of the rows in the working memory the largest two neighbours. */
static size_t find_workspace(const tg_export_layout *layout, size_t rows) {
    size_t workspace = 1, before = 0, row = 0;
    for (size_t i = 0; i < layout->count; i++) {
        if (!makes_row(&layout->steps[i]) || ++row == rows) continue;
        workspace = larger(workspace, before + layout->steps[i].out);
        before = layout->steps[i].out;
    }
    return workspace;
}

static void find_places(tg_export_layout *layout) {
    size_t rows = 0, row = 0;
    for (size_t i = 0; i < layout->count; i++) rows += makes_row(&layout->steps[i]) ? 1 : 0;
    layout->workspace = find_workspace(layout, rows);
    tg_export_place at = {.where = TG_AT_INPUT};
    for (size_t i = 0; i < layout->count; i++) {
        tg_export_step *step = &layout->steps[i];
        step->from = at;
        if (makes_row(step)) {
            row++;
            at.where = row == rows ? TG_AT_OUTPUT : TG_AT_WORKSPACE;
            at.offset = row % 2 == 1 || row == rows ? 0 : layout->workspace - step->out;
        }
        step->to = at;
    }
}

tg_status tg_export_layout_create(const tg_model *model, tg_export_layout *layout) {
    tg_export_layout made = {0};
    /* A step for each layer, and perhaps a copy. */
    made.steps = tg_allocate(tg_model_layer_count(model) + 1, sizeof *made.steps);
    if (!made.steps) return TG_OUT_OF_MEMORY;
    list_steps(model, &made);
    find_places(&made);
    *layout = made;
    return TG_OK;
}

void tg_export_layout_destroy(tg_export_layout *layout) {
    tg_release(layout->steps);
    *layout = (tg_export_layout){0};
}
