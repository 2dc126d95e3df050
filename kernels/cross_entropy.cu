/* SPDX-License-Identifier: MIT */
/* Cross-entropy: of softmax for labels, by the length of a row as in softmax.cu; with any options, in
 * float64; and of probabilities. Formulas: tigrillo/loss.h. Each row's loss, times its weight, goes
 * to `losses`; whoever launches sums them in their order. dx may be x, or NULL. */
#include "row_exp.cuh"
#include "rows.cuh"
#include "step.cuh"
#include "warp_row.cuh"

/* ---- Labels, and nothing unusual ----
 *
 * With e the exponentials of a row, "others" the sum of all but the label's, and w its weight:
 *
 *     loss = w log(1 + others / e_label)
 *     gradient_c = w scale e_c / sum,   gradient_label = -w scale others / sum
 *
 * where nothing cancels. */

struct label_target {
    int label; /* 0 where the row is ignored */
    bool ignored;
    float weight;
};

INLINE label_target target_of(const int *labels, const float *class_weights, int ignore_index,
                              size_t row) {
    label_target t;
    t.label = labels[row];
    t.ignored = t.label == ignore_index;
    if (t.ignored) t.label = 0;
    t.weight = t.ignored ? 0 : class_weights ? class_weights[t.label] : 1;
    return t;
}

/* A row's exponentials, in its unit. */
struct label_row {
    row_unit unit;
    float others, at_label, logit;
};

/* From all but the label, and the label's logit. */
INLINE label_row label_row_of(row_state s, float logit) {
    label_row r;
    const float maximum = fmaxf(s.maximum, logit);
    r.unit = unit_of(maximum);
    r.others = rescale(s.others, s.maximum, maximum);
    if (s.maximum > -INFINITY) r.others += exp_in(r.unit, s.maximum);
    r.at_label = exp_in(r.unit, logit);
    r.logit = logit;
    return r;
}

INLINE double loss_of(label_row r, label_target t) {
    if (!(t.weight > 0)) return 0;
    const float ratio = r.others / r.at_label;
    if (ratio < 1e30f) return (double)t.weight * (double)log1pf(ratio);
    return (double)t.weight *
           (log((double)r.others + (double)r.at_label) + log_of(r.unit) - (double)r.logit);
}

INLINE float factor_of(label_row r, label_target t, double scale) {
    return (float)((double)t.weight * scale) / (r.others + r.at_label);
}

INLINE float gradient_of(label_row r, label_target t, float factor, bool at_label, float x) {
    if (t.ignored) return 0; /* even of NaN */
    return at_label ? -r.others * factor : exp_in(r.unit, x) * factor;
}

template <int WIDTH>
INLINE void few_columns(size_t n, int k, const float *x, const int *labels,
                        const float *class_weights, int ignore_index, double scale, double *losses,
                        float *dx) {
    const size_t row = first_element() / WIDTH;
    const int c = threadIdx.x % WIDTH;
    const bool here = row < n && c < k;
    label_target t = {0, true, 0};
    if (row < n) t = target_of(labels, class_weights, ignore_index, row);
    const float v = here ? x[row * k + c] : -INFINITY;
    label_row r;
    r.unit = unit_of(group_max<WIDTH>(v));
    const float e = here ? exp_in(r.unit, v) : 0;
    r.others = group_sum<WIDTH>(c == t.label ? 0 : e);
    r.at_label = __shfl_sync(FULL, e, t.label, WIDTH);
    r.logit = __shfl_sync(FULL, v, t.label, WIDTH);
    if (row < n && c == 0) losses[row] = loss_of(r, t);
    if (here && dx) {
        const float factor = factor_of(r, t, scale);
        dx[row * k + c] = t.ignored ? 0 : (c == t.label ? -r.others : e) * factor;
    }
}

#define FEW_COLUMNS_LOSS(WIDTH)                                                                    \
    KERNEL __launch_bounds__(256)                                                                  \
    cross_entropy_few_##WIDTH(size_t n, int k, const float *x, const int *labels,                  \
                              const float *class_weights, int ignore_index, double scale,          \
                              double *losses, float *dx, const step_state *step) {                 \
        few_columns<WIDTH>(n, k, x, labels, class_weights, ignore_index, scale_now(step, scale),   \
                           losses, dx);                                                            \
    }

FEW_COLUMNS_LOSS(2)
FEW_COLUMNS_LOSS(4)
FEW_COLUMNS_LOSS(8)
FEW_COLUMNS_LOSS(16)
FEW_COLUMNS_LOSS(32)

template <int EACH>
INLINE void warp_row(size_t n, int k, const float *x, const int *labels, const float *class_weights,
                     int ignore_index, double scale, double *losses, float *dx) {
    const size_t row = first_element() / WARP;
    if (row >= n) return; /* the whole warp */
    const int lane = threadIdx.x % WARP;
    const label_target t = target_of(labels, class_weights, ignore_index, row);
    x += row * k;
    const float logit = x[t.label];
    const bool fours = k % 4 == 0 && is_aligned(x) && (!dx || is_aligned(dx + row * k));
    float v[EACH], maximum = -INFINITY, others = 0;
    load_row<EACH>(fours, k, lane, x, v);
#pragma unroll
    for (int i = 0; i < EACH; i++) maximum = fmaxf(maximum, v[i]);
    label_row r;
    r.unit = unit_of(group_max<WARP>(maximum));
#pragma unroll
    for (int i = 0; i < EACH; i++) {
        const int c = column_of<EACH>(fours, lane, i);
        v[i] = exp_in(r.unit, v[i]);
        others += c < k && c != t.label ? v[i] : 0;
    }
    r.others = group_sum<WARP>(others);
    r.at_label = exp_in(r.unit, logit);
    r.logit = logit;
    if (lane == 0) losses[row] = loss_of(r, t);
    if (!dx) return;
    const float factor = factor_of(r, t, scale);
#pragma unroll
    for (int i = 0; i < EACH; i++) {
        const bool at_label = column_of<EACH>(fours, lane, i) == t.label;
        v[i] = t.ignored ? 0 : (at_label ? -r.others : v[i]) * factor;
    }
    __syncwarp(); /* all lanes have read the label's logit */
    store_row<EACH>(fours, k, lane, v, dx + row * k);
}

#define WARP_ROW_LOSS(EACH)                                                                        \
    KERNEL __launch_bounds__(128)                                                                  \
    cross_entropy_warp_##EACH(size_t n, int k, const float *x, const int *labels,                  \
                              const float *class_weights, int ignore_index, double scale,          \
                              double *losses, float *dx, const step_state *step) {                 \
        warp_row<EACH>(n, k, x, labels, class_weights, ignore_index, scale_now(step, scale),       \
                       losses, dx);                                                                \
    }

WARP_ROW_LOSS(4)
WARP_ROW_LOSS(8)
WARP_ROW_LOSS(16)
WARP_ROW_LOSS(32)

/* The gradient of columns [begin, end) by all threads of a block. */
INLINE void write_gradient(label_row r, label_target t, double scale, const float *x, size_t begin,
                           size_t end, float *dx) {
    const float factor = factor_of(r, t, scale);
    size_t head = begin;
    while (head < end && !is_aligned(x + head)) head++;
    if (!is_aligned(dx + head)) head = end; /* they are not aligned alike */
    const size_t fours = (end - head) / 4, tail = head + 4 * fours, label = (size_t)t.label;
    for (size_t c = begin + threadIdx.x; c < head; c += blockDim.x)
        dx[c] = gradient_of(r, t, factor, c == label, x[c]);
    for (size_t i = threadIdx.x; i < fours; i += blockDim.x) {
        const size_t first = head + 4 * i;
        float4 v = __ldcs((const float4 *)(x + first)); /* plain ones nvcc takes apart */
        v.x = gradient_of(r, t, factor, first == label, v.x);
        v.y = gradient_of(r, t, factor, first + 1 == label, v.y);
        v.z = gradient_of(r, t, factor, first + 2 == label, v.z);
        v.w = gradient_of(r, t, factor, first + 3 == label, v.w);
        __stcs((float4 *)(dx + first), v);
    }
    const size_t last = tail + threadIdx.x;
    if (last < end) dx[last] = gradient_of(r, t, factor, last == label, x[last]);
}

KERNEL __launch_bounds__(512)
cross_entropy_block(size_t n, size_t k, const float *x, const int *labels,
                    const float *class_weights, int ignore_index, double scale, double *losses,
                    float *dx, const step_state *step) {
    __shared__ row_state shared[WARP];
    scale = scale_now(step, scale);
    for (size_t row = blockIdx.x; row < n; row += gridDim.x) {
        const label_target t = target_of(labels, class_weights, ignore_index, row);
        const float logit = x[row * k + t.label]; /* before the barriers below, for it may be dx */
        const row_state s = see_columns(x + row * k, 0, k, t.label);
        const label_row r = label_row_of(block_join(s, shared), logit);
        if (threadIdx.x == 0) losses[row] = loss_of(r, t);
        if (dx) write_gradient(r, t, scale, x + row * k, 0, k, dx + row * k);
    }
}

/* states: gridDim.x for each row; logits: the labels', which the second launch overwrites. */
KERNEL __launch_bounds__(512)
cross_entropy_parts(size_t k, const float *x, const int *labels, int ignore_index, float2 *states,
                    float *logits) {
    __shared__ row_state shared[WARP];
    const size_t row = blockIdx.y;
    const label_target t = target_of(labels, NULL, ignore_index, row);
    const row_state s = block_join(see_columns(x + row * k, part_begin(k, blockIdx.x),
                                               part_begin(k, blockIdx.x + 1), t.label),
                                   shared);
    if (threadIdx.x > 0) return;
    states[row * gridDim.x + blockIdx.x] = make_float2(s.maximum, s.others);
    if (blockIdx.x == 0) logits[row] = x[row * k + t.label];
}

KERNEL __launch_bounds__(512)
cross_entropy_write_parts(size_t k, const float2 *states, const float *logits, const float *x,
                          const int *labels, const float *class_weights, int ignore_index,
                          double scale, double *losses, float *dx, const step_state *step) {
    __shared__ row_state shared[WARP];
    scale = scale_now(step, scale);
    const size_t row = blockIdx.y;
    const label_target t = target_of(labels, class_weights, ignore_index, row);
    const label_row r = label_row_of(join_parts(states, shared), logits[row]);
    if (blockIdx.x == 0 && threadIdx.x == 0) losses[row] = loss_of(r, t);
    if (dx)
        write_gradient(r, t, scale, x + row * k, part_begin(k, blockIdx.x),
                       part_begin(k, blockIdx.x + 1), dx + row * k);
}

/* ---- Any options, in float64 ---- */

/* The target of a row: the distribution q of loss.h and the class weights. */
struct row_target {
    bool counts;
    const float *values, *weights;
    size_t label;
    double peak, rest;
};

INLINE row_target any_target_of(const int *labels, const float *values, const float *class_weights,
                                int ignore_index, float smoothing, size_t row, size_t k) {
    row_target t = {true, NULL, class_weights, 0, 0, 0};
    if (values) {
        t.values = values + row * k;
    } else if (labels[row] == ignore_index) {
        t.counts = false;
    } else {
        t.label = (size_t)labels[row];
        t.rest = (double)smoothing / (double)k;
        t.peak = 1 - (double)smoothing + t.rest;
    }
    return t;
}

/* a_c = w_c q_c */
INLINE double weighted(row_target t, size_t c) {
    const double q = t.values ? (double)t.values[c] : c == t.label ? t.peak : t.rest;
    return t.weights ? (double)t.weights[c] * q : q;
}

/* Of the columns that hold the maximum, the first counts as the top: its exponential is exactly 1,
 * and "others" is the sum without it. */
template <bool BLOCK>
INLINE void any_cross_entropy_rows(size_t n, size_t k, const float *x, float temperature,
                                   const int *labels, const float *values,
                                   const float *class_weights, int ignore_index, float smoothing,
                                   double scale, const step_state *step, double *losses,
                                   float *dx) {
    __shared__ double shared[WARP];
    __shared__ float tops[WARP];
    const row_group<BLOCK> g = row_group<BLOCK>::mine();
    for (size_t row = g.first; row < n; row += g.step) {
        const row_target t = any_target_of(labels, values, class_weights, ignore_index, smoothing,
                                           row, k);
        const float *z = x + row * k;
        float *dz = dx ? dx + row * k : NULL;
        if (!t.counts || scale_now(step, scale) == 0) {
            for (size_t c = g.rank; dz && c < k; c += g.size) dz[c] = 0;
            if (g.rank == 0) losses[row] = 0;
            continue; /* the whole group */
        }
        float maximum = -INFINITY;
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size) maximum = fmaxf(maximum, z[c]);
        maximum = row_max<BLOCK>(maximum, tops);
        const double z_top = (double)maximum, degree = (double)temperature;
        double others = 0, all_a = 0;
        int tied = 0;
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size) {
            if (z[c] == maximum)
                tied++;
            else
                others += exp(((double)z[c] - z_top) / degree);
            all_a += weighted(t, c);
        }
        others = row_sum<BLOCK>(others, shared) + (z_top - z_top);
        others += row_sum<BLOCK>((double)tied, shared) - 1;
        all_a = row_sum<BLOCK>(all_a, shared);
        const double sum = 1 + others, log_sum = log1p(others);
        double loss = 0;
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size) {
            const double a = weighted(t, c);
            if (a != 0) loss -= a * (((double)z[c] - z_top) / degree - log_sum);
        }
        loss = row_sum<BLOCK>(loss, shared);
        if (g.rank == 0) losses[row] = loss;
        const double factor = scale_now(step, scale);
#pragma unroll 1
        for (size_t c = g.rank; dz && c < k; c += g.size) {
            const double a = weighted(t, c);
            const double e = z[c] == maximum ? 1 + 0 * others
                                             : exp(((double)z[c] - z_top) / degree);
            const double other_e = z[c] == maximum ? others : sum - e;
            dz[c] = (float)(((all_a - a) * e - a * other_e) / sum * factor / degree);
        }
    }
}
ROW_KERNELS(any_cross_entropy,
            (size_t n, size_t k, const float *x, float temperature, const int *labels,
             const float *values, const float *class_weights, int ignore_index, float smoothing,
             double scale, double *losses, float *dx, const step_state *step),
            (n, k, x, temperature, labels, values, class_weights, ignore_index, smoothing, scale, step,
             losses, dx))

/* ---- Probabilities ---- */

template <bool BLOCK>
INLINE void probability_cross_entropy_rows(size_t n, size_t k, const float *probabilities, const int *labels,
                               const float *values, const float *class_weights, int ignore_index,
                               float smoothing, double scale, double *losses, float *dx) {
    __shared__ double shared[WARP];
    const double least = 1e-30;
    const row_group<BLOCK> g = row_group<BLOCK>::mine();
    for (size_t row = g.first; row < n; row += g.step) {
        const row_target t = any_target_of(labels, values, class_weights, ignore_index, smoothing,
                                           row, k);
        const float *p = probabilities + row * k;
        double loss = 0;
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size) {
            const double a = t.counts && scale != 0 ? weighted(t, c) : 0;
            const double bounded = (double)p[c] < least ? least : (double)p[c];
            if (a != 0) loss -= a * log(bounded);
            if (dx) dx[row * k + c] = a != 0 ? (float)(-a / bounded * scale) : 0;
        }
        loss = row_sum<BLOCK>(loss, shared);
        if (g.rank == 0) losses[row] = loss;
    }
}
ROW_KERNELS(probability_cross_entropy,
            (size_t n, size_t k, const float *probabilities, const int *labels,
             const float *values, const float *class_weights, int ignore_index, float smoothing,
             double scale, double *losses, float *dx, const step_state *step),
            (n, k, probabilities, labels, values, class_weights, ignore_index, smoothing,
             scale_now(step, scale), losses, dx))
