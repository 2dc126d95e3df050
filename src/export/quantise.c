/* SPDX-License-Identifier: MIT */
#include "export/quantise.h"

#include <float.h>
#include <math.h>
#include <string.h>

uint16_t tg_half_from_float(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    const float magnitude = fabsf(value);
    if (magnitude < 0x1p-14f) { /* denormal, or rounded up to the least normal one */
        const float units = magnitude * 0x1p24f;
        return (uint16_t)(sign | (uint16_t)nearbyintf(units));
    }
    if (magnitude >= 65520) return sign | 0x7c00;
    /* The exponent's bias is 127 there and 15 here; a carry out of the fraction goes on into it. */
    const uint32_t shifted = (bits & 0x7fffffff) - (uint32_t)(127 - 15) * 0x800000;
    const uint32_t even = shifted >> 13 & 1;
    return (uint16_t)(sign | (shifted + 0xfff + even) >> 13);
}

float tg_float_from_half(uint16_t half) {
    const uint32_t bits = (uint32_t)(half & 0x7fff) << 13;
    float magnitude;
    memcpy(&magnitude, &bits, sizeof magnitude);
    magnitude *= 0x1p112f;
    return half & 0x8000 ? -magnitude : magnitude;
}

float tg_quantise_row(const float *values, size_t count, int8_t *bytes) {
    float largest = 0;
    for (size_t i = 0; i < count; i++) largest = fmaxf(largest, fabsf(values[i]));
    const float scale = largest / 127;
    if (scale < FLT_MIN) {
        memset(bytes, 0, count);
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        bytes[i] = (int8_t)fminf(127, fmaxf(-127, nearbyintf(values[i] / scale)));
    return scale;
}

int8_t tg_quantise_input(float value, float inverse_step, float zero) {
    float v = value * inverse_step + zero;
    v = v > -128 ? v : -128;
    v = v < 127 ? v : 127;
    return (int8_t)((int)(v + 128.5f) - 128);
}
