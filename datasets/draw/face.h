/* SPDX-License-Identifier: MIT */
/* The head of an animal, described by its traits. The head is drawn around (0, 0), its skull about
 * 1 high and wide to each side, y downwards. */
#ifndef TIGRILLO_DRAW_FACE_H
#define TIGRILLO_DRAW_FACE_H

#include "canvas.h"
#include "rng.h"

enum ear { EAR_NONE, EAR_POINTED, EAR_ROUND, EAR_FLOPPY, EAR_FOLDED, EAR_LONG };

struct face {
    struct colour fur, pale, dark, inside, iris, nose;
    struct colour ear_back;

    double skull; /* half widths at the brow, at the cheeks and at the jaw */
    double cheek;
    double jaw;
    double chin; /* how far down the chin reaches */
    double turn; /* -1 to 1: what stands out in front moves that way */
    bool body;

    enum ear ear;
    double ear_size;
    double ear_apart;

    double eye_size;
    double eye_apart;
    double eye_at;
    double eye_open; /* height of an eye by its width */
    double pupil;    /* width of the pupil by the eye's; 0 for eyes that are all pupil */

    double muzzle_wide; /* 0 for none */
    double muzzle_tall;
    double muzzle_at;
    double nose_size;
    double nose_at;
    bool snout; /* a disc with nostrils instead of a nose */
    bool beak;
    bool tongue;
    bool whiskers;

    double ruff;         /* white cheeks: their alpha */
    double brow;         /* pale spots over the eyes: their alpha */
    double blaze;        /* width of a pale band from the brow to the nose */
    double stripes;      /* width of the stripes, 0 for none */
    double stripe_reach; /* how far they come in from the sides, 0 to 1 */
    double patch;        /* alpha of a dark patch round one eye, negative: both */
    double mane;         /* how far it stands out, 0 for none */
};

void face_draw(struct canvas *canvas, const struct face *face, struct rng *rng);

#endif
