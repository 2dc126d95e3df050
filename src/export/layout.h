/* SPDX-License-Identifier: MIT */
/* Where the values of an exported network live while it runs: the size of its working memory. */
#ifndef TG_EXPORT_LAYOUT_H
#define TG_EXPORT_LAYOUT_H

#include <stdbool.h>

#include <tigrillo/model.h>

/* A row of values: the caller's input, the caller's output, or in the working memory. */
typedef struct tg_export_place {
    enum { TG_AT_INPUT, TG_AT_WORKSPACE, TG_AT_OUTPUT } where;
    size_t offset; /* in the working memory, in floats */
} tg_export_place;

/* One layer. A dense layer goes from one place to another, others work in place. `layer` NULL: a
 * copy, since the input must not be changed. */
typedef struct tg_export_step {
    const tg_layer *layer;
    size_t index, in, out;
    tg_export_place from, to;
} tg_export_step;

typedef struct tg_export_layout {
    tg_export_step *steps;
    size_t count;
    size_t dense;         /* how many are dense layers */
    size_t workspace;     /* floats, at least 1 */
    size_t longest_input; /* of a dense layer */
    size_t multiplications;
} tg_export_layout;

/* Dropout is left out. The layers are the model's. tg_export_layout_destroy() it. */
tg_status tg_export_layout_create(const tg_model *model, tg_export_layout *layout);
void tg_export_layout_destroy(tg_export_layout *layout);

#endif
