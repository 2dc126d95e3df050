/* SPDX-License-Identifier: MIT */
/* A small rasteriser: closed outlines under an affine map, filled with exact pixel coverage.
 * Only + - * / and sqrt are used, which IEEE 754 defines to the last bit, so that a picture is the
 * same on every machine. */
#ifndef TIGRILLO_DRAW_CANVAS_H
#define TIGRILLO_DRAW_CANVAS_H

#include <stdbool.h>

enum { OUTLINE_MAX = 192 };

struct colour {
    double r, g, b; /* display values, 0 to 1 */
};

struct paint {
    struct colour colour;
    double alpha;
};

struct point {
    double x, y;
};

struct outline {
    int count;
    struct point at[OUTLINE_MAX];
};

/* (x, y) -> (xx x + xy y + x0, yx x + yy y + y0) */
struct affine {
    double xx, xy, x0;
    double yx, yy, y0;
};

struct canvas {
    int side;
    struct colour *pixels; /* side x side, row by row */
    double *cover;         /* side x (side + 2): signed areas of the outline at hand */
    double *clip;          /* side x side: how much of each pixel may be painted */
    bool clipped;
    struct affine place;
};

/* Returns false where there is no memory. */
bool canvas_start(struct canvas *canvas, int side);
void canvas_end(struct canvas *canvas);

void canvas_fill(struct canvas *canvas, const struct outline *outline, struct paint paint);
/* An ellipse that fades from the full paint in its middle to nothing at its rim. */
void canvas_glow(struct canvas *canvas, struct point middle, double rx, double ry,
                 struct paint paint);
/* Restricts painting to the inside of the outline, until canvas_unclip. */
void canvas_clip(struct canvas *canvas, const struct outline *outline);
void canvas_unclip(struct canvas *canvas);

/* sin(2 pi turns); the cosine is wave(turns + 0.25) */
double wave(double turns);
struct affine affine_pose(struct point middle, double turns, double scale, double stretch,
                          double shear);
/* first inner, then outer */
struct affine affine_chain(struct affine outer, struct affine inner);
struct point affine_apply(const struct affine *map, struct point p);

struct colour colour_mix(struct colour a, struct colour b, double part_of_b);
struct colour colour_times(struct colour a, double factor);

#endif
