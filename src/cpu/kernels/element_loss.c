/* SPDX-License-Identifier: MIT */
/* In float64 throughout, as the other losses, so that a sum over a data set is exact. */
#include "cpu/kernels/element_loss.h"

#include "cpu/kernels/wide.h"

/* ---- Binary cross-entropy ---- */

/* exp(x) for x <= 0, as in exp.h; the polynomial is Taylor's, exact to 1e-14. 0 where the result
 * would be a denormal; NaN for NaN. */
TG_INLINE wide exp_negative(wide x) {
    const double rounder = 0x1.8p52, lowest = -0x1.62e42fefa39efp-1 * 1023;
    x = select_wide(x < lowest, lowest - (wide){0}, x);
    const wide exponent = x * 0x1.71547652b82fep0 + rounder, n = exponent - rounder;
    const wide r = (x - n * 0x1.62e42fp-1) - n * 0x1.df473de6af279p-26;
    wide p = 1.0 / 39916800 - (wide){0};
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1;
    p = p * r + 1;
    return p * (wide)(((iwide)exponent + 1023) << 52);
}

/* log(1 + x) for 0 <= x <= 1, which is 2 artanh(s), s = x / (2 + x) <= 1/3: the series, exact to
 * 1e-14. */
TG_INLINE wide log_one_plus(wide x) {
    const wide s = x / (2 + x), s2 = s * s;
    wide p = 1.0 / 27 - (wide){0};
    p = p * s2 + 1.0 / 25;
    p = p * s2 + 1.0 / 23;
    p = p * s2 + 1.0 / 21;
    p = p * s2 + 1.0 / 19;
    p = p * s2 + 1.0 / 17;
    p = p * s2 + 1.0 / 15;
    p = p * s2 + 1.0 / 13;
    p = p * s2 + 1.0 / 11;
    p = p * s2 + 1.0 / 9;
    p = p * s2 + 1.0 / 7;
    p = p * s2 + 1.0 / 5;
    p = p * s2 + 1.0 / 3;
    return 2 * s * (p * s2 + 1);
}

typedef struct loss_and_slope {
    wide loss, slope;
} loss_and_slope;

/* max(z, 0) - z t + log(1 + exp(-|z|)), and s(z) - t: for t = 1 as -s(-z), which does not cancel.
 */
TG_INLINE loss_and_slope binary_cross_entropy_of(wide z, wide t) {
    const wide zero = {0};
    const iwide negative = z < 0;
    const wide e = exp_negative(select_wide(negative, z, -z));
    const wide larger = 1 / (1 + e), smaller = e * larger;
    const wide s = select_wide(negative, smaller, larger);
    const wide other = select_wide(negative, larger, smaller);
    return (loss_and_slope){select_wide(negative, zero, z) - z * t + log_one_plus(e),
                            select_wide(t == 1, -other, s - t)};
}

TG_INLINE wide binary_cross_entropy(const float *logits, const float *targets, double scale,
                                    float *gradient) {
    const vec z = load(logits), t = load(targets);
    const loss_and_slope a = binary_cross_entropy_of(widen_low(z), widen_low(t));
    const loss_and_slope b = binary_cross_entropy_of(widen_high(z), widen_high(t));
    if (gradient) store(gradient, narrow(a.slope * scale, b.slope * scale));
    return a.loss + b.loss;
}

double TG_KERNEL(tg_binary_cross_entropy)(size_t count, const float *logits, const float *targets,
                                          double scale, float *gradient) {
    wide sum = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        sum += binary_cross_entropy(logits + i, targets + i, scale, gradient ? gradient + i : NULL);
    if (i < count) {
        /* A logit of -1e30 with the target 0 costs nothing. */
        float z[LANES], t[LANES] = {0}, dz[LANES];
        store(z, all(-1e30f));
        memcpy(z, logits + i, (count - i) * sizeof *z);
        memcpy(t, targets + i, (count - i) * sizeof *t);
        sum += binary_cross_entropy(z, t, scale, dz);
        if (gradient) memcpy(gradient + i, dz, (count - i) * sizeof *dz);
    }
    return sum_wide(sum);
}

/* ---- Mean squared error ---- */

TG_INLINE wide squared_error(size_t count, const float *outputs, const float *targets, double scale,
                             float *gradient) {
    const vec y = load_some(outputs, count), t = load_some(targets, count);
    const wide a = widen_low(y) - widen_low(t), b = widen_high(y) - widen_high(t);
    if (gradient) store_some(gradient, count, narrow(a * (2 * scale), b * (2 * scale)));
    return a * a + b * b;
}

double TG_KERNEL(tg_mean_squared_error)(size_t count, const float *outputs, const float *targets,
                                        double scale, float *gradient) {
    wide sum = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        sum += squared_error(LANES, outputs + i, targets + i, scale,
                             gradient ? gradient + i : NULL);
    if (i < count)
        sum += squared_error(count - i, outputs + i, targets + i, scale,
                             gradient ? gradient + i : NULL);
    return sum_wide(sum);
}
