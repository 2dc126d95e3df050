/* SPDX-License-Identifier: MIT */
/* Outlines of ellipses, smooth curves and tapered strokes. */
#include "shapes.h"

#include <math.h>

enum { ELLIPSE_STEPS = 32, CURVE_STEPS = 6, STROKE_STEPS = 12 };

struct outline outline_ellipse(double x, double y, double rx, double ry) {
    struct outline o = {.count = ELLIPSE_STEPS};
    for (int i = 0; i < ELLIPSE_STEPS; ++i) {
        double turns = (double)i / ELLIPSE_STEPS;
        o.at[i] = (struct point){x + rx * wave(turns + 0.25), y + ry * wave(turns)};
    }
    return o;
}

static double spline(double a, double b, double c, double d, double t) {
    return b +
           t * 0.5 * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)));
}

struct outline outline_smooth(const struct point *knots, int count) {
    struct outline o = {.count = 0};
    for (int i = 0; i < count; ++i) {
        struct point a = knots[(i + count - 1) % count];
        struct point b = knots[i];
        struct point c = knots[(i + 1) % count];
        struct point d = knots[(i + 2) % count];
        for (int k = 0; k < CURVE_STEPS && o.count < OUTLINE_MAX; ++k) {
            double t = (double)k / CURVE_STEPS;
            o.at[o.count++] = (struct point){spline(a.x, b.x, c.x, d.x, t),
                                             spline(a.y, b.y, c.y, d.y, t)};
        }
    }
    return o;
}

struct outline outline_polygon(const struct point *corners, int count) {
    struct outline o = {.count = 0};
    while (o.count < count && o.count < OUTLINE_MAX) {
        o.at[o.count] = corners[o.count];
        ++o.count;
    }
    return o;
}

void paint_ellipse(struct canvas *canvas, double x, double y, double rx, double ry,
                   struct paint paint) {
    struct outline o = outline_ellipse(x, y, rx, ry);
    canvas_fill(canvas, &o, paint);
}

void paint_smooth(struct canvas *canvas, const struct point *knots, int count, struct paint paint) {
    struct outline o = outline_smooth(knots, count);
    canvas_fill(canvas, &o, paint);
}

void paint_polygon(struct canvas *canvas, const struct point *corners, int count,
                   struct paint paint) {
    struct outline o = outline_polygon(corners, count);
    canvas_fill(canvas, &o, paint);
}

void paint_box(struct canvas *canvas, double x, double y, double half_width, double half_height,
               struct paint paint) {
    struct point corners[] = {{x - half_width, y - half_height},
                              {x + half_width, y - half_height},
                              {x + half_width, y + half_height},
                              {x - half_width, y + half_height}};
    paint_polygon(canvas, corners, 4, paint);
}

void paint_stroke(struct canvas *canvas, const struct point through[3], const double width[3],
                  struct paint paint) {
    struct outline o = {.count = 2 * (STROKE_STEPS + 1)};
    struct point a = through[0];
    struct point b = through[1];
    struct point c = through[2];
    for (int i = 0; i <= STROKE_STEPS; ++i) {
        double t = (double)i / STROKE_STEPS;
        double s = 1.0 - t;
        struct point p = {s * s * a.x + 2.0 * s * t * b.x + t * t * c.x,
                          s * s * a.y + 2.0 * s * t * b.y + t * t * c.y};
        struct point along = {s * (b.x - a.x) + t * (c.x - b.x), s * (b.y - a.y) + t * (c.y - b.y)};
        double length = sqrt(along.x * along.x + along.y * along.y);
        double w = t < 0.5 ? width[0] + 2.0 * t * (width[1] - width[0])
                           : width[1] + (2.0 * t - 1.0) * (width[2] - width[1]);
        double half = length > 1e-9 ? w / 2.0 / length : 0.0;
        o.at[i] = (struct point){p.x - along.y * half, p.y + along.x * half};
        o.at[o.count - 1 - i] = (struct point){p.x + along.y * half, p.y - along.x * half};
    }
    canvas_fill(canvas, &o, paint);
}

struct paint solid(struct colour colour) {
    return (struct paint){colour, 1.0};
}

struct paint veil(struct colour colour, double alpha) {
    return (struct paint){colour, alpha};
}

static double unit(double v) {
    return v < 0.0 ? 0.0 : v > 1.0 ? 1.0 : v;
}

struct colour colour_near(struct rng *rng, struct colour colour, double spread) {
    double light = spread * rng_bell(rng);
    double r = spread * rng_bell(rng) / 3.0;
    double g = spread * rng_bell(rng) / 3.0;
    double b = spread * rng_bell(rng) / 3.0;
    return (struct colour){unit(colour.r + light + r), unit(colour.g + light + g),
                           unit(colour.b + light + b)};
}

struct colour colour_any(struct rng *rng) {
    double r = rng_between(rng, 0.0, 1.0);
    double g = rng_between(rng, 0.0, 1.0);
    double b = rng_between(rng, 0.0, 1.0);
    struct colour wild = {r, g, b};
    double grey = (r + g + b) / 3.0;
    return colour_mix(wild, (struct colour){grey, grey, grey}, rng_between(rng, 0.0, 0.7));
}

struct colour colour_pick(struct rng *rng, const struct colour *table, int count) {
    return table[rng_below(rng, count)];
}
