/* SPDX-License-Identifier: MIT */
/* Float32 to narrower numbers. */
#ifndef TG_EXPORT_QUANTISE_H
#define TG_EXPORT_QUANTISE_H

#include <stddef.h>
#include <stdint.h>

/* IEEE 754's half precision, rounded to nearest, ties to even. What is too large becomes an
 * infinity. */
uint16_t tg_half_from_float(float value);
float tg_float_from_half(uint16_t half);

/* values[i] is about bytes[i] * scale, with scale the largest magnitude / 127; returns the scale,
 * 0 when all is 0. */
float tg_quantise_row(const float *values, size_t count, int8_t *bytes);

/* value * inverse_step + zero, rounded, within -128 .. 127; the arithmetic of the exported file. */
int8_t tg_quantise_input(float value, float inverse_step, float zero);

#endif
