/* SPDX-License-Identifier: MIT */
/* How a warp adds: a butterfly, here with 8 lanes instead of 32. And who reads which column. */
#include <math.h>
#include <stdio.h>

enum { WARP = 8, REAL_WARP = 32 };

static void print(const char *title, const double v[WARP]) {
    printf("%-22s", title);
    for (int lane = 0; lane < WARP; ++lane) printf(" %7.4f", v[lane]);
    putchar('\n');
}

/* Each lane takes the value of the lane whose number differs in one bit. All do it at once. */
static void butterfly(double v[WARP], int largest) {
    for (int other = WARP / 2; other > 0; other /= 2) {
        double there[WARP];
        for (int lane = 0; lane < WARP; ++lane) there[lane] = v[lane ^ other];
        for (int lane = 0; lane < WARP; ++lane) {
            v[lane] = largest ? fmax(v[lane], there[lane]) : v[lane] + there[lane];
        }
        char title[32];
        snprintf(title, sizeof title, "  %s lane ^ %d", largest ? "max with" : "add", other);
        print(title, v);
    }
}

int main(void) {
    const int k = 4;
    const double x[] = {1.25, 2.44, 0.78, 0.12};
    double v[WARP], m[WARP], e[WARP], sum[WARP];
    printf("%-22s", "lane");
    for (int lane = 0; lane < WARP; ++lane) printf(" %7d", lane);
    putchar('\n');
    for (int lane = 0; lane < WARP; ++lane)
        v[lane] = m[lane] = lane < k ? x[lane] : -(double)INFINITY;
    print("x, or -inf", v);
    butterfly(m, 1);
    for (int lane = 0; lane < WARP; ++lane) e[lane] = sum[lane] = exp(v[lane] - m[lane]);
    print("exp(x - max)", e);
    butterfly(sum, 0);
    for (int lane = 0; lane < WARP; ++lane) e[lane] /= sum[lane];
    print("divided: softmax", e);

    puts("\ncolumns of lanes 0, 1 and 31, in rows of 256 columns, 8 a lane");
    const int lanes[] = {0, 1, 31};
    for (int i = 0; i < 3; ++i) {
        printf("lane %2d, one by one ", lanes[i]);
        for (int j = 0; j < 8; ++j) printf(" %3d", lanes[i] + REAL_WARP * j);
        printf("\n         in fours   ");
        for (int j = 0; j < 8; ++j) printf(" %3d", 4 * (lanes[i] + REAL_WARP * (j / 4)) + j % 4);
        putchar('\n');
    }
    return 0;
}
