/* SPDX-License-Identifier: MIT */
/* What makes a cat a cat: traits and colours of the heads. Colours overlap between the classes on
 * purpose, so that the shape has to decide. */
#include "animals.h"

#include "face.h"
#include "shapes.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

static const struct colour white = {0.95, 0.93, 0.9};
static const struct colour black = {0.1, 0.09, 0.09};
static const struct colour pink = {0.87, 0.6, 0.58};

static const struct colour cat_furs[] = {
    {0.5, 0.5, 0.52},   {0.14, 0.13, 0.14}, {0.88, 0.54, 0.22}, {0.85, 0.5, 0.2},
    {0.45, 0.33, 0.23}, {0.9, 0.82, 0.68},  {0.94, 0.93, 0.91}, {0.66, 0.6, 0.52},
};
static const struct colour dog_furs[] = {
    {0.48, 0.3, 0.17},  {0.78, 0.58, 0.34}, {0.15, 0.13, 0.13}, {0.93, 0.91, 0.87},
    {0.86, 0.52, 0.22}, {0.66, 0.36, 0.16}, {0.5, 0.5, 0.52},   {0.88, 0.8, 0.66},
};
static const struct colour tiger_furs[] = {
    {0.9, 0.52, 0.16}, {0.86, 0.48, 0.18}, {0.82, 0.5, 0.24},
    {0.92, 0.6, 0.26}, {0.62, 0.42, 0.26}, {0.92, 0.91, 0.88},
};
static const struct colour cat_eyes[] = {
    {0.55, 0.72, 0.25},
    {0.85, 0.72, 0.2},
    {0.4, 0.65, 0.85},
    {0.78, 0.5, 0.14},
};

/* What every head shares: the pose of the head's parts, small differences in the build. */
static void vary(struct face *f, struct rng *rng) {
    f->turn = 0.45 * rng_bell(rng);
    f->turn = f->turn > 1.0 ? 1.0 : f->turn < -1.0 ? -1.0 : f->turn;
    f->body = rng_chance(rng, 0.6);
    f->fur = colour_near(rng, f->fur, 0.06);
    f->pale = colour_near(rng, f->pale, 0.03);
    f->skull *= 1.0 + 0.05 * rng_bell(rng);
    f->cheek *= 1.0 + 0.05 * rng_bell(rng);
    f->jaw *= 1.0 + 0.06 * rng_bell(rng);
    f->ear_size *= 1.0 + 0.09 * rng_bell(rng);
    f->eye_size *= 1.0 + 0.08 * rng_bell(rng);
    f->eye_apart *= 1.0 + 0.05 * rng_bell(rng);
    f->muzzle_wide *= 1.0 + 0.06 * rng_bell(rng);
    f->nose_size *= 1.0 + 0.08 * rng_bell(rng);
}

void draw_cat(struct canvas *canvas, struct rng *rng) {
    struct face f = {.pale = white,
                     .inside = pink,
                     .nose = pink,
                     .skull = 0.98,
                     .cheek = 1.0,
                     .jaw = 0.6,
                     .chin = 0.86,
                     .ear = EAR_POINTED,
                     .ear_size = 0.95,
                     .ear_apart = 0.6,
                     .eye_size = 0.25,
                     .eye_apart = 0.43,
                     .eye_at = -0.1,
                     .nose_size = 0.11,
                     .nose_at = 0.3,
                     .whiskers = true};
    f.fur = colour_pick(rng, cat_furs, COUNT(cat_furs));
    f.iris = colour_pick(rng, cat_eyes, COUNT(cat_eyes));
    f.eye_open = rng_between(rng, 0.65, 1.0);
    f.pupil = rng_chance(rng, 0.6) ? 0.24 : 0.7;
    if (rng_chance(rng, 0.55)) {
        f.muzzle_wide = 0.34;
        f.muzzle_tall = 0.27;
        f.muzzle_at = 0.47;
    }
    if (rng_chance(rng, 0.4)) {
        f.stripes = rng_between(rng, 0.05, 0.11);
        f.stripe_reach = 0.55;
    } else if (rng_chance(rng, 0.25)) {
        f.patch = 0.9;
    }
    if (rng_chance(rng, 0.25)) {
        f.blaze = rng_between(rng, 0.08, 0.2);
    }
    if (rng_chance(rng, 0.25)) {
        f.ruff = rng_between(rng, 0.5, 0.9);
    }
    if (rng_chance(rng, 0.35)) {
        f.nose = (struct colour){0.3, 0.2, 0.2};
    }
    vary(&f, rng);
    f.dark = colour_times(f.fur, rng_between(rng, 0.3, 0.55));
    f.ear_back = colour_times(f.fur, 0.9);
    face_draw(canvas, &f, rng);
}

void draw_dog(struct canvas *canvas, struct rng *rng) {
    struct face f = {.nose = black,
                     .iris = {0.35, 0.2, 0.1},
                     .skull = 0.84,
                     .cheek = 0.78,
                     .jaw = 0.56,
                     .chin = 0.9,
                     .ear = EAR_FLOPPY,
                     .ear_size = 0.95,
                     .ear_apart = 0.84,
                     .eye_size = 0.15,
                     .eye_apart = 0.36,
                     .eye_at = -0.2,
                     .eye_open = 1.0,
                     .pupil = 0.75,
                     .muzzle_wide = 0.47,
                     .muzzle_tall = 0.47,
                     .muzzle_at = 0.52,
                     .nose_size = 0.23,
                     .nose_at = 0.27};
    f.fur = colour_pick(rng, dog_furs, COUNT(dog_furs));
    f.dark = colour_times(colour_pick(rng, dog_furs, COUNT(dog_furs)), 0.6);
    f.pale = rng_chance(rng, 0.5) ? white : colour_mix(f.fur, white, 0.35);
    if (rng_chance(rng, 0.2)) { /* a dark mask */
        f.pale = colour_times(f.fur, 0.45);
    }
    f.ear_back = rng_chance(rng, 0.5) ? f.dark : colour_times(f.fur, 0.75);
    if (rng_chance(rng, 0.25)) {
        f.ear_back = colour_mix(colour_pick(rng, dog_furs, COUNT(dog_furs)), white, 0.3);
    }
    f.inside = colour_mix(f.ear_back, pink, 0.4);
    f.tongue = rng_chance(rng, 0.4);
    if (rng_chance(rng, 0.25)) {
        f.ear = EAR_FOLDED;
        f.ear_apart = 0.62;
        f.ear_size = 1.0;
    }
    if (rng_chance(rng, 0.3)) {
        f.patch = 0.95;
    }
    if (rng_chance(rng, 0.35)) {
        f.blaze = rng_between(rng, 0.1, 0.22);
    }
    if (rng_chance(rng, 0.2)) {
        f.brow = 0.8;
    }
    if (rng_chance(rng, 0.12)) { /* brindle */
        f.stripes = rng_between(rng, 0.05, 0.1);
        f.stripe_reach = 0.5;
    }
    vary(&f, rng);
    face_draw(canvas, &f, rng);
}

void draw_tiger(struct canvas *canvas, struct rng *rng) {
    struct face f = {.pale = white,
                     .dark = {0.08, 0.06, 0.06},
                     .inside = {0.9, 0.86, 0.8},
                     .ear_back = {0.12, 0.1, 0.1},
                     .nose = {0.78, 0.45, 0.42},
                     .iris = {0.85, 0.68, 0.25},
                     .skull = 1.02,
                     .cheek = 1.1,
                     .jaw = 0.74,
                     .chin = 0.96,
                     .ear = EAR_ROUND,
                     .ear_size = 0.9,
                     .ear_apart = 0.76,
                     .eye_size = 0.16,
                     .eye_apart = 0.42,
                     .eye_at = -0.12,
                     .eye_open = 0.85,
                     .pupil = 0.5,
                     .muzzle_wide = 0.46,
                     .muzzle_tall = 0.33,
                     .muzzle_at = 0.55,
                     .nose_size = 0.2,
                     .nose_at = 0.32,
                     .whiskers = true,
                     .ruff = 0.95,
                     .brow = 0.9,
                     .stripe_reach = 0.95};
    f.fur = colour_pick(rng, tiger_furs, COUNT(tiger_furs));
    f.stripes = rng_between(rng, 0.12, 0.19);
    if (rng_chance(rng, 0.2)) { /* a tiger in the dusk */
        f.fur = colour_times(f.fur, 0.6);
        f.pale = colour_times(f.pale, 0.65);
    }
    if (f.fur.b > 0.7) {
        f.iris = (struct colour){0.5, 0.7, 0.9};
    }
    vary(&f, rng);
    face_draw(canvas, &f, rng);
}

static const struct face others[] = {
    /* bear */
    {.fur = {0.4, 0.26, 0.16},
     .pale = {0.75, 0.58, 0.4},
     .inside = {0.6, 0.42, 0.3},
     .ear_back = {0.36, 0.23, 0.14},
     .nose = {0.1, 0.08, 0.08},
     .skull = 1.0,
     .cheek = 1.02,
     .jaw = 0.72,
     .chin = 0.92,
     .ear = EAR_ROUND,
     .ear_size = 1.0,
     .ear_apart = 0.74,
     .eye_size = 0.1,
     .eye_apart = 0.36,
     .eye_at = -0.12,
     .eye_open = 1.0,
     .muzzle_wide = 0.42,
     .muzzle_tall = 0.36,
     .muzzle_at = 0.42,
     .nose_size = 0.18,
     .nose_at = 0.24},
    /* panda */
    {.fur = {0.94, 0.93, 0.9},
     .pale = {0.96, 0.95, 0.93},
     .dark = {0.1, 0.1, 0.1},
     .inside = {0.16, 0.15, 0.15},
     .ear_back = {0.1, 0.1, 0.1},
     .nose = {0.1, 0.1, 0.1},
     .skull = 1.05,
     .cheek = 1.1,
     .jaw = 0.78,
     .chin = 0.92,
     .ear = EAR_ROUND,
     .ear_size = 0.95,
     .ear_apart = 0.8,
     .eye_size = 0.11,
     .eye_apart = 0.36,
     .eye_at = -0.1,
     .eye_open = 1.0,
     .patch = -0.95,
     .muzzle_wide = 0.3,
     .muzzle_tall = 0.24,
     .muzzle_at = 0.42,
     .nose_size = 0.14,
     .nose_at = 0.3},
    /* rabbit */
    {.fur = {0.72, 0.62, 0.52},
     .pale = {0.95, 0.93, 0.9},
     .inside = {0.9, 0.66, 0.64},
     .ear_back = {0.66, 0.56, 0.46},
     .nose = {0.85, 0.5, 0.5},
     .skull = 0.8,
     .cheek = 0.9,
     .jaw = 0.62,
     .chin = 0.86,
     .ear = EAR_LONG,
     .ear_size = 1.0,
     .ear_apart = 0.46,
     .eye_size = 0.14,
     .eye_apart = 0.52,
     .eye_at = -0.12,
     .eye_open = 1.1,
     .muzzle_wide = 0.32,
     .muzzle_tall = 0.24,
     .muzzle_at = 0.5,
     .nose_size = 0.1,
     .nose_at = 0.36,
     .whiskers = true},
    /* pig */
    {.fur = {0.93, 0.68, 0.66},
     .pale = {0.95, 0.75, 0.72},
     .inside = {0.85, 0.5, 0.5},
     .ear_back = {0.9, 0.62, 0.6},
     .nose = {0.95, 0.6, 0.6},
     .skull = 0.95,
     .cheek = 1.0,
     .jaw = 0.7,
     .chin = 0.9,
     .ear = EAR_POINTED,
     .ear_size = 0.6,
     .ear_apart = 0.62,
     .eye_size = 0.1,
     .eye_apart = 0.42,
     .eye_at = -0.16,
     .eye_open = 1.0,
     .nose_size = 0.22,
     .nose_at = 0.28,
     .snout = true},
    /* owl */
    {.fur = {0.55, 0.4, 0.26},
     .pale = {0.9, 0.82, 0.68},
     .inside = {0.5, 0.36, 0.22},
     .ear_back = {0.45, 0.32, 0.2},
     .nose = {0.92, 0.7, 0.2},
     .iris = {0.95, 0.75, 0.15},
     .dark = {0.25, 0.17, 0.1},
     .skull = 0.92,
     .cheek = 0.92,
     .jaw = 0.72,
     .chin = 1.0,
     .ear = EAR_POINTED,
     .ear_size = 0.4,
     .ear_apart = 0.68,
     .eye_size = 0.36,
     .eye_apart = 0.4,
     .eye_at = -0.14,
     .eye_open = 1.0,
     .pupil = 0.55,
     .nose_size = 0.13,
     .nose_at = 0.2,
     .beak = true,
     .brow = 0.7},
    /* lion */
    {.fur = {0.82, 0.6, 0.32},
     .pale = {0.94, 0.86, 0.74},
     .dark = {0.45, 0.26, 0.12},
     .inside = {0.7, 0.5, 0.36},
     .ear_back = {0.72, 0.5, 0.26},
     .nose = {0.35, 0.2, 0.17},
     .iris = {0.8, 0.6, 0.2},
     .skull = 0.86,
     .cheek = 0.88,
     .jaw = 0.62,
     .chin = 0.95,
     .ear = EAR_ROUND,
     .ear_size = 0.75,
     .ear_apart = 0.76,
     .eye_size = 0.13,
     .eye_apart = 0.36,
     .eye_at = -0.14,
     .eye_open = 0.8,
     .pupil = 0.5,
     .muzzle_wide = 0.42,
     .muzzle_tall = 0.32,
     .muzzle_at = 0.52,
     .nose_size = 0.19,
     .nose_at = 0.28,
     .whiskers = true,
     .mane = 0.55},
    /* mouse */
    {.fur = {0.6, 0.58, 0.57},
     .pale = {0.9, 0.86, 0.84},
     .inside = {0.9, 0.68, 0.66},
     .ear_back = {0.54, 0.52, 0.51},
     .nose = {0.9, 0.55, 0.55},
     .skull = 0.78,
     .cheek = 0.74,
     .jaw = 0.42,
     .chin = 0.92,
     .ear = EAR_ROUND,
     .ear_size = 1.65,
     .ear_apart = 0.84,
     .eye_size = 0.13,
     .eye_apart = 0.36,
     .eye_at = -0.05,
     .eye_open = 1.1,
     .nose_size = 0.12,
     .nose_at = 0.55,
     .whiskers = true},
    /* monkey */
    {.fur = {0.42, 0.28, 0.18},
     .pale = {0.86, 0.68, 0.52},
     .inside = {0.82, 0.62, 0.48},
     .ear_back = {0.7, 0.5, 0.38},
     .nose = {0.4, 0.25, 0.2},
     .iris = {0.4, 0.25, 0.12},
     .skull = 0.86,
     .cheek = 0.86,
     .jaw = 0.66,
     .chin = 0.95,
     .ear = EAR_NONE,
     .eye_size = 0.14,
     .eye_apart = 0.28,
     .eye_at = -0.16,
     .eye_open = 1.0,
     .pupil = 0.6,
     .muzzle_wide = 0.56,
     .muzzle_tall = 0.4,
     .muzzle_at = 0.46,
     .nose_size = 0.11,
     .nose_at = 0.24,
     .brow = 0.95,
     .ruff = 0.6},
    /* sheep */
    {.fur = {0.3, 0.26, 0.25},
     .pale = {0.4, 0.35, 0.33},
     .dark = {0.92, 0.9, 0.85},
     .inside = {0.5, 0.4, 0.4},
     .ear_back = {0.28, 0.24, 0.23},
     .nose = {0.15, 0.12, 0.12},
     .iris = {0.8, 0.7, 0.4},
     .skull = 0.66,
     .cheek = 0.62,
     .jaw = 0.45,
     .chin = 1.05,
     .ear = EAR_NONE,
     .eye_size = 0.14,
     .eye_apart = 0.4,
     .eye_at = -0.1,
     .eye_open = 0.8,
     .pupil = 0.6,
     .nose_size = 0.14,
     .nose_at = 0.56,
     .mane = 0.4},
};

void draw_other_animal(struct canvas *canvas, struct rng *rng) {
    struct face f = others[rng_below(rng, COUNT(others))];
    if (rng_chance(rng, 0.25)) { /* an animal in the colours of another class */
        f.fur = colour_pick(rng, cat_furs, COUNT(cat_furs));
        f.ear_back = colour_times(f.fur, 0.85);
    }
    vary(&f, rng);
    face_draw(canvas, &f, rng);
}
