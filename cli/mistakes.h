/* SPDX-License-Identifier: MIT */
/* The classic mistakes of a backward pass: made on purpose, and recognised. */
#ifndef CLI_MISTAKES_H
#define CLI_MISTAKES_H

#include <mlp.h>

/* Their names on the command line, ends with NULL; the first is none. */
extern const char *const mistakes[];

/* mlp_backward() with that mistake in it; false: out of memory. */
bool mistake_backward(mlp *net, size_t which);

/* What a tensor's gradient was found to be. `element` are the places that were looked at, `right`
 * the derivatives there. */
typedef struct finding {
    size_t rows, columns;   /* of the tensor */
    const double *gradient; /* all of it */
    const size_t *element;
    const double *right;
    size_t count;
    size_t n;         /* samples in the batch */
    bool above;       /* whether the layer above, if there is one, has the right gradients */
    bool wrong_above; /* whether there is one and it has not */
    bool bias_alone;  /* whether it is a bias whose weight has the right gradient */
} finding;

/* What a wrong gradient looks like, in words. Never NULL. */
const char *mistake_guess(const finding *found);

#endif
