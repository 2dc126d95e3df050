/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

#include <math.h>
#include <stdlib.h>

#include "support/device.h"
#include "support/test.h"

/* Not in C11's math.h. */
static const double PI = 3.14159265358979323846;

double reference_sigmoid(double x) {
    return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

double reference_sigmoid_derivative(double y) {
    return y * (1 - y);
}

double reference_tanh_derivative(double y) {
    return 1 - y * y;
}

double reference_relu(double x) {
    return reference_leaky_relu(x, 0);
}

double reference_relu_derivative(double y) {
    return reference_leaky_relu_derivative(y, 0);
}

double reference_leaky_relu(double x, double slope) {
    if (isnan(x)) return x;
    if (x > 0) return x;
    return slope == 0 ? 0 : slope * x;
}

double reference_leaky_relu_derivative(double y, double slope) {
    return y > 0 ? 1 : slope;
}

/* The distribution function of the standard normal; erfc keeps the lower tail's accuracy. */
static double normal_distribution(double x) {
    return erfc(-x / sqrt(2)) / 2;
}

static double normal_density(double x) {
    return exp(-x * x / 2) / sqrt(2 * PI);
}

/* x times a weight that goes to 0 faster than any x grows: 0 at infinity too, as its limit. */
static double vanishing_product(double x, double weight) {
    return weight == 0 ? 0 * copysign(1, x) : x * weight;
}

double reference_gelu(double x) {
    return isnan(x) ? x : vanishing_product(x, normal_distribution(x));
}

double reference_gelu_derivative(double x) {
    if (isnan(x)) return x;
    return normal_distribution(x) + vanishing_product(x, normal_density(x));
}

/* (1 + tanh(u)) / 2 = sigmoid(2 u), which keeps its accuracy where tanh(u) is nearly -1. */
double reference_gelu_tanh(double x) {
    if (isnan(x)) return x;
    double u = sqrt(2 / PI) * (x + 0.044715 * x * x * x);
    return vanishing_product(x, reference_sigmoid(2 * u));
}

double reference_gelu_tanh_derivative(double x) {
    if (isnan(x)) return x;
    double u = sqrt(2 / PI) * (x + 0.044715 * x * x * x);
    double slope = 2 * sqrt(2 / PI) * (1 + 3 * 0.044715 * x * x);
    double s = reference_sigmoid(2 * u), opposite = reference_sigmoid(-2 * u);
    return s + vanishing_product(x, s * opposite == 0 ? 0 : s * opposite * slope);
}

void reference_dense_forward(const double *x, const double *weight, const double *bias, size_t n,
                             size_t in, size_t out, double *y) {
    for (size_t r = 0; r < n; r++) {
        for (size_t o = 0; o < out; o++)
            y[r * out + o] = reference_dot(x + r * in, weight + o * in, in) + (bias ? bias[o] : 0);
    }
}

void reference_dense_backward(const double *x, const double *weight, const double *dy, size_t n,
                              size_t in, size_t out, double *dx, double *dweight, double *dbias) {
    for (size_t i = 0; dx && i < n * in; i++) dx[i] = 0;
    for (size_t i = 0; dweight && i < out * in; i++) dweight[i] = 0;
    for (size_t o = 0; dbias && o < out; o++) dbias[o] = 0;
    for (size_t r = 0; r < n; r++) {
        for (size_t o = 0; o < out; o++) {
            double d = dy[r * out + o];
            for (size_t i = 0; dx && i < in; i++) dx[r * in + i] += d * weight[o * in + i];
            for (size_t i = 0; dweight && i < in; i++) dweight[o * in + i] += d * x[r * in + i];
            if (dbias) dbias[o] += d;
        }
    }
}

static double row_maximum(const double *x, size_t k) {
    double maximum = -HUGE_VAL;
    for (size_t c = 0; c < k; c++) {
        if (isnan(x[c])) return x[c];
        if (x[c] > maximum) maximum = x[c];
    }
    return maximum;
}

/* log sum_j exp(x_j - m), m being the maximum: at least 0, so log1p of the others' sum. */
static double log_of_sum(const double *x, size_t k, double maximum) {
    double others = 0;
    size_t largest = k;
    for (size_t c = 0; c < k; c++) {
        if (largest == k && x[c] == maximum)
            largest = c;
        else
            others += exp(x[c] - maximum);
    }
    return isinf(maximum) ? nan("") : log1p(others);
}

void reference_softmax_forward(const double *x, size_t n, size_t k, double temperature, double *y) {
    for (size_t r = 0; r < n; r++, x += k, y += k) {
        double maximum = row_maximum(x, k), sum = 0;
        for (size_t c = 0; c < k; c++) sum += exp((x[c] - maximum) / temperature);
        for (size_t c = 0; c < k; c++) y[c] = exp((x[c] - maximum) / temperature) / sum;
    }
}

void reference_softmax_backward(const double *y, const double *dy, size_t n, size_t k,
                                double temperature, double *dx) {
    for (size_t r = 0; r < n; r++, y += k, dy += k, dx += k) {
        double dot = reference_dot(dy, y, k);
        for (size_t c = 0; c < k; c++) dx[c] = y[c] * (dy[c] - dot) / temperature;
    }
}

void reference_softmax_jacobian(const double *y, size_t n, size_t k, double temperature,
                                double *jacobian) {
    for (size_t r = 0; r < n; r++, y += k) {
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < k; j++) *jacobian++ = y[i] * ((i == j) - y[j]) / temperature;
    }
}

void reference_log_softmax_forward(const double *x, size_t n, size_t k, double *y) {
    for (size_t r = 0; r < n; r++, x += k, y += k) {
        double maximum = row_maximum(x, k), log_sum = log_of_sum(x, k, maximum);
        for (size_t c = 0; c < k; c++) y[c] = x[c] - maximum - log_sum;
    }
}

void reference_log_softmax_backward(const double *y, const double *dy, size_t n, size_t k,
                                    double *dx) {
    for (size_t r = 0; r < n; r++, y += k, dy += k, dx += k) {
        double sum = 0;
        for (size_t c = 0; c < k; c++) sum += dy[c];
        for (size_t c = 0; c < k; c++) dx[c] = dy[c] - exp(y[c]) * sum;
    }
}

static double row_sum(const double *x, size_t k) {
    double sum = 0;
    for (size_t c = 0; c < k; c++) sum += x[c];
    return sum;
}

void reference_sum_normalize_forward(const double *x, size_t n, size_t k, double *y) {
    for (size_t r = 0; r < n; r++, x += k, y += k) {
        double sum = row_sum(x, k);
        for (size_t c = 0; c < k; c++) y[c] = x[c] / sum;
    }
}

void reference_sum_normalize_backward(const double *x, const double *y, const double *dy, size_t n,
                                      size_t k, double *dx) {
    for (size_t r = 0; r < n; r++, x += k, y += k, dy += k, dx += k) {
        double sum = row_sum(x, k), dot = reference_dot(dy, y, k);
        for (size_t c = 0; c < k; c++) dx[c] = (dy[c] - dot) / sum;
    }
}

/* a_c = w_c q_c of row r; all 0, and false, when the row does not count. */
static bool weighted_target(reference_targets targets, size_t r, size_t k, const tg_loss *options,
                            double *a) {
    bool counts = !targets.labels || targets.labels[r] != options->ignore_index;
    double smoothing = (double)options->label_smoothing;
    for (size_t c = 0; c < k; c++) {
        double q = 0;
        if (!targets.labels)
            q = targets.values[r * k + c];
        else if (counts)
            q = smoothing / (double)k + ((size_t)targets.labels[r] == c ? 1 - smoothing : 0);
        a[c] = q * (options->class_weights ? (double)options->class_weights[c] : 1);
    }
    return counts;
}

/* N of the formulas in loss.h for both kinds of cross-entropy. */
static double cross_entropy_divisor(reference_targets targets, size_t n, const tg_loss *options) {
    if (options->reduction == TG_SUM) return 1;
    if (!targets.labels) return (double)n;
    double sum = 0;
    for (size_t r = 0; r < n; r++) {
        int32_t label = targets.labels[r];
        if (label == options->ignore_index) continue;
        sum += options->class_weights ? (double)options->class_weights[label] : 1;
    }
    return sum;
}

double reference_softmax_cross_entropy(const double *logits, reference_targets targets, size_t n,
                                       size_t k, const tg_loss *options, double *gradient) {
    double divisor = cross_entropy_divisor(targets, n, options), loss = 0;
    double *a = calloc(k + 1, sizeof *a);
    assert_non_null(a);
    for (size_t r = 0; r < n; r++) {
        const double *x = logits + r * k;
        bool counts = weighted_target(targets, r, k, options, a) && divisor != 0;
        double maximum = row_maximum(x, k), log_sum = log_of_sum(x, k, maximum);
        double total = row_sum(a, k);
        for (size_t c = 0; counts && c < k; c++) {
            if (a[c] != 0) loss += a[c] * (log_sum - (x[c] - maximum)) / divisor;
        }
        for (size_t c = 0; gradient && c < k; c++) {
            double difference = 0; /* p_c A - a_c = sum_j (p_c a_j - p_j a_c), without cancelling */
            for (size_t j = 0; counts && total == a[c] && j < k; j++) {
                if (j != c) difference -= exp(x[j] - maximum - log_sum) * a[c];
            }
            if (counts && total != a[c]) difference = exp(x[c] - maximum - log_sum) * total - a[c];
            gradient[r * k + c] = counts ? difference / divisor : 0;
        }
    }
    free(a);
    return loss;
}

double reference_cross_entropy(const double *probabilities, reference_targets targets, size_t n,
                               size_t k, const tg_loss *options, double *gradient) {
    double divisor = cross_entropy_divisor(targets, n, options), loss = 0;
    double *a = calloc(k + 1, sizeof *a);
    assert_non_null(a);
    for (size_t r = 0; r < n; r++) {
        bool counts = weighted_target(targets, r, k, options, a) && divisor != 0;
        for (size_t c = 0; c < k; c++) {
            double p = probabilities[r * k + c];
            if (p < 1e-30) p = 1e-30;
            bool used = counts && a[c] != 0;
            if (used) loss -= a[c] * log(p) / divisor;
            if (gradient) gradient[r * k + c] = used ? -a[c] / p / divisor : 0;
        }
    }
    free(a);
    return loss;
}

double reference_binary_cross_entropy(const double *logits, reference_targets targets, size_t n,
                                      size_t k, const tg_loss *options, double *gradient) {
    double divisor = options->reduction == TG_MEAN ? (double)n * (double)k : 1, loss = 0;
    for (size_t i = 0; i < n * k; i++) {
        double z = logits[i], t = targets.values[i];
        loss += (fmax(z, 0) - z * t + log1p(exp(-fabs(z)))) / divisor;
        /* s - t = s (1 - t) - (1 - s) t */
        if (gradient)
            gradient[i] = (reference_sigmoid(z) * (1 - t) - reference_sigmoid(-z) * t) / divisor;
    }
    return loss;
}

double reference_mean_squared_error(const double *outputs, reference_targets targets, size_t n,
                                    size_t k, const tg_loss *options, double *gradient) {
    double divisor = options->reduction == TG_MEAN ? (double)n * (double)k : 1, loss = 0;
    for (size_t i = 0; i < n * k; i++) {
        double difference = outputs[i] - targets.values[i];
        loss += difference * difference / divisor;
        if (gradient) gradient[i] = 2 * difference / divisor;
    }
    return loss;
}

/* What both optimisers begin with: decay, into the weight or into the gradient it returns. */
static double decayed_gradient(double *weight, double gradient, const tg_update_rule *rule) {
    double decay = (double)rule->weight_decay;
    if (!rule->decoupled_decay) return gradient + decay * *weight;
    *weight *= 1 - (double)rule->learning_rate * decay;
    return gradient;
}

void reference_sgd_step(double *weight, const double *gradient, size_t count,
                        const tg_update_rule *rule, double *velocity) {
    double momentum = (double)rule->momentum;
    for (size_t i = 0; i < count; i++) {
        double g = decayed_gradient(&weight[i], gradient[i], rule), v = g;
        if (velocity) v = velocity[i] = momentum * velocity[i] + g;
        weight[i] -= (double)rule->learning_rate * (rule->nesterov ? g + momentum * v : v);
    }
}

void reference_adam_step(double *weight, const double *gradient, size_t count,
                         const tg_update_rule *rule, uint64_t step, double *first, double *second) {
    double beta1 = (double)rule->beta1, beta2 = (double)rule->beta2;
    for (size_t i = 0; i < count; i++) {
        double g = decayed_gradient(&weight[i], gradient[i], rule);
        first[i] = beta1 * first[i] + (1 - beta1) * g;
        second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        double mean = first[i] / (1 - pow(beta1, (double)step));
        double square = second[i] / (1 - pow(beta2, (double)step));
        weight[i] -= (double)rule->learning_rate * mean / (sqrt(square) + (double)rule->epsilon);
    }
}

void reference_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t numbers[4]) {
    uint32_t k0 = key[0], k1 = key[1];
    for (size_t i = 0; i < 4; i++) numbers[i] = counter[i];
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xD2511F53 * numbers[0], b = (uint64_t)0xCD9E8D57 * numbers[2];
        uint32_t next[4] = {(uint32_t)(b >> 32) ^ numbers[1] ^ k0, (uint32_t)b,
                            (uint32_t)(a >> 32) ^ numbers[3] ^ k1, (uint32_t)a};
        for (size_t i = 0; i < 4; i++) numbers[i] = next[i];
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
}

double reference_gradient_error(double (*value)(void *context), void *context, double *x,
                                size_t count, const double *gradient) {
    const double h = 1e-5;
    double difference = 0, analytic = 0, numeric = 0;
    for (size_t i = 0; i < count; i++) {
        double saved = x[i];
        x[i] = saved + h;
        double above = value(context);
        x[i] = saved - h;
        double below = value(context);
        x[i] = saved;
        double slope = (above - below) / (2 * h);
        difference += (gradient[i] - slope) * (gradient[i] - slope);
        analytic += gradient[i] * gradient[i];
        numeric += slope * slope;
    }
    return sqrt(difference) / fmax(sqrt(fmax(analytic, numeric)), 1e-30);
}

double reference_dot(const double *a, const double *b, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

const reference_shape reference_shapes[REFERENCE_SHAPES] = {
    {0, {0}},         {1, {1}},        {1, {37}},      {1, {0}},       {2, {0, 5}},
    {2, {5, 0}},      {2, {1, 1}},     {2, {7, 1}},    {2, {1, 8}},    {2, {13, 17}},
    {2, {64, 10}},    {2, {33, 31}},   {3, {2, 3, 5}}, {3, {4, 0, 2}}, {4, {2, 3, 1, 19}},
    {2, {3, 100003}}, {2, {50021, 7}},
};

bool test_is_too_large(const reference_shape *shape) {
    const char *limit = getenv("TIGRILLO_TEST_ELEMENTS");
    size_t count = 1;
    for (size_t i = 0; i < shape->rank; i++) count *= shape->sizes[i];
    return limit && count > strtoul(limit, NULL, 10);
}

tg_tensor reference_tensor(uint64_t *state, const reference_shape *shape, double low, double high) {
    tg_tensor tensor = test_tensor(NULL, shape->sizes, shape->rank);
    float *values = malloc((tensor.count + 1) * sizeof *values);
    assert_non_null(values);
    test_fill(state, values, tensor.count, low, high);
    assert_ok(tg_tensor_write(&tensor, values, tensor.count));
    free(values);
    return tensor;
}

tg_tensor reference_matrix(uint64_t *state, size_t rows, size_t columns, double low, double high) {
    return reference_tensor(state, &(reference_shape){2, {rows, columns}}, low, high);
}

tg_tensor reference_rows(uint64_t *state, size_t rows, size_t columns, double low, double high) {
    tg_tensor tensor;
    assert_ok(tg_matrix_create(tg_cpu(), rows, columns, &tensor));
    test_fill(state, tg_tensor_data(&tensor), tensor.count, low, high);
    return tensor;
}

double *reference_numbers(uint64_t *state, size_t count, double low, double high) {
    double *numbers = malloc((count + 1) * sizeof *numbers);
    assert_non_null(numbers);
    for (size_t i = 0; i < count; i++) numbers[i] = test_uniform(state, low, high);
    return numbers;
}

double *reference_widen(const float *values, size_t count) {
    double *wide = malloc((count + 1) * sizeof *wide);
    assert_non_null(wide);
    for (size_t i = 0; i < count; i++) wide[i] = (double)values[i];
    return wide;
}

void reference_near(const double *expected, const float *actual, const double *scale, size_t count,
                    double tolerance, const char *what, const char *file, int line) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(expected[i])) largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < count; i++) {
        double a = (double)actual[i], e = expected[i];
        if ((isnan(e) && isnan(a)) || e == a) continue;
        double allowed = tolerance * (scale ? scale[i] : largest);
        if (isfinite(e) && fabs(a - e) <= allowed) continue;
        print_error("%s[%zu] of %zu: expected %.9g, got %.9g: off by %.3g, allowed %.3g\n", what, i,
                    count, e, a, fabs(a - e), allowed);
        _fail(file, line);
    }
}
