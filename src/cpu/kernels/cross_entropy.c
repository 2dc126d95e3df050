/* SPDX-License-Identifier: MIT */
/* Cross-entropy of softmax for labels. It is softmax with other factors: with e the exponentials of
 * a row, "others" the sum of all of them but the label's, and w the label's class weight,
 *
 *     loss = w log(1 + others / e_label)
 *     gradient_c = w scale e_c / sum,   gradient_label = -w scale others / sum
 *
 * where nothing cancels, so both are accurate when the label's probability is nearly 1. */
#include "cpu/kernels/few_columns.h"
#include "cpu/kernels/log.h"
#include "cpu/kernels/many_columns.h"
#include "cpu/kernels/softmax_parts.h"
#include "cpu/kernels/wide_sum.h"

/* Above it, others / e_label may be infinite, and e_label 0 or not accurate: the logit itself is
 * needed. NaN are treated so as well. */
static const float most_ratio = 0x1p100f;

typedef struct loss_sum {
    wide_sum usual;
    double rare; /* of the rows beyond most_ratio */
} loss_sum;

TG_INLINE void add_losses(loss_sum *sum, vec ratios, vec weights) {
    wide_add(&sum->usual, log1p_of(ratios) * weights);
}

TG_INLINE double total_loss(const loss_sum *sum) {
    return wide_total(&sum->usual) + sum->rare;
}

TG_INLINE bool is_ignored(const tg_label_targets *t, size_t r) {
    return t->labels[r] == t->ignore_index;
}

TG_INLINE float weight_of(const tg_label_targets *t, size_t r) {
    return t->class_weights ? t->class_weights[t->labels[r]] : 1;
}

/* ---- Few columns ---- */

static double row_loss(size_t k, const float *x, size_t label) {
    double max = -(double)INFINITY, sum = 0;
    for (size_t c = 0; c < k; c++)
        if ((double)x[c] > max) max = (double)x[c];
    for (size_t c = 0; c < k; c++) sum += exp((double)x[c] - max);
    /* cppcheck-suppress invalidFunctionArg ; a row has columns */
    return log(sum) + (max - (double)x[label]);
}

/* A group: the exponentials, where those at the labels have been taken out, and the targets. An
 * ignored row has label, weight and factor 0. */
typedef struct label_group {
    _Alignas(64) float e[GROUP_SIZE];
    float label_exps[LANES];
    vec weights, factors;
    ivec ignored;
    int32_t labels[LANES];
} label_group;

/* Rows beyond `rows` count as ignored. */
TG_INLINE void targets_of_group(const tg_label_targets *t, size_t first, size_t rows,
                                label_group *g) {
    int32_t labels[LANES] = {0};
    ivec label;
    memcpy(rows == LANES ? g->labels : labels, t->labels + first, rows * sizeof *labels);
    memcpy(&label, rows == LANES ? g->labels : labels, sizeof label);
    g->ignored = (label == t->ignore_index) | (lane_numbers() >= (int32_t)rows);
    label &= ~g->ignored;
    memcpy(g->labels, &label, sizeof label);
    vec weights = all(1);
    if (t->class_weights)
        for (size_t i = 0; i < LANES; i++) weights[i] = t->class_weights[g->labels[i]];
    g->weights = select(g->ignored, all(0), weights);
    g->factors = g->weights * (float)t->scale;
}

/* `vectors` of the group are wanted; the others are 0. */
TG_INLINE void begin_group(size_t k, size_t vectors, size_t first, size_t rows, const float *x,
                           const tg_label_targets *t, label_group *g) {
    targets_of_group(t, first, rows, g);
    few_exps(k, vectors, x, g->e);
    for (size_t i = 0; i < LANES; i++) {
        float *label = g->e + i * k + (size_t)g->labels[i];
        g->label_exps[i] = *label;
        *label = 0;
    }
}

/* x may be dx, which may be NULL. */
TG_INLINE void finish_group(size_t k, size_t vectors, const float *x, const label_group *g,
                            float *dx, loss_sum *sum) {
    const vec label_exps = load(g->label_exps), others = row_sums(g->e, k);
    const vec ratios = others / label_exps;
    const ivec counted = g->weights > 0, rare = ~(ratios < most_ratio) & counted;
    const ivec usual = counted & ~rare;
    add_losses(sum, select(usual, ratios, all(0)), g->weights);
    if (__builtin_expect(any(rare), 0))
        for (size_t i = 0; i < LANES; i++)
            if (rare[i])
                sum->rare += (double)g->weights[i] * row_loss(k, x + i * k, (size_t)g->labels[i]);
    if (!dx) return;
    const vec factors = g->factors / (others + label_exps);
    for (size_t j = 0; j < vectors; j++)
        store(dx + j * LANES, load(g->e + j * LANES) * spread(factors, j, k));
    const vec slopes = -others * factors;
    const size_t rows = vectors * LANES / k;
    for (size_t i = 0; i < rows && i < LANES; i++) dx[i * k + (size_t)g->labels[i]] = slopes[i];
    if (__builtin_expect(any(g->ignored), 0))
        for (size_t i = 0; i < LANES; i++) /* even a row of NaN */
            if (i < rows && g->ignored[i]) memset(dx + i * k, 0, k * sizeof *dx);
}

/* Groups begin one ahead, as in softmax.c. */
TG_INLINE void cross_entropy_groups(size_t k, size_t groups, const float *x,
                                    const tg_label_targets *targets, float *dx, loss_sum *sum) {
    label_group g[2];
    if (groups > 0) begin_group(k, k, 0, LANES, x, targets, &g[0]);
    for (size_t i = 0; i < groups; i++) {
        const size_t next = (i + 1) * LANES;
        if (i + 1 < groups) begin_group(k, k, next, LANES, x + next * k, targets, &g[(i + 1) % 2]);
        finish_group(k, k, x + i * LANES * k, &g[i % 2], dx ? dx + i * LANES * k : NULL, sum);
    }
}

/* Fewer rows than a group. */
static void cross_entropy_rest(size_t first, size_t rows, size_t k, const float *x,
                               const tg_label_targets *targets, float *dx, loss_sum *sum) {
    _Alignas(64) float padded[GROUP_SIZE] = {0};
    label_group g;
    const size_t vectors = (rows * k + LANES - 1) / LANES;
    memset(g.e, 0, k * LANES * sizeof *g.e);
    memcpy(padded, x, rows * k * sizeof *x);
    begin_group(k, vectors, first, rows, padded, targets, &g);
    finish_group(k, vectors, padded, &g, dx ? padded : NULL, sum);
    if (dx) memcpy(dx, padded, rows * k * sizeof *dx);
}

/* ---- Many columns ---- */

typedef struct many_losses {
    const tg_label_targets *targets;
    loss_sum sum;
    size_t count; /* of the rows whose losses are to be taken together */
    float ratios[LANES], weights[LANES];
} many_losses;

TG_INLINE void flush_losses(many_losses *m) {
    for (size_t i = m->count; i < LANES; i++) m->ratios[i] = m->weights[i] = 0;
    add_losses(&m->sum, load(m->ratios), load(m->weights));
    m->count = 0;
}

static void clear_exps(row_shape shape, row_exps *e) {
    store(e->head, all(0));
    store(e->tail, all(0));
    for (size_t i = 0; i < shape.body; i++) store(e->body + i * LANES, all(0));
}

static double sum_of_exps(row_shape shape, const row_exps *e) {
    wide_sum sum = {0};
    vec part = all(0);
    if (shape.head > 0) part += load(e->head);
    if (shape.tail > 0) part += load(e->tail);
    for (size_t i = 0; i < shape.body; i++) {
        part += load(e->body + i * LANES);
        wide_add_block(&sum, i, &part);
    }
    wide_add(&sum, part);
    return wide_total(&sum);
}

static inline float cross_entropy_factor(void *context, size_t r, float label, row_shape shape,
                                         row_exps *e) {
    many_losses *m = context;
    if (is_ignored(m->targets, r)) {
        clear_exps(shape, e);
        return 0;
    }
    const float weight = weight_of(m->targets, r);
    float *at_label = row_element(shape, e, (size_t)m->targets->labels[r]);
    const float label_exp = *at_label;
    *at_label = 0;
    double others = e->sum - (double)label_exp;
    if ((double)label_exp > others) others = sum_of_exps(shape, e); /* that cancelled */
    *at_label = -(float)others;
    const double ratio = others / (double)label_exp;
    if (!(ratio < (double)most_ratio)) {
        if (weight > 0) m->sum.rare += (double)weight * (log(e->sum) + e->unit - (double)label);
    } else {
        m->ratios[m->count] = (float)ratio;
        m->weights[m->count] = weight;
        if (++m->count == LANES) flush_losses(m);
    }
    return (float)((double)weight * m->targets->scale / (others + (double)label_exp));
}

double TG_KERNEL(tg_cross_entropy)(size_t n, size_t k, const float *x,
                                   const tg_label_targets *targets, float *dx) {
    const size_t groups = n / LANES, done = groups * LANES;
    if (k <= MOST_FEW) {
        loss_sum sum = {0};
        TG_FOR_FEW(cross_entropy_groups, k, groups, x, targets, dx, &sum)
        if (done < n)
            cross_entropy_rest(done, n - done, k, x + done * k, targets, dx ? dx + done * k : NULL,
                               &sum);
        return total_loss(&sum);
    }
    many_losses m = {.targets = targets};
    if (dx && dx != x && n * k * sizeof *dx > tg_stream_bytes)
        for_rows(n, k, x, dx, targets->labels, true, cross_entropy_factor, &m);
    else
        for_rows(n, k, x, dx, targets->labels, false, cross_entropy_factor, &m);
    flush_losses(&m);
    return total_loss(&m.sum);
}
