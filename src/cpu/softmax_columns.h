/* SPDX-License-Identifier: MIT */
/* Softmax of rows so long that each is split over the threads by columns. */
#ifndef TG_CPU_SOFTMAX_COLUMNS_H
#define TG_CPU_SOFTMAX_COLUMNS_H

#include <stdbool.h>

#include "device/device.h"

/* Whether that is the better way for n rows of k columns. */
bool tg_cpu_split_columns(const tg_device *device, size_t n, size_t k);

#define TG_NO_LABEL SIZE_MAX

/* y = factor softmax(x), for one row of k columns, one of n; but at the label, softmax - 1 is in
 * the place of softmax. Adds the loss of the label to *loss. y may be x, and NULL where there is a
 * label. */
void tg_cpu_softmax_columns(tg_device *device, size_t n, size_t k, const float *x, size_t label,
                            double factor, float *y, double *loss);

#endif
