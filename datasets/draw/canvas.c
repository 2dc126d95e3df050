/* SPDX-License-Identifier: MIT */
/* The rasteriser: every edge adds the signed area to its right to the pixels it crosses; running
 * sums along the rows then give the covered part of each pixel exactly. */
#include "canvas.h"

#include <math.h>
#include <stdlib.h>

static double clamp(double v, double low, double high) {
    return v < low ? low : v > high ? high : v;
}

bool canvas_start(struct canvas *canvas, int side) {
    size_t n = (size_t)side;
    *canvas = (struct canvas){.side = side,
                              .pixels = calloc(n * n, sizeof *canvas->pixels),
                              .cover = calloc(n * (n + 2), sizeof *canvas->cover),
                              .clip = calloc(n * n, sizeof *canvas->clip),
                              .place = {.xx = 1.0, .yy = 1.0}};
    if (!canvas->pixels || !canvas->cover || !canvas->clip) {
        canvas_end(canvas);
        return false;
    }
    return true;
}

void canvas_end(struct canvas *canvas) {
    free(canvas->pixels);
    free(canvas->cover);
    free(canvas->clip);
    *canvas = (struct canvas){.side = 0};
}

static void add_edge(struct canvas *canvas, struct point a, struct point b) {
    double way = 1.0;
    if (a.y > b.y) {
        struct point swap = a;
        a = b;
        b = swap;
        way = -1.0;
    }
    double side = canvas->side;
    double top = clamp(a.y, 0.0, side);
    double bottom = clamp(b.y, 0.0, side);
    double slope = b.y > a.y ? (b.x - a.x) / (b.y - a.y) : 0.0;
    for (int row = (int)top; row < bottom; ++row) {
        double from = fmax(top, row);
        double to = fmin(bottom, row + 1.0);
        double x0 = clamp(a.x + (from - a.y) * slope, 0.0, side);
        double x1 = clamp(a.x + (to - a.y) * slope, 0.0, side);
        double left = fmin(x0, x1);
        double right = fmax(x0, x1);
        double height = (to - from) * way;
        double *cells = canvas->cover + (size_t)row * (size_t)(canvas->side + 2);
        for (int x = (int)left; x <= (int)right; ++x) {
            double begin = fmax(left, x);
            double end = fmin(right, x + 1.0);
            double part = right > left ? height * (end - begin) / (right - left) : height;
            double inset = (begin + end) / 2.0 - x;
            cells[x] += part * (1.0 - inset);
            cells[x + 1] += part * inset;
        }
    }
}

static void blend(struct colour *under, struct colour over, double alpha) {
    *under = colour_mix(*under, over, alpha);
}

/* What becomes of the coverage: paint on the pixels, or a new clip where paint is NULL. */
static void sweep(struct canvas *canvas, const struct outline *outline, const struct paint *paint) {
    double top = canvas->side;
    double bottom = 0.0;
    struct point last = {0.0, 0.0};
    for (int i = 0; i <= outline->count; ++i) {
        struct point p = affine_apply(&canvas->place, outline->at[i % outline->count]);
        if (i > 0) {
            add_edge(canvas, last, p);
        }
        top = fmin(top, p.y);
        bottom = fmax(bottom, p.y);
        last = p;
    }
    int side = canvas->side;
    for (int y = (int)clamp(top, 0.0, side); y < side && y < bottom; ++y) {
        double *cells = canvas->cover + (size_t)y * (size_t)(side + 2);
        double *clip = canvas->clip + (size_t)y * (size_t)side;
        struct colour *pixels = canvas->pixels + (size_t)y * (size_t)side;
        double sum = 0.0;
        for (int x = 0; x < side; ++x) {
            sum += cells[x];
            double part = fmin(fabs(sum), 1.0);
            if (!paint) {
                clip[x] = part;
            } else if (part > 1e-6) {
                blend(&pixels[x], paint->colour,
                      paint->alpha * part * (canvas->clipped ? clip[x] : 1.0));
            }
            cells[x] = 0.0;
        }
        cells[side] = 0.0;
        cells[side + 1] = 0.0;
    }
}

void canvas_fill(struct canvas *canvas, const struct outline *outline, struct paint paint) {
    sweep(canvas, outline, &paint);
}

void canvas_clip(struct canvas *canvas, const struct outline *outline) {
    for (int i = 0; i < canvas->side * canvas->side; ++i) {
        canvas->clip[i] = 0.0;
    }
    sweep(canvas, outline, NULL);
    canvas->clipped = true;
}

void canvas_unclip(struct canvas *canvas) {
    canvas->clipped = false;
}

void canvas_glow(struct canvas *canvas, struct point middle, double rx, double ry,
                 struct paint paint) {
    const struct affine *map = &canvas->place;
    double area = map->xx * map->yy - map->xy * map->yx;
    struct point centre = affine_apply(map, middle);
    for (int y = 0; y < canvas->side; ++y) {
        for (int x = 0; x < canvas->side; ++x) {
            double dx = x + 0.5 - centre.x;
            double dy = y + 0.5 - centre.y;
            double u = (map->yy * dx - map->xy * dy) / (area * rx);
            double v = (map->xx * dy - map->yx * dx) / (area * ry);
            double rest = 1.0 - u * u - v * v;
            if (rest > 0.0) {
                int i = y * canvas->side + x;
                double clip = canvas->clipped ? canvas->clip[i] : 1.0;
                blend(&canvas->pixels[i], paint.colour, paint.alpha * rest * rest * clip);
            }
        }
    }
}

double wave(double turns) {
    double t = turns - floor(turns + 0.5);
    if (t > 0.25) {
        t = 0.5 - t;
    } else if (t < -0.25) {
        t = -0.5 - t;
    }
    double x = t * 6.283185307179586;
    double s = x * x;
    return x *
           (1.0 -
            s / 6.0 * (1.0 - s / 20.0 * (1.0 - s / 42.0 * (1.0 - s / 72.0 * (1.0 - s / 110.0)))));
}

struct affine affine_pose(struct point middle, double turns, double scale, double stretch,
                          double shear) {
    double c = wave(turns + 0.25) * scale;
    double s = wave(turns) * scale;
    return (struct affine){.xx = c * stretch,
                           .xy = c * shear - s,
                           .x0 = middle.x,
                           .yx = s * stretch,
                           .yy = s * shear + c,
                           .y0 = middle.y};
}

struct affine affine_chain(struct affine outer, struct affine inner) {
    return (struct affine){.xx = outer.xx * inner.xx + outer.xy * inner.yx,
                           .xy = outer.xx * inner.xy + outer.xy * inner.yy,
                           .x0 = outer.xx * inner.x0 + outer.xy * inner.y0 + outer.x0,
                           .yx = outer.yx * inner.xx + outer.yy * inner.yx,
                           .yy = outer.yx * inner.xy + outer.yy * inner.yy,
                           .y0 = outer.yx * inner.x0 + outer.yy * inner.y0 + outer.y0};
}

struct point affine_apply(const struct affine *map, struct point p) {
    return (struct point){map->xx * p.x + map->xy * p.y + map->x0,
                          map->yx * p.x + map->yy * p.y + map->y0};
}

struct colour colour_mix(struct colour a, struct colour b, double part_of_b) {
    return (struct colour){a.r + (b.r - a.r) * part_of_b, a.g + (b.g - a.g) * part_of_b,
                           a.b + (b.b - a.b) * part_of_b};
}

struct colour colour_times(struct colour a, double factor) {
    return (struct colour){a.r * factor, a.g * factor, a.b * factor};
}
