/* SPDX-License-Identifier: MIT */
/* Houses, cars, flowers and so on; several of them with the orange, the stripes, the triangles or
 * the round faces of the animal classes. */
#include "objects.h"

#include "shapes.h"

static const struct colour black = {0.08, 0.07, 0.07};
static const struct colour white = {0.95, 0.94, 0.92};
static const struct colour orange = {0.92, 0.55, 0.15};
static const struct colour glass = {0.65, 0.8, 0.9};

static struct colour maybe_orange(struct rng *rng) {
    struct colour any = colour_any(rng);
    return rng_chance(rng, 0.4) ? colour_near(rng, orange, 0.08) : any;
}

static void striped_ball(struct canvas *canvas, struct rng *rng) {
    struct outline ball = outline_ellipse(0.0, 0.0, 0.95, 0.95);
    canvas_fill(canvas, &ball, solid(maybe_orange(rng)));
    struct colour stripe = rng_chance(rng, 0.5) ? black : colour_any(rng);
    canvas_clip(canvas, &ball);
    double step = rng_between(rng, 0.3, 0.5);
    double bend = rng_between(rng, -0.6, 0.6);
    for (double y = -1.0; y < 1.1; y += step) {
        struct point p[] = {{-1.1, y}, {0.0, y + bend}, {1.1, y}};
        double w[] = {step * 0.45, step * 0.5, step * 0.45};
        paint_stroke(canvas, p, w, solid(stripe));
    }
    canvas_glow(canvas, (struct point){-0.3, -0.4}, 0.7, 0.7, veil(white, 0.4));
    canvas_unclip(canvas);
}

static void flower(struct canvas *canvas, struct rng *rng) {
    struct colour petal = maybe_orange(rng);
    struct colour leaf = colour_near(rng, (struct colour){0.25, 0.5, 0.2}, 0.08);
    struct point stem[] = {{0.0, 0.0}, {0.15, 0.9}, {0.0, 2.2}};
    double thick[] = {0.14, 0.14, 0.16};
    paint_stroke(canvas, stem, thick, solid(leaf));
    int petals = 5 + rng_below(rng, 5);
    double size = rng_between(rng, 0.26, 0.4);
    for (int i = 0; i < petals; ++i) {
        double turns = (double)i / petals;
        struct point out = {wave(turns + 0.25), wave(turns)};
        struct point p[] = {
            {out.x * 0.2, out.y * 0.2}, {out.x * 0.6, out.y * 0.6}, {out.x * 1.05, out.y * 1.05}};
        double w[] = {size * 0.6, size * 1.6, size * 0.4};
        paint_stroke(canvas, p, w, solid(colour_times(petal, i % 2 == 0 ? 1.0 : 0.85)));
    }
    struct colour heart = rng_chance(rng, 0.5) ? (struct colour){0.9, 0.8, 0.2}
                                               : (struct colour){0.3, 0.2, 0.12};
    paint_ellipse(canvas, 0.0, 0.0, 0.34, 0.34, solid(heart));
}

static void house(struct canvas *canvas, struct rng *rng) {
    struct colour wall = maybe_orange(rng);
    struct colour roof = colour_any(rng);
    struct colour door = colour_any(rng);
    paint_box(canvas, 0.0, 0.4, 0.85, 0.55, solid(wall));
    struct point gable[] = {{-1.05, -0.12}, {1.05, -0.12}, {0.0, -1.0}};
    paint_polygon(canvas, gable, 3, solid(roof));
    paint_box(canvas, 0.0, 0.62, 0.17, 0.33, solid(door));
    paint_box(canvas, -0.5, 0.3, 0.17, 0.17, solid(glass));
    paint_box(canvas, 0.5, 0.3, 0.17, 0.17, solid(glass));
    if (rng_chance(rng, 0.5)) {
        paint_box(canvas, 0.55, -0.75, 0.11, 0.28, solid(colour_times(roof, 0.7)));
    }
}

static void car(struct canvas *canvas, struct rng *rng) {
    struct colour body = maybe_orange(rng);
    struct point shell[] = {{-1.1, 0.35},  {-1.1, -0.02}, {-0.65, -0.1}, {-0.4, -0.55},
                            {0.35, -0.55}, {0.7, -0.1},   {1.1, 0.02},   {1.1, 0.35}};
    paint_polygon(canvas, shell, 8, solid(body));
    struct point window[] = {{-0.5, -0.1}, {-0.32, -0.43}, {0.28, -0.43}, {0.52, -0.1}};
    paint_polygon(canvas, window, 4, solid(glass));
    paint_box(canvas, 0.0, -0.25, 0.05, 0.2, solid(body));
    for (int i = -1; i <= 1; i += 2) {
        paint_ellipse(canvas, 0.6 * i, 0.36, 0.27, 0.27, solid(black));
        paint_ellipse(canvas, 0.6 * i, 0.36, 0.12, 0.12, solid((struct colour){0.7, 0.7, 0.7}));
    }
}

static void tree(struct canvas *canvas, struct rng *rng) {
    struct colour green = {0.2, 0.45, 0.18};
    struct colour autumn = {0.85, 0.5, 0.15};
    struct colour leaves = colour_near(rng, rng_chance(rng, 0.7) ? green : autumn, 0.08);
    paint_box(canvas, 0.0, 0.8, 0.15, 0.7, solid((struct colour){0.36, 0.25, 0.16}));
    if (rng_chance(rng, 0.4)) {
        for (int i = 0; i < 3; ++i) {
            double y = -1.0 + 0.42 * i;
            double half = 0.45 + 0.2 * i;
            struct point tier[] = {{0.0, y}, {half, y + 0.75}, {-half, y + 0.75}};
            paint_polygon(canvas, tier, 3, solid(colour_times(leaves, 1.15 - 0.15 * i)));
        }
        return;
    }
    for (int i = 0; i < 9; ++i) {
        double x = 0.5 * wave(i / 8.0) * (i > 0 ? 1.0 : 0.0);
        double y = -0.3 + 0.4 * wave(i / 8.0 + 0.25);
        double r = rng_between(rng, 0.32, 0.48);
        double shade = rng_between(rng, 0.8, 1.2);
        paint_ellipse(canvas, x, y, r, r, solid(colour_times(leaves, shade)));
    }
}

/* Two eyes and a mouth on a disc, without ears; carved with triangles it is a pumpkin. */
static void smiley(struct canvas *canvas, struct rng *rng) {
    bool carved = rng_chance(rng, 0.5);
    struct colour skin = carved ? colour_near(rng, orange, 0.06) : maybe_orange(rng);
    paint_ellipse(canvas, 0.0, 0.0, 1.0, carved ? 0.85 : 1.0, solid(skin));
    if (carved) {
        for (int i = -1; i <= 1; ++i) {
            struct point rib[] = {{0.3 * i, -0.8}, {0.75 * i, 0.0}, {0.3 * i, 0.8}};
            double w[] = {0.06, 0.08, 0.06};
            paint_stroke(canvas, rib, w, veil(colour_times(skin, 0.6), 0.8));
        }
        paint_box(canvas, 0.05, -0.95, 0.1, 0.16, solid((struct colour){0.3, 0.4, 0.15}));
    }
    for (int i = -1; i <= 1; i += 2) {
        struct point eye[] = {{0.36 * i, -0.42}, {0.36 * i + 0.2, -0.08}, {0.36 * i - 0.2, -0.08}};
        if (carved) {
            paint_polygon(canvas, eye, 3, solid(black));
        } else {
            paint_ellipse(canvas, 0.36 * i, -0.25, 0.13, 0.2, solid(black));
        }
    }
    double grin = rng_between(rng, -0.2, 0.5);
    struct point mouth[] = {{-0.55, 0.32}, {0.0, 0.32 + grin}, {0.55, 0.32}};
    double w[] = {0.08, carved ? 0.28 : 0.12, 0.08};
    paint_stroke(canvas, mouth, w, solid(black));
}

/* An orange disc with triangles, as a child would cut out a cat, with nothing in the face. */
static void disc_and_triangles(struct canvas *canvas, struct rng *rng) {
    struct colour disc = maybe_orange(rng);
    struct colour horn = maybe_orange(rng);
    int count = 3 + rng_below(rng, 6);
    double first = rng_between(rng, 0.0, 1.0);
    for (int i = 0; i < count; ++i) {
        double turns = first + (double)i / count;
        struct point corners[] = {{0.8 * wave(turns + 0.19), 0.8 * wave(turns - 0.06)},
                                  {0.8 * wave(turns + 0.31), 0.8 * wave(turns + 0.06)},
                                  {1.35 * wave(turns + 0.25), 1.35 * wave(turns)}};
        paint_polygon(canvas, corners, 3, solid(horn));
    }
    paint_ellipse(canvas, 0.0, 0.0, 0.82, 0.82, solid(disc));
}

static void mug(struct canvas *canvas, struct rng *rng) {
    struct colour clay = maybe_orange(rng);
    struct colour band = colour_any(rng);
    paint_ellipse(canvas, 0.75, 0.05, 0.42, 0.42, solid(colour_times(clay, 0.85)));
    paint_ellipse(canvas, 0.75, 0.05, 0.23, 0.23, solid(band));
    paint_box(canvas, 0.0, 0.1, 0.75, 0.72, solid(clay));
    paint_ellipse(canvas, 0.0, 0.82, 0.75, 0.18, solid(clay));
    paint_box(canvas, 0.0, 0.2, 0.75, 0.13, solid(band));
    paint_ellipse(canvas, 0.0, -0.62, 0.75, 0.2, solid(colour_times(clay, 1.1)));
    paint_ellipse(canvas, 0.0, -0.6, 0.62, 0.14, solid((struct colour){0.25, 0.15, 0.1}));
}

static void fish(struct canvas *canvas, struct rng *rng) {
    struct colour scale = maybe_orange(rng);
    struct point body[] = {{-1.0, 0.0}, {-0.4, -0.5}, {0.3, -0.4},
                           {0.72, 0.0}, {0.3, 0.4},   {-0.4, 0.5}};
    struct outline shape = outline_smooth(body, 6);
    struct point tail[] = {{0.6, 0.0}, {1.2, -0.45}, {1.05, 0.0}, {1.2, 0.45}};
    paint_polygon(canvas, tail, 4, solid(colour_times(scale, 0.8)));
    canvas_fill(canvas, &shape, solid(scale));
    if (rng_chance(rng, 0.6)) {
        struct colour band = rng_chance(rng, 0.5) ? white : black;
        canvas_clip(canvas, &shape);
        for (int i = -1; i <= 1; ++i) {
            paint_box(canvas, 0.4 * i + 0.1, 0.0, 0.09, 0.7, solid(band));
        }
        canvas_unclip(canvas);
    }
    paint_ellipse(canvas, -0.66, -0.12, 0.11, 0.11, solid(white));
    paint_ellipse(canvas, -0.67, -0.12, 0.06, 0.06, solid(black));
}

static void star(struct canvas *canvas, struct rng *rng) {
    struct point corners[16];
    int count = 2 * (3 + rng_below(rng, 6));
    double inner = rng_between(rng, 0.3, 0.75);
    for (int i = 0; i < count; ++i) {
        double r = i % 2 == 0 ? 1.1 : inner;
        double turns = (double)i / count;
        corners[i] = (struct point){r * wave(turns), -r * wave(turns + 0.25)};
    }
    paint_polygon(canvas, corners, count, solid(maybe_orange(rng)));
}

static void butterfly(struct canvas *canvas, struct rng *rng) {
    struct colour wing = maybe_orange(rng);
    struct colour spot = rng_chance(rng, 0.5) ? black : colour_any(rng);
    for (int i = -1; i <= 1; i += 2) {
        paint_ellipse(canvas, 0.6 * i, -0.4, 0.56, 0.5, solid(wing));
        paint_ellipse(canvas, 0.46 * i, 0.42, 0.42, 0.42, solid(colour_times(wing, 0.85)));
        paint_ellipse(canvas, 0.7 * i, -0.45, 0.2, 0.2, solid(spot));
        paint_ellipse(canvas, 0.5 * i, 0.45, 0.14, 0.14, solid(spot));
        struct point feeler[] = {{0.0, -0.6}, {0.1 * i, -0.9}, {0.35 * i, -1.1}};
        double w[] = {0.06, 0.05, 0.04};
        paint_stroke(canvas, feeler, w, solid(black));
    }
    paint_ellipse(canvas, 0.0, 0.0, 0.1, 0.7, solid(black));
}

/* Random shapes in random colours, sometimes striped all over. */
static void abstract(struct canvas *canvas, struct rng *rng) {
    int count = 3 + rng_below(rng, 5);
    for (int i = 0; i < count; ++i) {
        struct point knots[6];
        int corners = 3 + rng_below(rng, 4);
        double x = rng_between(rng, -0.5, 0.5);
        double y = rng_between(rng, -0.5, 0.5);
        for (int k = 0; k < corners; ++k) {
            double turns = (double)k / corners;
            double r = rng_between(rng, 0.3, 0.8);
            knots[k] = (struct point){x + r * wave(turns + 0.25), y + r * wave(turns)};
        }
        struct paint paint = solid(maybe_orange(rng));
        if (rng_chance(rng, 0.5)) {
            paint_smooth(canvas, knots, corners, paint);
        } else {
            paint_polygon(canvas, knots, corners, paint);
        }
    }
    int stripes = rng_chance(rng, 0.4) ? 3 + rng_below(rng, 6) : 0;
    for (int i = 0; i < stripes; ++i) {
        double x = rng_between(rng, -1.0, 1.0);
        double y = rng_between(rng, -1.0, 1.0);
        double lean = rng_between(rng, -0.4, 0.4);
        struct point p[] = {{x - 0.4, y - lean}, {x, y}, {x + 0.4, y + lean}};
        double w[] = {0.02, 0.16, 0.02};
        paint_stroke(canvas, p, w, solid(black));
    }
}

void draw_object(struct canvas *canvas, struct rng *rng) {
    static void (*const kinds[])(struct canvas *, struct rng *) = {
        striped_ball,       flower, house, car,  tree,      smiley,
        disc_and_triangles, mug,    fish,  star, butterfly, abstract};
    kinds[rng_below(rng, (int)(sizeof kinds / sizeof kinds[0]))](canvas, rng);
}
