/* SPDX-License-Identifier: MIT */
/* The slow twin of a classifier, on which trace and gradcheck compute. */
#ifndef CLI_TWIN_H
#define CLI_TWIN_H

#include <mlp.h>

#include "command.h"

/* Makes the twin of the model that was read from `path`, for batches of n samples. A network that
 * is not trained with softmax and cross-entropy is refused: what came out would be numbers, but
 * none of its own. Returns PARSED, or the exit code after saying why not, with the command's name.
 * The caller destroys *net in every case. */
int twin_create(const command *self, const char *path, const tg_model *model, size_t n, mlp *net);

#endif
