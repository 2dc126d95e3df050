/* SPDX-License-Identifier: MIT */
/* How numbers grow or vanish on their way through twenty layers, by the size of the weights. */
#include <math.h>

#include "common.h"

enum { UNITS = 100, LAYERS = 20, SAMPLES = 20 };

typedef double function(double z);

static double identity(double z) {
    return z;
}

static double relu(double z) {
    return z > 0 ? z : 0;
}

/* The derivatives, by the result a = f(z). */
static double identity_slope(double a) {
    (void)a;
    return 1;
}

static double relu_slope(double a) {
    return a > 0;
}

static double tanh_slope(double a) {
    return 1 - a * a;
}

/* The root of the mean square of what comes out of each layer, and the mean derivative in the last.
 */
static void run(const char *title, function *f, function *slope, double deviation) {
    double a[SAMPLES][UNITS], z[UNITS], W[UNITS];
    tg_random random = tg_random_start(1, 0);
    for (int r = 0; r < SAMPLES; ++r) {
        for (int i = 0; i < UNITS; ++i) a[r][i] = (double)tg_random_normal(&random);
    }
    double slopes = 0;
    printf("%-8s %9.4f", title, deviation);
    for (int layer = 1; layer <= LAYERS; ++layer) {
        slopes = 0;
        double square = 0, next[SAMPLES][UNITS];
        for (int j = 0; j < UNITS; ++j) {
            for (int i = 0; i < UNITS; ++i) W[i] = deviation * (double)tg_random_normal(&random);
            for (int r = 0; r < SAMPLES; ++r) {
                z[j] = 0;
                for (int i = 0; i < UNITS; ++i) z[j] += W[i] * a[r][i];
                next[r][j] = f(z[j]);
                square += next[r][j] * next[r][j];
                slopes += slope(next[r][j]);
            }
        }
        for (int r = 0; r < SAMPLES; ++r) {
            for (int j = 0; j < UNITS; ++j) a[r][j] = next[r][j];
        }
        if (layer == 1 || layer % 5 == 0) printf(" %9.1e", sqrt(square / (SAMPLES * UNITS)));
    }
    printf(" %8.3f\n", slopes / (SAMPLES * UNITS));
}

int main(void) {
    puts("f        deviation   layer 1         5        10        15        20  mean f'");
    run("identity", identity, identity_slope, 0.01);
    run("identity", identity, identity_slope, 1);
    run("identity", identity, identity_slope, sqrt(1.0 / UNITS));
    run("ReLU", relu, relu_slope, sqrt(1.0 / UNITS));
    run("ReLU", relu, relu_slope, sqrt(2.0 / UNITS));
    run("tanh", tanh, tanh_slope, 1);
    run("tanh", tanh, tanh_slope, sqrt(1.0 / UNITS));
    return 0;
}
