/* SPDX-License-Identifier: MIT */
#ifndef PLAYGROUND_MATH_H
#define PLAYGROUND_MATH_H

#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define isnan(x) __builtin_isnan(x)
#define isfinite(x) __builtin_isfinite(x)

/* Instructions of WebAssembly. */
static inline double sqrt(double x) {
    return __builtin_sqrt(x);
}
static inline double floor(double x) {
    return __builtin_floor(x);
}
static inline float fabsf(float x) {
    return __builtin_fabsf(x);
}

double fmax(double a, double b);
double frexp(double x, int *exponent);
double exp(double x);
double log(double x);
double log1p(double x);
double pow(double x, double y);
double sin(double x);
double cos(double x);

#endif
