/* SPDX-License-Identifier: MIT */
/* A dense layer, forward and backward, for two samples: in loops, and by the library. */
#include <math.h>

#include "common.h"

enum { N = 2, IN = 3, OUT = 4 };

static void print(const char *name, int rows, int columns, const double *values) {
    printf("%s (%d x %d)\n", name, rows, columns);
    for (int i = 0; i < rows; ++i) {
        for (int j = 0; j < columns; ++j) printf(" %8.4f", values[i * columns + j]);
        putchar('\n');
    }
}

/* p - y, by n: the gradient of the mean cross-entropy by the scores z. */
static void loss_backward(double z[N][OUT], const int label[N], double dz[N][OUT]) {
    for (int r = 0; r < N; ++r) {
        double sum = 0;
        for (int j = 0; j < OUT; ++j) sum += exp(z[r][j]);
        for (int j = 0; j < OUT; ++j) dz[r][j] = (exp(z[r][j]) / sum - (j == label[r])) / N;
    }
}

static void forward(const double x[N][IN], const double W[OUT][IN], const double b[OUT],
                    double z[N][OUT]) {
    for (int r = 0; r < N; ++r) {
        for (int j = 0; j < OUT; ++j) {
            z[r][j] = b[j];
            for (int i = 0; i < IN; ++i) z[r][j] += x[r][i] * W[j][i];
        }
    }
}

static void backward(const double x[N][IN], const double W[OUT][IN], double dz[N][OUT],
                     double dW[OUT][IN], double db[OUT], double dx[N][IN]) {
    for (int r = 0; r < N; ++r) {
        for (int j = 0; j < OUT; ++j) {
            for (int i = 0; i < IN; ++i) {
                dW[j][i] += dz[r][j] * x[r][i];
                dx[r][i] += dz[r][j] * W[j][i];
            }
            db[j] += dz[r][j];
        }
    }
}

static void copy(size_t count, const double *from, float *to) {
    for (size_t i = 0; i < count; ++i) to[i] = (float)from[i];
}

/* The largest difference between the library's gradients and these. */
static double difference(const double *x, const double *W, const double *dz, const double *dW,
                         const double *db, const double *dx) {
    float x_[N * IN], W_[OUT * IN], dz_[N * OUT], dW_[OUT * IN], db_[OUT], dx_[N * IN];
    tg_tensor X, weight, DZ, dweight, dbias, DX;
    copy(N * IN, x, x_);
    copy(OUT * IN, W, W_);
    copy(N * OUT, dz, dz_);
    check(tg_matrix_view(x_, N, IN, &X));
    check(tg_matrix_view(W_, OUT, IN, &weight));
    check(tg_matrix_view(dz_, N, OUT, &DZ));
    check(tg_matrix_view(dW_, OUT, IN, &dweight));
    check(tg_matrix_view(db_, 1, OUT, &dbias));
    check(tg_matrix_view(dx_, N, IN, &DX));
    check(tg_dense_backward(&X, &weight, &DZ, &DX, &dweight, &dbias));
    double largest = 0;
    for (int i = 0; i < OUT * IN; ++i) largest = fmax(largest, fabs((double)dW_[i] - dW[i]));
    for (int j = 0; j < OUT; ++j) largest = fmax(largest, fabs((double)db_[j] - db[j]));
    for (int i = 0; i < N * IN; ++i) largest = fmax(largest, fabs((double)dx_[i] - dx[i]));
    return largest;
}

int main(void) {
    const double x[N][IN] = {{1.2, 0, 0.5}, {0.4, 1, 0.2}};
    const double W[OUT][IN] = {
        {0.5, 0.7, 1.1}, {1.5, -0.4, 0.88}, {0.4, 0.9, 0.8}, {-0.3, -0.2, 0.96}};
    const double b[OUT] = {0.1, 0.2, -0.1, 0};
    const int label[N] = {1, 2}; /* a dog, a tiger */
    double z[N][OUT], dz[N][OUT], dW[OUT][IN] = {{0}}, db[OUT] = {0}, dx[N][IN] = {{0}};
    forward(x, W, b, z);
    loss_backward(z, label, dz);
    backward(x, W, dz, dW, db, dx);
    print("x", N, IN, x[0]);
    print("W", OUT, IN, W[0]);
    print("z = x W^T + b", N, OUT, z[0]);
    putchar('\n');
    print("dz", N, OUT, dz[0]);
    print("dW = dz^T x", OUT, IN, dW[0]);
    print("db = sums of the columns of dz", 1, OUT, db);
    print("dx = dz W", N, IN, dx[0]);
    const bool same = difference(x[0], W[0], dz[0], dW[0], db, dx[0]) < 1e-6;
    printf("\ntg_dense_backward() gives the same: %s\n", same ? "yes" : "no");
    return 0;
}
