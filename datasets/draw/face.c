/* SPDX-License-Identifier: MIT */
/* Draws a head from back to front: mane, body, ears, skull, markings, eyes, muzzle, whiskers. */
#include "face.h"

#include <math.h>

#include "shapes.h"

/* How far a part moves when the head turns: noses stand out in front, ears sit behind. */
static const double EYE_DEPTH = 0.13;
static const double MUZZLE_DEPTH = 0.24;
static const double EAR_DEPTH = -0.07;

static struct outline skull_outline(const struct face *f) {
    struct point knots[] = {
        {0.0, -0.92},       {f->skull * 0.62, -0.78}, {f->skull, -0.28}, {f->cheek, 0.25},
        {f->jaw, 0.68},     {0.0, f->chin},           {-f->jaw, 0.68},   {-f->cheek, 0.25},
        {-f->skull, -0.28}, {-f->skull * 0.62, -0.78}};
    return outline_smooth(knots, 10);
}

static void draw_body(struct canvas *canvas, const struct face *f, struct rng *rng) {
    double wide = rng_between(rng, 0.8, 1.25);
    double lean = rng_between(rng, -0.3, 0.3);
    struct point back[] = {{-0.45, 0.2},       {0.45, 0.2},         {wide * 0.8 + lean, 1.1},
                           {wide + lean, 3.2}, {-wide + lean, 3.2}, {-wide * 0.8 + lean, 1.1}};
    struct outline shape = outline_smooth(back, 6);
    canvas_fill(canvas, &shape, solid(colour_times(f->fur, 0.82)));
    canvas_clip(canvas, &shape);
    if (f->ruff > 0.0) {
        paint_ellipse(canvas, lean * 0.5, 1.5, 0.45, 0.8, veil(f->pale, f->ruff));
    }
    if (f->stripes > 0.0) {
        for (int i = 0; i < 8; ++i) {
            double side = i % 2 == 0 ? -1.0 : 1.0;
            double y = 0.9 + 0.28 * (i / 2) + rng_between(rng, -0.08, 0.08);
            struct point p[] = {{lean + side * wide * 1.1, y - 0.1},
                                {lean + side * wide * 0.7, y + 0.1},
                                {lean + side * wide * 0.25, y}};
            double w[] = {f->stripes, f->stripes, 0.0};
            paint_stroke(canvas, p, w, veil(f->dark, 0.9));
        }
    }
    canvas_unclip(canvas);
    /* the head's shadow */
    canvas_glow(canvas, (struct point){0.0, 0.95}, 1.1, 0.6,
                veil((struct colour){0.0, 0.0, 0.0}, 0.45));
}

static void draw_mane(struct canvas *canvas, const struct face *f, struct rng *rng) {
    struct point knots[24];
    for (int i = 0; i < 24; ++i) {
        double r = 1.0 + f->mane * rng_between(rng, 0.75, 1.1) * (i % 2 == 0 ? 1.0 : 0.8);
        knots[i] = (struct point){r * wave(i / 24.0 + 0.25), r * wave(i / 24.0)};
    }
    paint_smooth(canvas, knots, 24, solid(f->dark));
}

/* An ear's knots are given for the right side; the left one is its mirror image. */
static void paint_ear(struct canvas *canvas, const struct point *knots, int count, double side,
                      double shift, bool sharp, struct colour colour) {
    struct point placed[8];
    for (int i = 0; i < count; ++i) {
        placed[i] = (struct point){side * knots[i].x + shift, knots[i].y};
    }
    if (sharp) {
        paint_polygon(canvas, placed, count, solid(colour));
    } else {
        paint_smooth(canvas, placed, count, solid(colour));
    }
}

static void draw_ear(struct canvas *canvas, const struct face *f, double side, double droop) {
    double x = f->ear_apart;
    double s = f->ear_size;
    double shift = f->turn * EAR_DEPTH;
    struct colour back = f->ear_back;
    switch (f->ear) {
    case EAR_POINTED: {
        double tip_x = x + 0.22 * s + 0.3 * droop;
        double tip_y = -0.72 - 0.8 * s + 0.5 * droop;
        struct point outer[] = {{x - 0.42 * s, -0.72},
                                {x - 0.12 * s, -0.72 - 0.5 * s},
                                {tip_x, tip_y},
                                {x + 0.38 * s, -0.6 - 0.3 * s},
                                {x + 0.42 * s, -0.2}};
        struct point inner[] = {
            {x - 0.24 * s, -0.7}, {tip_x - 0.03 * s, tip_y + 0.24 * s}, {x + 0.27 * s, -0.4}};
        paint_ear(canvas, outer, 5, side, shift, true, back);
        paint_ear(canvas, inner, 3, side, shift, true, f->inside);
        break;
    }
    case EAR_ROUND:
        paint_ellipse(canvas, side * x + shift, -0.78, 0.36 * s, 0.38 * s, solid(back));
        paint_ellipse(canvas, side * x * 0.97 + shift, -0.74, 0.21 * s, 0.23 * s, solid(f->inside));
        break;
    case EAR_FLOPPY: {
        double drop = 0.15 + 0.62 * s + 0.3 * droop;
        struct point flap[] = {{x * 0.55, -0.86},      {x * 1.05, -0.8}, {x * 1.32, -0.35},
                               {x * 1.36, drop - 0.3}, {x * 1.16, drop}, {x * 0.94, drop - 0.25},
                               {x * 0.86, -0.3}};
        struct point shade[] = {
            {x * 0.78, -0.72}, {x * 0.98, -0.4}, {x * 0.98, drop - 0.28}, {x * 0.8, -0.25}};
        paint_ear(canvas, flap, 7, side, shift, false, back);
        paint_ear(canvas, shade, 4, side, shift, false, colour_times(back, 0.72));
        break;
    }
    case EAR_FOLDED: {
        double tip = 0.25 * droop;
        struct point outer[] = {{x - 0.4 * s, -0.7},
                                {x - 0.2 * s, -0.72 - 0.5 * s},
                                {x + 0.25 * s, -0.72 - 0.42 * s},
                                {x + 0.4 * s, -0.3}};
        struct point flap[] = {{x - 0.2 * s, -0.72 - 0.52 * s},
                               {x + 0.26 * s, -0.72 - 0.46 * s},
                               {x + 0.6 * s, -0.6 + tip},
                               {x + 0.5 * s, -0.42 + tip},
                               {x + 0.1 * s, -0.72 - 0.1 * s}};
        paint_ear(canvas, outer, 4, side, shift, false, back);
        paint_ear(canvas, flap, 5, side, shift, false, colour_times(back, 0.72));
        break;
    }
    case EAR_LONG: {
        double lean = 0.2 + droop;
        struct point outer[] = {{x * 0.5, -0.6},
                                {x * 0.45 + lean * 0.3, -1.2},
                                {x * 0.75 + lean, -0.9 - 1.1 * s},
                                {x * 1.15 + lean, -0.7 - 0.8 * s},
                                {x * 1.05, -0.6}};
        struct point inner[] = {{x * 0.65, -0.75},
                                {x * 0.62 + lean * 0.4, -1.2},
                                {x * 0.8 + lean * 0.95, -0.8 - 0.95 * s},
                                {x * 0.95, -0.85}};
        paint_ear(canvas, outer, 5, side, shift, false, back);
        paint_ear(canvas, inner, 4, side, shift, false, f->inside);
        break;
    }
    case EAR_NONE:
        break;
    }
}

static void draw_stripe(struct canvas *canvas, const struct face *f, struct rng *rng,
                        struct point from, struct point to, double sag, double taper) {
    double jitter_x = rng_between(rng, -0.06, 0.06);
    double jitter_y = rng_between(rng, -0.05, 0.05);
    double width = f->stripes * rng_between(rng, 0.75, 1.25);
    struct point p[] = {{from.x, from.y + jitter_y},
                        {(from.x + to.x) / 2.0 + jitter_x, (from.y + to.y) / 2.0 + sag},
                        {to.x + jitter_x, to.y + jitter_y}};
    double w[] = {width * taper, width, 0.0};
    paint_stroke(canvas, p, w, veil(f->dark, 0.93));
}

static void draw_stripes(struct canvas *canvas, const struct face *f, struct rng *rng) {
    double brow = f->turn * EYE_DEPTH * 0.7;
    double reach = f->stripe_reach;
    for (int i = 0; i < 2; ++i) {
        double side = i == 0 ? -1.0 : 1.0;
        for (int k = 0; k < 3; ++k) {
            double y = -0.86 + 0.19 * k;
            draw_stripe(canvas, f, rng, (struct point){brow + side * 0.06, y + 0.06},
                        (struct point){brow + side * (0.34 + 0.09 * k), y - 0.06}, 0.08, 1.0);
        }
        for (int k = 0; k < 5; ++k) {
            double y = -0.6 + 0.29 * k;
            double edge = 1.15 * f->cheek;
            draw_stripe(canvas, f, rng, (struct point){side * edge, y},
                        (struct point){side * (edge - 0.75 * reach), y + (k < 2 ? 0.12 : -0.06)},
                        0.06, 0.8);
        }
    }
    draw_stripe(canvas, f, rng, (struct point){brow, -0.95}, (struct point){brow, -0.42}, 0.0, 1.0);
}

static void draw_markings(struct canvas *canvas, const struct face *f, struct rng *rng) {
    double eyes = f->turn * EYE_DEPTH;
    double front = f->turn * MUZZLE_DEPTH;
    if (f->patch != 0.0) {
        double side = rng_sign(rng);
        int count = f->patch < 0.0 ? 2 : 1;
        for (int i = 0; i < count; ++i) {
            paint_ellipse(canvas, side * f->eye_apart * 1.15 + eyes, f->eye_at - 0.03, 0.36, 0.44,
                          veil(f->dark, fabs(f->patch)));
            side = -side;
        }
    }
    if (f->blaze > 0.0) {
        struct point knots[] = {{eyes - f->blaze * 0.6, -1.0}, {eyes + f->blaze * 0.6, -1.0},
                                {eyes + f->blaze * 0.7, -0.3}, {front + f->blaze * 1.6, 0.4},
                                {front - f->blaze * 1.6, 0.4}, {eyes - f->blaze * 0.7, -0.3}};
        paint_smooth(canvas, knots, 6, veil(f->pale, 0.95));
    }
    for (int i = 0; i < 2; ++i) {
        double side = i == 0 ? -1.0 : 1.0;
        if (f->ruff > 0.0) {
            paint_ellipse(canvas, side * f->cheek * 0.8 + eyes, 0.42, 0.4, 0.34,
                          veil(f->pale, f->ruff));
        }
        if (f->brow > 0.0) {
            paint_ellipse(canvas, side * f->eye_apart + eyes, f->eye_at - f->eye_size * 1.25, 0.24,
                          0.17, veil(f->pale, f->brow));
        }
    }
    if (f->stripes > 0.0) {
        draw_stripes(canvas, f, rng);
    }
    /* short strokes of fur */
    for (int i = 0; i < 14; ++i) {
        double x = rng_between(rng, -1.0, 1.0);
        double y = rng_between(rng, -0.9, 0.8);
        struct colour hair = colour_near(rng, f->fur, 0.12);
        struct point p[] = {{x, y}, {x * 1.08, y + 0.08}, {x * 1.12, y + 0.2}};
        double w[] = {0.06, 0.05, 0.0};
        paint_stroke(canvas, p, w, veil(hair, 0.5));
    }
    canvas_glow(canvas, (struct point){-0.2, -0.5}, 0.9, 0.7,
                veil((struct colour){1.0, 1.0, 1.0}, 0.16));
    canvas_glow(canvas, (struct point){0.0, 1.1}, 1.3, 0.6,
                veil((struct colour){0.0, 0.0, 0.0}, 0.25));
}

static void draw_eye(struct canvas *canvas, const struct face *f, double side) {
    const struct colour black = {0.04, 0.03, 0.03};
    double x = side * f->eye_apart + f->turn * EYE_DEPTH;
    double y = f->eye_at;
    double w = f->eye_size;
    double h = w * f->eye_open;
    double slant = 0.25 * w * side;
    struct point rim[] = {
        {x - 1.22 * w, y + slant}, {x, y - 1.2 * h}, {x + 1.22 * w, y - slant}, {x, y + 1.2 * h}};
    paint_smooth(canvas, rim, 4, solid(black));
    if (f->pupil > 0.0) {
        struct point lens[] = {
            {x - w, y + slant * 0.8}, {x, y - h}, {x + w, y - slant * 0.8}, {x, y + h}};
        paint_smooth(canvas, lens, 4, solid(f->iris));
        paint_ellipse(canvas, x, y, w * f->pupil, h * fmax(f->pupil, 0.85), solid(black));
    }
    paint_ellipse(canvas, x - 0.25 * w, y - 0.3 * h, 0.2 * w, 0.2 * w,
                  solid((struct colour){1.0, 1.0, 1.0}));
}

static void draw_muzzle(struct canvas *canvas, const struct face *f) {
    const struct colour mouth = {0.16, 0.08, 0.07};
    double x = f->turn * MUZZLE_DEPTH;
    double n = f->nose_size;
    double lip = f->nose_at + n * 0.9;
    double bottom = f->muzzle_at + f->muzzle_tall;
    if (f->tongue) {
        struct point tongue[] = {{x - 0.17, bottom - 0.3},
                                 {x + 0.17, bottom - 0.3},
                                 {x + 0.18, bottom + 0.12},
                                 {x, bottom + 0.28},
                                 {x - 0.18, bottom + 0.12}};
        paint_smooth(canvas, tongue, 5, solid((struct colour){0.9, 0.42, 0.45}));
    }
    if (f->muzzle_wide > 0.0) {
        paint_ellipse(canvas, x, f->muzzle_at + 0.04, f->muzzle_wide * 1.06, f->muzzle_tall * 1.06,
                      veil(colour_times(f->fur, 0.55), 0.45));
        paint_ellipse(canvas, x, f->muzzle_at, f->muzzle_wide, f->muzzle_tall, solid(f->pale));
    }
    if (f->beak) {
        struct point beak[] = {
            {x - n, f->nose_at - n}, {x + n, f->nose_at - n}, {x, f->nose_at + 2.0 * n}};
        paint_polygon(canvas, beak, 3, solid(f->nose));
        return;
    }
    if (f->snout) {
        paint_ellipse(canvas, x, f->nose_at, 1.6 * n, 1.2 * n, solid(f->nose));
        paint_ellipse(canvas, x - 0.6 * n, f->nose_at, 0.3 * n, 0.45 * n, solid(mouth));
        paint_ellipse(canvas, x + 0.6 * n, f->nose_at, 0.3 * n, 0.45 * n, solid(mouth));
        return;
    }
    for (int i = 0; i < 2; ++i) {
        double side = i == 0 ? -1.0 : 1.0;
        struct point smile[] = {{x, lip + 0.1},
                                {x + side * 0.06, lip + 0.26},
                                {x + side * (0.12 + 0.9 * n), lip + 0.14}};
        double w[] = {0.06, 0.055, 0.03};
        paint_stroke(canvas, smile, w, veil(mouth, 0.9));
    }
    struct point line[] = {{x, f->nose_at}, {x, lip}, {x, lip + 0.14}};
    double thin[] = {0.05, 0.05, 0.05};
    paint_stroke(canvas, line, thin, veil(mouth, 0.9));
    struct point nose[] = {{x - n, f->nose_at - 0.45 * n}, {x, f->nose_at - 0.6 * n},
                           {x + n, f->nose_at - 0.45 * n}, {x + 0.55 * n, f->nose_at + 0.45 * n},
                           {x, f->nose_at + 0.85 * n},     {x - 0.55 * n, f->nose_at + 0.45 * n}};
    paint_smooth(canvas, nose, 6, solid(f->nose));
    paint_ellipse(canvas, x - 0.3 * n, f->nose_at - 0.2 * n, 0.25 * n, 0.15 * n,
                  veil((struct colour){1.0, 1.0, 1.0}, 0.45));
}

static void draw_whiskers(struct canvas *canvas, const struct face *f, struct rng *rng) {
    double brightness = (f->fur.r + f->fur.g + f->fur.b) / 3.0;
    struct colour hair = brightness > 0.62 ? (struct colour){0.25, 0.22, 0.2}
                                           : (struct colour){0.96, 0.96, 0.94};
    double x = f->turn * MUZZLE_DEPTH;
    double y = f->nose_at + 0.2;
    for (int i = 0; i < 6; ++i) {
        double side = i % 2 == 0 ? -1.0 : 1.0;
        double fan = 0.2 * (i / 2 - 1);
        double length = rng_between(rng, 0.85, 1.15);
        double tip = fan * 1.6 + rng_between(rng, -0.08, 0.12);
        struct point p[] = {{x + side * 0.2, y + fan * 0.4},
                            {x + side * 0.6, y + fan * 0.8 - 0.06},
                            {x + side * length, y + tip}};
        double w[] = {0.045, 0.04, 0.02};
        paint_stroke(canvas, p, w, veil(hair, 0.8));
    }
}

void face_draw(struct canvas *canvas, const struct face *face, struct rng *rng) {
    double droop = 0.25 * rng_bell(rng);
    double other = 0.1 * rng_bell(rng);
    bool in_front = face->ear == EAR_FLOPPY;
    if (face->body) {
        draw_body(canvas, face, rng);
    }
    if (face->mane > 0.0) {
        draw_mane(canvas, face, rng);
    }
    if (!in_front) {
        draw_ear(canvas, face, -1.0, droop * 0.4);
        draw_ear(canvas, face, 1.0, droop * 0.4 + other);
    }
    struct outline skull = skull_outline(face);
    canvas_fill(canvas, &skull, solid(face->fur));
    canvas_clip(canvas, &skull);
    draw_markings(canvas, face, rng);
    canvas_unclip(canvas);
    if (in_front) {
        draw_ear(canvas, face, -1.0, droop);
        draw_ear(canvas, face, 1.0, droop + other);
    }
    draw_muzzle(canvas, face);
    draw_eye(canvas, face, -1.0);
    draw_eye(canvas, face, 1.0);
    if (face->whiskers) {
        draw_whiskers(canvas, face, rng);
    }
}
