/* SPDX-License-Identifier: MIT */
/* The data set of an export: what int8 is calibrated on, what the report is about, and the samples
 * of the self-test. */
#ifndef TG_EXPORT_SAMPLES_H
#define TG_EXPORT_SAMPLES_H

#include "export/exported.h"

/* TG_OK, or why the model cannot take the data set. */
tg_status tg_export_check_dataset(const tg_model *model, const tg_dataset *dataset);

/* Fills the ranges of all dense layers. `exported` is float32. */
tg_status tg_export_calibrate(const tg_exported *exported, const tg_dataset *dataset,
                              tg_export_range *ranges);

/* Fills what the report says of the data set. */
tg_status tg_export_judge(const tg_exported *exported, const tg_model *model,
                          const tg_dataset *dataset, tg_export_report *report);

/* Samples as the exported file takes them from its user, and what it must answer. */
typedef struct tg_export_samples {
    size_t count;
    uint8_t *pixels; /* count x pixels, when the model takes pictures; else NULL */
    float *values;   /* count x inputs, not yet standardised; else NULL */
    float *expected; /* count x outputs */
} tg_export_samples;

/* The first samples of the data set, or random ones when that is NULL. tg_export_samples_destroy()
 * them. */
tg_status tg_export_samples_create(const tg_exported *exported, const tg_dataset *dataset,
                                   tg_export_samples *samples);
void tg_export_samples_destroy(tg_export_samples *samples);

#endif
