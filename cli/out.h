/* SPDX-License-Identifier: MIT */
/* The files that are written, looked at before work begins: it would be a pity to train for an
 * hour and only then find that the model cannot be saved, or to lose data by saving it. */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <limits.h>
#include <stdbool.h>

#include "options.h"

/* Whether a file begins as safetensors files do. */
bool begins_as_model(const char *path);

/* The model is going to be `out`, the checkpoint beside it what is written to `checkpoint`.
 * Refused: names that are no use, and files that exist and are not models, or are `data` or
 * `validation`. Returns PARSED or an exit code. */
int out_check(const command *self, const char *out, const command_line *data,
              const texts *validation, char checkpoint[PATH_MAX]);

/* The same for a model alone, which is made from `models`. */
int out_check_file(const command *self, const char *out, const command_line *models);

/* The same for a file that is written beside a model. What is there already may be replaced when it
 * is empty, or begins with `start` as each `what` does. */
int out_check_beside(const char *path, const char *start, const char *what);

/* Whether two names are those of one file, which need not be there. */
bool out_same(const char *one, const char *other);

#endif
