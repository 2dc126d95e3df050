/* SPDX-License-Identifier: MIT */
/* A model as it is exported: its parameters in the type of the export, and its predictions. */
#ifndef TG_EXPORT_EXPORTED_H
#define TG_EXPORT_EXPORTED_H

#include <stdint.h>

#include <tigrillo/export.h>

#include "export/layout.h"

/* What goes into a dense layer lies between these; 0 does too. */
typedef struct tg_export_range {
    float low, high;
} tg_export_range;

/* The parameters of one dense layer. A weight is stored by inputs (in x out), so that C compilers
 * find sums to make side by side; int8, whose sums may be made in any order, by outputs. */
typedef struct tg_export_dense {
    float *values;    /* float32: in x out; else NULL */
    uint16_t *halves; /* float16: in x out; else NULL */
    int8_t *bytes;    /* int8: out x in; else NULL */
    float *bias;      /* out */
    /* int8: input i is (q_i - zero) / inverse_step, weight ij is bytes_ij * scale_i, and in `bias`
     * and `scale` (out) both are folded in: y_i = scale_i sum_j bytes_ij q_j + bias_i. */
    float *scale;
    float inverse_step, zero;
} tg_export_dense;

typedef struct tg_exported {
    tg_export_type type;
    tg_model *model; /* a copy on the CPU; float16: with its weights rounded */
    tg_export_layout layout;
    tg_export_dense *dense; /* layout.dense of them */
} tg_exported;

/* Quantises what must be. `ranges`, one for each dense layer, may be NULL unless it is int8.
 * tg_exported_destroy() it. */
tg_status tg_exported_create(const tg_model *model, tg_export_type type,
                             const tg_export_range *ranges, tg_exported *exported);
void tg_exported_destroy(tg_exported *exported);

/* What the exported file computes: x (n x inputs) to y (n x outputs), both on the CPU. */
tg_status tg_exported_predict(const tg_exported *exported, const tg_tensor *x, tg_tensor *y);

/* Widens each dense layer's range by what goes into it for these rows. */
tg_status tg_exported_watch(const tg_exported *exported, const tg_tensor *x,
                            tg_export_range *ranges);

/* What is in the file for the network, in bytes. */
size_t tg_exported_bytes(const tg_exported *exported);

#endif
