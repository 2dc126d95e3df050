/* SPDX-License-Identifier: MIT */
/* What drawings have in common, whatever they are drawn with. */
#include "chart.h"

#include <math.h>
#include <stdlib.h>

axis axis_around(double low, double high, int ticks, bool whole) {
    const double size = fmax(fabs(low), fabs(high));
    /* Closer values are drawn as one: ticks between them would not differ. */
    if (!(high - low > fmax(1e-12 * size, 1e-300))) {
        const double half = size < 1e-300 ? 0.5 : 0.5 * size;
        low -= whole ? 0 : half;
        high += whole ? 1 : half;
    }
    const double raw = (high - low) / ticks, power = pow(10, floor(log10(raw)));
    const double factor = raw / power;
    double step = (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power;
    if (whole && step < 1) step = 1;
    /* A hair wider than it need be is better than a tick lost to rounding. */
    return (axis){floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, step};
}

size_t axis_ticks(const axis *own, double ticks[MOST_TICKS]) {
    const double first = ceil(own->low / own->step - 1e-6);
    const double last = floor(own->high / own->step + 1e-6);
    size_t count = 0;
    while (count < MOST_TICKS && first + (double)count <= last) {
        ticks[count] = (first + (double)count) * own->step;
        ++count;
    }
    return count;
}

axis chart_x_axis(const chart *own) {
    const double low = own->count ? own->x[0] : 0, high = own->count ? own->x[own->count - 1] : 1;
    axis x = axis_around(low, high, 5, own->whole);
    x.low = low;
    x.high = high > low ? high : low + 1;
    return x;
}

axis chart_y_axis(const chart *own) {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t s = 0; s < own->series_count; ++s) {
        for (size_t i = 0; i < own->count; ++i) {
            low = fmin(low, own->series[s].y[i]); /* which passes over NaN */
            high = fmax(high, own->series[s].y[i]);
        }
    }
    return low <= high ? axis_around(low, high, 5, false) : axis_around(0, 1, 5, false);
}

double confusion_share(const confusion *matrix, size_t row, size_t column) {
    const size_t *cells = matrix->cells + row * matrix->classes;
    double sum = 0;
    for (size_t i = 0; i < matrix->classes; ++i) sum += (double)cells[i];
    return sum > 0 ? (double)cells[column] / sum : 0;
}

bool curves_create(const training_log *log, curves *made) {
    const size_t n = log->count;
    double *at = calloc(n + 1, 6 * sizeof *at);
    if (!at) return false;
    bool validated = false;
    for (size_t i = 0; i < n; ++i) {
        const epoch_record *e = &log->epochs[i];
        const double row[] = {(double)e->epoch,  e->train_loss,          e->validation_loss,
                              e->train_accuracy, e->validation_accuracy, e->learning_rate};
        for (size_t c = 0; c < 6; ++c) at[c * n + i] = row[c];
        validated = validated || !isnan(e->validation_loss);
    }
    const size_t lines = validated ? 2 : 1;
    const chart any = {.x_label = "epoch", .x = at, .count = n, .whole = true};
    *made = (curves){{any, any, any}, at};
    made->charts[0].title = "Loss";
    made->charts[1].title = "Accuracy";
    for (size_t c = 0; c < 2; ++c) {
        made->charts[c].series[0] = (struct series){"training", at + (1 + 2 * c) * n};
        made->charts[c].series[1] = (struct series){"validation", at + (2 + 2 * c) * n};
        made->charts[c].series_count = lines;
    }
    made->charts[2].title = "Learning rate";
    made->charts[2].series[0] = (struct series){"learning rate", at + 5 * n};
    made->charts[2].series_count = 1;
    return true;
}

void curves_destroy(curves *made) {
    free(made->values);
    *made = (curves){0};
}
