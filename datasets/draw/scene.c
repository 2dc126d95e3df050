/* SPDX-License-Identifier: MIT */
/* Puts a picture together. The screen reaches from -1 to 1 in x and y. */
#include "scene.h"

#include <stddef.h>

#include "animals.h"
#include "objects.h"
#include "shapes.h"

const char *const class_names[CLASS_COUNT] = {"cat", "dog", "tiger", "none"};

static void draw_none(struct canvas *canvas, struct rng *rng) {
    if (rng_chance(rng, 0.4)) {
        draw_other_animal(canvas, rng);
    } else {
        draw_object(canvas, rng);
    }
}

static void (*const subjects[CLASS_COUNT])(struct canvas *, struct rng *) = {draw_cat, draw_dog,
                                                                             draw_tiger, draw_none};

static void blob(struct canvas *canvas, struct rng *rng, struct colour colour) {
    double x = rng_between(rng, -1.1, 1.1);
    double y = rng_between(rng, -1.1, 1.1);
    double rx = rng_between(rng, 0.1, 0.5);
    double ry = rng_between(rng, 0.1, 0.5);
    if (rng_chance(rng, 0.5)) {
        paint_ellipse(canvas, x, y, rx, ry, veil(colour, 0.8));
    } else {
        canvas_glow(canvas, (struct point){x, y}, rx * 1.6, ry * 1.6, veil(colour, 0.9));
    }
}

static void line(struct canvas *canvas, struct rng *rng, struct colour colour) {
    struct point p[3];
    for (int i = 0; i < 3; ++i) {
        p[i].x = rng_between(rng, -1.3, 1.3);
        p[i].y = rng_between(rng, -1.3, 1.3);
    }
    double width = rng_between(rng, 0.04, 0.16);
    paint_stroke(canvas, p, (double[]){width, width, width}, veil(colour, 0.85));
}

static void grass(struct canvas *canvas, struct rng *rng, struct colour colour) {
    double base = rng_between(rng, 0.3, 1.2);
    int count = 6 + rng_below(rng, 10);
    for (int i = 0; i < count; ++i) {
        double x = rng_between(rng, -1.1, 1.1);
        double lean = rng_between(rng, -0.2, 0.2);
        double height = rng_between(rng, 0.3, 0.8);
        struct point p[] = {{x, base}, {x, base - height * 0.6}, {x + lean, base - height}};
        double w[] = {0.07, 0.06, 0.0};
        paint_stroke(canvas, p, w, solid(colour_near(rng, colour, 0.08)));
    }
}

static void leaves(struct canvas *canvas, struct rng *rng, struct colour colour) {
    int count = 2 + rng_below(rng, 5);
    for (int i = 0; i < count; ++i) {
        double x = rng_between(rng, -1.1, 1.1);
        double y = rng_between(rng, -1.1, 1.1);
        double dx = rng_between(rng, -0.3, 0.3);
        double dy = rng_between(rng, -0.3, 0.3);
        struct point p[] = {{x - dx, y - dy}, {x, y}, {x + dx, y + dy}};
        double w[] = {0.0, 0.22, 0.0};
        paint_stroke(canvas, p, w, solid(colour_near(rng, colour, 0.08)));
    }
}

static void bars(struct canvas *canvas, struct rng *rng, struct colour colour) {
    double lean = rng_between(rng, -0.8, 0.8);
    double first = rng_between(rng, -1.4, 0.2);
    double step = rng_between(rng, 0.22, 0.4);
    bool upright = rng_chance(rng, 0.5);
    int count = 2 + rng_below(rng, 4);
    for (int i = 0; i < count; ++i) {
        double at = first + step * i;
        struct point p[] = {{at - lean, -1.2}, {at, 0.0}, {at + lean, 1.2}};
        for (int k = 0; k < 3 && !upright; ++k) {
            p[k] = (struct point){p[k].y, p[k].x};
        }
        double w[] = {step * 0.4, step * 0.4, step * 0.4};
        paint_stroke(canvas, p, w, veil(colour, 0.8));
    }
}

static void triangle(struct canvas *canvas, struct rng *rng, struct colour colour) {
    struct point corners[3];
    double x = rng_between(rng, -1.0, 1.0);
    double y = rng_between(rng, -1.0, 1.0);
    for (int i = 0; i < 3; ++i) {
        corners[i].x = x + rng_between(rng, -0.5, 0.5);
        corners[i].y = y + rng_between(rng, -0.5, 0.5);
    }
    paint_polygon(canvas, corners, 3, veil(colour, 0.9));
}

typedef void clutter_fn(struct canvas *, struct rng *, struct colour);

static void draw_background(struct canvas *canvas, struct rng *rng) {
    static const struct colour greens = {0.3, 0.45, 0.2};
    static clutter_fn *const kinds[] = {blob, blob, line, grass, leaves, bars, triangle};
    struct colour first = colour_any(rng);
    struct colour second = colour_any(rng);
    if (rng_chance(rng, 0.35)) {
        first = colour_near(rng, greens, 0.12);
    }
    double turns = rng_between(rng, 0.0, 1.0);
    double along_x = wave(turns + 0.25) * 0.5 / canvas->side;
    double along_y = wave(turns) * 0.5 / canvas->side;
    for (int y = 0; y < canvas->side; ++y) {
        for (int x = 0; x < canvas->side; ++x) {
            double t = 0.5 + along_x * (2 * x - canvas->side) + along_y * (2 * y - canvas->side);
            t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
            canvas->pixels[y * canvas->side + x] = colour_mix(first, second, t);
        }
    }
    int count = 1 + rng_below(rng, 5);
    for (int i = 0; i < count; ++i) {
        struct colour any = colour_any(rng);
        struct colour colour = colour_mix(any, first, rng_between(rng, 0.0, 0.6));
        int kind = rng_below(rng, (int)(sizeof kinds / sizeof kinds[0]));
        kinds[kind](canvas, rng, colour);
    }
}

static void draw_occlusion(struct canvas *canvas, struct rng *rng) {
    struct colour colour = colour_any(rng);
    switch (rng_below(rng, 4)) {
    case 0:
        line(canvas, rng, colour);
        break;
    case 1:
        leaves(canvas, rng, colour_mix(colour, (struct colour){0.25, 0.5, 0.2}, 0.6));
        break;
    case 2:
        grass(canvas, rng, colour_mix(colour, (struct colour){0.4, 0.5, 0.2}, 0.6));
        break;
    default: { /* something large at one edge */
        double side = rng_sign(rng);
        double reach = rng_between(rng, 0.5, 0.9);
        double lean = rng_between(rng, -0.2, 0.2);
        struct point edge[] = {{side * (reach + lean), -1.2},
                               {side * (reach - lean), 1.2},
                               {side * 1.3, 1.2},
                               {side * 1.3, -1.2}};
        if (rng_chance(rng, 0.5)) {
            for (int i = 0; i < 4; ++i) {
                edge[i] = (struct point){edge[i].y, edge[i].x};
            }
        }
        paint_polygon(canvas, edge, 4, solid(colour));
        break;
    }
    }
}

static struct affine random_pose(struct rng *rng) {
    struct point middle;
    middle.x = 0.16 * rng_bell(rng);
    middle.y = 0.08 + 0.15 * rng_bell(rng);
    double turns = 0.03 * rng_bell(rng);
    double scale = rng_between(rng, 0.52, 0.74);
    double stretch = rng_between(rng, 0.86, 1.12) * rng_sign(rng);
    double shear = 0.08 * rng_bell(rng);
    return affine_pose(middle, turns, scale, stretch, shear);
}

/* One pass of (k, 1 - 2k, k) down or along; at the rim the nearest pixel stands in. */
static void blur_lines(struct colour *pixels, int side, int step, int line_step, double k) {
    for (int l = 0; l < side; ++l) {
        struct colour *at = pixels + (ptrdiff_t)l * line_step;
        struct colour before = *at;
        for (int i = 0; i < side; ++i, at += step) {
            struct colour here = *at;
            struct colour after = i + 1 < side ? at[step] : here;
            *at = colour_mix(here, colour_mix(before, after, 0.5), 2.0 * k);
            before = here;
        }
    }
}

static uint8_t to_byte(double v) {
    v = v * 255.0 + 0.5;
    return v <= 0.0 ? 0 : v >= 255.0 ? 255 : (uint8_t)v;
}

/* Light, contrast, colour cast and the sensor's noise. */
static void develop(struct canvas *canvas, struct rng *rng, uint8_t *rgb) {
    double light = 1.0 + 0.2 * rng_bell(rng);
    double contrast = rng_between(rng, 0.7, 1.12);
    double slope_x = 0.3 * rng_bell(rng);
    double slope_y = 0.3 * rng_bell(rng);
    struct colour cast;
    cast.r = 1.0 + 0.12 * rng_bell(rng);
    cast.g = 1.0 + 0.08 * rng_bell(rng);
    cast.b = 1.0 + 0.12 * rng_bell(rng);
    double noise = rng_between(rng, 0.004, 0.025);
    double half = canvas->side / 2.0;
    for (int y = 0; y < canvas->side; ++y) {
        for (int x = 0; x < canvas->side; ++x, rgb += 3) {
            double gain = light * (1.0 + slope_x * (x - half) / half + slope_y * (y - half) / half);
            struct colour c = canvas->pixels[y * canvas->side + x];
            double r = noise * rng_bell(rng);
            double g = noise * rng_bell(rng);
            double b = noise * rng_bell(rng);
            rgb[0] = to_byte(0.5 + (c.r * gain * cast.r - 0.5) * contrast + r);
            rgb[1] = to_byte(0.5 + (c.g * gain * cast.g - 0.5) * contrast + g);
            rgb[2] = to_byte(0.5 + (c.b * gain * cast.b - 0.5) * contrast + b);
        }
    }
}

void scene_draw(struct canvas *canvas, int class, struct rng *rng, uint8_t *rgb) {
    double half = canvas->side / 2.0;
    struct affine screen = {.xx = half, .x0 = half, .yy = half, .y0 = half};
    canvas->place = screen;
    draw_background(canvas, rng);
    canvas->place = affine_chain(screen, random_pose(rng));
    subjects[class](canvas, rng);
    canvas->place = screen;
    if (rng_chance(rng, 0.2)) {
        draw_occlusion(canvas, rng);
    }
    double blur = rng_between(rng, 0.0, 0.17);
    blur_lines(canvas->pixels, canvas->side, 1, canvas->side, blur);
    blur_lines(canvas->pixels, canvas->side, canvas->side, 1, blur);
    develop(canvas, rng, rgb);
}
