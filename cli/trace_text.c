/* SPDX-License-Identifier: MIT */
#include "trace.h"

/* Terms of a sum on one line. */
enum { TERMS = 4 };

const char *trace_function(mlp_function f) {
    static const char *const names[] = {
        [MLP_IDENTITY] = "identity",  [MLP_SIGMOID] = "sigmoid",       [MLP_TANH] = "tanh",
        [MLP_RELU] = "relu",          [MLP_LEAKY_RELU] = "leaky_relu", [MLP_GELU] = "gelu",
        [MLP_GELU_TANH] = "gelu_tanh"};
    return names[f];
}

/* Goes on with a sum before its term number i, below its first one, which is `indent` from the
 * left. */
static void next_term(FILE *file, size_t i, int indent) {
    if (i == 0) return;
    if (i % TERMS == 0)
        fprintf(file, "\n%*s+ ", indent - 2, "");
    else
        fputs(" + ", file);
}

/* "u0*v0 + u1*v1 + ...", u and v being taken every so many numbers. */
static void products(FILE *file, int indent, const double *u, size_t every_u, const double *v,
                     size_t every_v, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        next_term(file, i, indent);
        fprintf(file, "%.6g*%.6g", u[i * every_u], v[i * every_v]);
    }
}

static const char *below(const trace *own, size_t l, char text[32]) {
    if (l == 0) return "x";
    snprintf(text, 32, "(a of layer %zu)", own->layer_number[l - 1]);
    return text;
}

static const double *input_of(const trace *own, size_t l) {
    return l > 0 ? own->net.layer[l - 1].a : own->net.x;
}

static void print_start(const trace *own, FILE *file) {
    const mlp *net = &own->net;
    fprintf(file, "network: %s, %zu", own->network, net->layer[0].in);
    for (size_t l = 0; l < net->L; ++l) {
        const mlp_layer *at = &net->layer[l];
        fprintf(file, " -> %zu", at->out);
        if (at->f != MLP_IDENTITY) fprintf(file, " %s", trace_function(at->f));
    }
    fprintf(file, " -> softmax\nsample:  %s, right class y = %zu (%s)\n", own->sample, net->y[0],
            own->class_name[net->y[0]]);
}

/* What becomes of the sample, which the library does in float32. */
static void print_input(const trace *own, FILE *file) {
    const size_t inputs = own->net.layer[0].in;
    const size_t statistics = own->input ? own->input->statistics : 0;
    const bool hog = own->input && own->input->features == TG_FEATURES_HOG;
    const bool bytes = own->pixels && !hog;
    if (!own->pixels && !statistics) {
        fprintf(file, "\nx (1 x %zu)\n", inputs);
        for (size_t i = 0; i < inputs; ++i) fprintf(file, "  x[%zu] = %.6g\n", i, own->net.x[i]);
        return;
    }
    fprintf(file, "\ninput: v = the %s, in float32\n  x (1 x %zu)      ",
            hog     ? "picture's histograms of oriented gradients"
            : bytes ? "picture's bytes / 255"
                    : "sample's numbers",
            inputs);
    if (!statistics)
        fputs("x_i = v_i\n", file);
    else if (statistics == inputs)
        fputs("x_i = (v_i - mean_i) / deviation_i\n", file);
    else
        fprintf(file, "x_i = (v_i - mean_c) / deviation_c, c = i mod %zu: the channel\n",
                statistics);
    for (size_t i = 0; i < inputs; ++i) {
        fprintf(file, "  x[%zu] = ", i);
        if (statistics) fputc('(', file);
        if (bytes)
            fprintf(file, "%d/255", own->pixels[i]);
        else
            fprintf(file, "%.6g", own->v[i]);
        if (statistics) {
            fprintf(file, " - %.6g) / %.6g", (double)own->input->mean[i % statistics],
                    (double)own->input->deviation[i % statistics]);
        }
        fprintf(file, " = %.6g\n", own->net.x[i]);
    }
}

static void print_forward(const trace *own, size_t l, FILE *file) {
    const mlp_layer *at = &own->net.layer[l];
    char name[32];
    fprintf(file,
            "\nlayer %zu, forward: z = %s W^T + b\n"
            "  z (1 x %zu) = (1 x %zu) (%zu x %zu) + (%zu)      z_j = sum_i a_i W_ji + b_j\n",
            own->layer_number[l], below(own, l, name), at->out, at->in, at->in, at->out, at->out);
    for (size_t j = 0; j < at->out; ++j) {
        const int indent = fprintf(file, "  z[%zu] = ", j);
        products(file, indent, input_of(own, l), 1, at->W + j * at->in, 1, at->in);
        fprintf(file, " + %.6g = %.6g\n", at->b[j], at->z[j]);
    }
    if (at->f == MLP_IDENTITY) {
        fputs("  a = z\n", file);
        return;
    }
    const char *f = trace_function(at->f);
    fprintf(file, "  a (1 x %zu) = %s(z), element by element\n", at->out, f);
    for (size_t j = 0; j < at->out; ++j) {
        fprintf(file, "  a[%zu] = %s(%.6g) = %.6g\n", j, f, at->z[j], at->a[j]);
    }
}

static void print_loss(const trace *own, FILE *file) {
    const mlp *net = &own->net;
    const mlp_layer *last = &net->layer[net->L - 1];
    const size_t k = last->out, y = net->y[0];
    fprintf(file, "\nsoftmax, forward: s = a / T with T = %.6g\n", net->T);
    const int indent = fprintf(file, "  p (1 x %zu)      p_c = exp(s_c) / (", k);
    for (size_t c = 0; c < k; ++c) {
        next_term(file, c, indent);
        fprintf(file, "exp(%.6g)", last->a[c] / net->T);
    }
    fputs(")\n", file);
    for (size_t c = 0; c < k; ++c) {
        fprintf(file, "  p[%zu] = %.8f  %s\n", c, net->p[c], own->class_name[c]);
    }
    fprintf(file,
            "\ncross-entropy, forward: loss = -log p_y\n  loss = -log %.8f = %.8f\n"
            "\nsoftmax and cross-entropy, backward: ds_c = p_c - [c = y],  da = ds / T\n",
            net->p[y], own->loss);
    for (size_t c = 0; c < k; ++c) {
        fprintf(file, "  da[%zu] = (%.8f - %d) / %.6g = %.8f\n", c, net->p[c], c == y, net->T,
                last->da[c]);
    }
}

static void print_backward(const trace *own, size_t l, FILE *file) {
    const mlp_layer *at = &own->net.layer[l];
    const double *a = input_of(own, l);
    const double *da = l > 0 ? own->net.layer[l - 1].da : own->net.dx;
    const size_t number = own->layer_number[l];
    char name[32];
    fprintf(file, "\nlayer %zu, backward: dz_j = da_j f'(z_j) with f = %s\n", number,
            trace_function(at->f));
    for (size_t j = 0; j < at->out; ++j) {
        fprintf(file, "  dz[%zu] = %.6g * %.6g = %.6g\n", j, at->da[j], mlp_df(at, at->z[j]),
                at->dz[j]);
    }
    below(own, l, name);
    fprintf(file, "  dW (%zu x %zu) = dz^T (%zu x 1) %s (1 x %zu)      dW_ji = dz_j a_i\n", at->out,
            at->in, at->out, l ? name : "x", at->in);
    for (size_t j = 0; j < at->out; ++j) {
        for (size_t i = 0; i < at->in; ++i) {
            fprintf(file, "  dW[%zu,%zu] = %.6g * %.6g = %.6g\n", j, i, at->dz[j], a[i],
                    at->dW[j * at->in + i]);
        }
    }
    fprintf(file, "  db (%zu) = dz: there is one sample to sum over\n", at->out);
    for (size_t j = 0; j < at->out; ++j) fprintf(file, "  db[%zu] = %.6g\n", j, at->db[j]);
    const char *what = l > 0 ? "da" : "dx";
    fprintf(file, "  %s (1 x %zu) = dz (1 x %zu) W (%zu x %zu)%s      %s_i = sum_j dz_j W_ji\n",
            what, at->in, at->out, at->out, at->in, l > 0 ? ", of the layer below" : "", what);
    for (size_t i = 0; i < at->in; ++i) {
        const int indent = fprintf(file, "  %s[%zu] = ", what, i);
        products(file, indent, at->dz, 1, at->W + i, at->in, at->out);
        fprintf(file, " = %.6g\n", da[i]);
    }
}

static void print_step(const trace *own, size_t l, FILE *file) {
    const mlp_layer *at = &own->net.layer[l];
    const double *W = own->theta_after + (at->W - own->net.theta);
    const double *b = own->theta_after + (at->b - own->net.theta);
    fprintf(file, "\nlayer %zu, one step down: W -= %.6g dW,  b -= %.6g db\n", own->layer_number[l],
            own->rate, own->rate);
    for (size_t j = 0; j < at->out; ++j) {
        for (size_t i = 0; i < at->in; ++i) {
            const size_t place = j * at->in + i;
            fprintf(file, "  W[%zu,%zu] = %.6g - %.6g * %.6g = %.6g\n", j, i, at->W[place],
                    own->rate, at->dW[place], W[place]);
        }
    }
    for (size_t j = 0; j < at->out; ++j) {
        fprintf(file, "  b[%zu] = %.6g - %.6g * %.6g = %.6g\n", j, at->b[j], own->rate, at->db[j],
                b[j]);
    }
}

void trace_text(const trace *own, FILE *file) {
    const size_t L = own->net.L;
    print_start(own, file);
    print_input(own, file);
    for (size_t l = 0; l < L; ++l) print_forward(own, l, file);
    print_loss(own, file);
    for (size_t l = L; l > 0; --l) print_backward(own, l - 1, file);
    for (size_t l = 0; l < L; ++l) print_step(own, l, file);
    fprintf(file, "\nthe loss of the same sample: before the step %.8f, after it %.8f\n", own->loss,
            own->loss_after);
}
