/* SPDX-License-Identifier: MIT */
/* Painted shapes, and random colours: what the faces, objects and backgrounds are made of. */
#ifndef TIGRILLO_DRAW_SHAPES_H
#define TIGRILLO_DRAW_SHAPES_H

#include "canvas.h"
#include "rng.h"

struct outline outline_ellipse(double x, double y, double rx, double ry);
/* A smooth closed curve (Catmull-Rom) through at most 24 points. */
struct outline outline_smooth(const struct point *knots, int count);
struct outline outline_polygon(const struct point *corners, int count);

void paint_ellipse(struct canvas *canvas, double x, double y, double rx, double ry,
                   struct paint paint);
void paint_smooth(struct canvas *canvas, const struct point *knots, int count, struct paint paint);
void paint_polygon(struct canvas *canvas, const struct point *corners, int count,
                   struct paint paint);
void paint_box(struct canvas *canvas, double x, double y, double half_width, double half_height,
               struct paint paint);
/* A stroke from one end to the other, bent towards the middle point; widths at the three. */
void paint_stroke(struct canvas *canvas, const struct point through[3], const double width[3],
                  struct paint paint);

struct paint solid(struct colour colour);
struct paint veil(struct colour colour, double alpha);
/* The colour moved by about `spread` in brightness and a third of that in every channel. */
struct colour colour_near(struct rng *rng, struct colour colour, double spread);
struct colour colour_any(struct rng *rng);
struct colour colour_pick(struct rng *rng, const struct colour *table, int count);

#endif
