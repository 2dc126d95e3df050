/* SPDX-License-Identifier: MIT */
/* Points in the plane that no straight line separates. */
#include "points.h"

#include <math.h>

#include <tigrillo/random.h>

static const double pi = 3.14159265358979323846;

/* Half circles, one shifted into the other. */
static void moons(int label, double u, double *x, double *y) {
    const double side = label ? -1 : 1;
    *x = side * (0.6 * cos(pi * u) + 0.3);
    *x -= label ? 0 : 0.6;
    *x += label ? 0.6 : 0;
    *y = side * (0.6 * sin(pi * u) - 0.15);
}

static void circles(int label, double u, double *x, double *y) {
    const double radius = label ? 0.35 : 0.85;
    *x = radius * cos(2 * pi * u);
    *y = radius * sin(2 * pi * u);
}

/* Quadrants, those opposite of one class; v is a second number of chance. */
static void quadrants(int label, double u, double v, double *x, double *y) {
    const double side = u < 0.5 ? -1 : 1;
    *x = side * (0.12 + 0.8 * (u < 0.5 ? 2 * u : 2 * u - 1));
    *y = (label ? -side : side) * (0.12 + 0.8 * v);
}

/* One and a half turns; the other class is half a turn ahead. */
static void spirals(int label, double u, double *x, double *y) {
    const double radius = 0.1 + 0.85 * u, angle = 3 * pi * u + (label ? pi : 0);
    *x = radius * cos(angle);
    *y = radius * sin(angle);
}

void points_draw(points_kind kind, uint64_t seed, size_t count, float *points, int32_t *labels) {
    tg_random random = tg_random_start(seed, (uint64_t)kind);
    const double noise = kind == POINTS_SPIRALS ? 0.02 : 0.06;
    for (size_t i = 0; i < count; i++) {
        const int label = (int)(i % 2);
        const double u = (double)tg_random_uniform(&random);
        const double v = (double)tg_random_uniform(&random);
        double x = 0, y = 0;
        if (kind == POINTS_MOONS) moons(label, u, &x, &y);
        if (kind == POINTS_CIRCLES) circles(label, u, &x, &y);
        if (kind == POINTS_XOR) quadrants(label, u, v, &x, &y);
        if (kind == POINTS_SPIRALS) spirals(label, u, &x, &y);
        points[2 * i] = (float)(x + noise * (double)tg_random_normal(&random));
        points[2 * i + 1] = (float)(y + noise * (double)tg_random_normal(&random));
        labels[i] = label;
    }
}
