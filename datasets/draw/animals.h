/* SPDX-License-Identifier: MIT */
/* The classes: heads of cats, dogs and tigers, and of other animals for the class `none`. */
#ifndef TIGRILLO_DRAW_ANIMALS_H
#define TIGRILLO_DRAW_ANIMALS_H

#include "canvas.h"
#include "rng.h"

void draw_cat(struct canvas *canvas, struct rng *rng);
void draw_dog(struct canvas *canvas, struct rng *rng);
void draw_tiger(struct canvas *canvas, struct rng *rng);
/* a bear, panda, rabbit, pig, owl, lion, mouse, monkey or sheep */
void draw_other_animal(struct canvas *canvas, struct rng *rng);

#endif
