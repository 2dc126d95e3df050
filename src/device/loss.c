/* SPDX-License-Identifier: MIT */
#include "device/loss.h"

bool tg_loss_is_usual(size_t k, float temperature, tg_device_targets targets,
                      const tg_loss *options, double scale) {
    if (temperature != 1 || targets.values || options->label_smoothing != 0) return false;
    double least = 1, most = 1;
    for (size_t c = 0; options->class_weights && c < k; c++) {
        const double weight = (double)options->class_weights[c];
        if (weight > 0 && weight < least) least = weight;
        if (weight > most) most = weight;
    }
    return least > 1e-15 && least * scale > 1e-15 && most < 1e15 && most * scale < 1e15;
}
