/* SPDX-License-Identifier: MIT */
/* Scores into probabilities: softmax, its Jacobian, cross-entropy, and what dividing by the sum
 * makes of the same scores. */
#include <string.h>

#include <tigrillo/tigrillo.h>

#include "base/status.h"
#include "page.h"

enum { MOST = 8 };

static struct {
    float logits[MOST]; /* the page writes them */
    float probabilities[MOST], plain[MOST], gradient[MOST], jacobian[MOST * MOST];
    double loss;
} scores;

float *PAGE(scores_logits)(void) {
    return scores.logits;
}

float *PAGE(scores_probabilities)(void) {
    return scores.probabilities;
}

/* What division by the sum gives. */
float *PAGE(scores_plain)(void) {
    return scores.plain;
}

/* k x k */
float *PAGE(scores_jacobian)(void) {
    return scores.jacobian;
}

/* Of the loss by the logits. */
float *PAGE(scores_gradient)(void) {
    return scores.gradient;
}

double PAGE(scores_loss)(void) {
    return scores.loss;
}

/* The loss is -log p of the label, p = softmax(x / T). The library's fused function has no
 * temperature: it takes x / T, and the chain rule gives its gradient another 1 / T. */
static tg_status compute_loss(size_t k, float temperature, int32_t label) {
    float scaled[MOST];
    tg_tensor z, dz;
    for (size_t i = 0; i < k; i++) scaled[i] = scores.logits[i] / temperature;
    TG_TRY(tg_matrix_view(scaled, 1, k, &z));
    TG_TRY(tg_matrix_view(scores.gradient, 1, k, &dz));
    TG_TRY(tg_softmax_cross_entropy(&z, tg_labels(&label, 1), NULL, &scores.loss, &dz));
    for (size_t i = 0; i < k; i++) scores.gradient[i] /= temperature;
    return TG_OK;
}

/* Everything from the first k logits, 1 <= k <= 8. */
tg_status PAGE(scores_compute)(int k, float temperature, int label) {
    TG_REQUIRE(k >= 1 && k <= MOST, "%d scores: there may be 1 to %d", k, MOST);
    const size_t n = (size_t)k, square[] = {1, n, n};
    tg_tensor x, p, plain, jacobian;
    TG_TRY(tg_matrix_view(scores.logits, 1, n, &x));
    TG_TRY(tg_matrix_view(scores.probabilities, 1, n, &p));
    TG_TRY(tg_matrix_view(scores.plain, 1, n, &plain));
    TG_TRY(tg_tensor_view(scores.jacobian, square, 3, &jacobian));
    TG_TRY(tg_softmax_forward(&x, temperature, &p));
    TG_TRY(tg_softmax_jacobian(&p, temperature, &jacobian));
    TG_TRY(tg_sum_normalize_forward(&x, &plain));
    return compute_loss(n, temperature, label);
}

const char *PAGE(message)(void) {
    return tg_error_message();
}
