/* SPDX-License-Identifier: MIT */
/* The constants of an exported network as C. */
#ifndef TG_EXPORT_WEIGHTS_H
#define TG_EXPORT_WEIGHTS_H

#include "export/exported.h"
#include "export/text.h"

/* AUTO becomes the form that suits the model. */
tg_export_form tg_export_choose_form(const tg_exported *exported, tg_export_form form);

/* Writes the arrays: the weights of dense layer d in the given form, its biases (name_b0, ...) and
 * for int8 its scales (name_s0, ...) as numbers. For BINARY the weights go into `binary` instead,
 * one layer behind the other, and what includes them is written; `file` is its name. */
void tg_export_weights(const tg_exported *exported, tg_export_form form, const char *file,
                       tg_text *code, tg_text *binary);

/* Writes the expression that points to the weights of dense layer d. */
void tg_export_weight_name(const tg_exported *exported, tg_export_form form, size_t d,
                           tg_text *code);

/* `count` floats as numbers in lines, as the inside of an initialiser. */
void tg_export_floats(tg_text *code, const float *values, size_t count);
void tg_export_pixels(tg_text *code, const uint8_t *values, size_t count);

#endif
