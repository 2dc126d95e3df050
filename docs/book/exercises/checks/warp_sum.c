/* SPDX-License-Identifier: MIT */
#include "check.h"

void warp_sum(size_t lanes, double *v);

enum { LANES = 8, WARP = 32 };

/* The first and the fifth are so large that a sum of one of them and a few others is rounded: it
 * shows in which order they were added. */
static const double x[LANES] = {1e16, 1, 5, 7, -1e16, 1, 2, 4};

static void begin(double *v) {
    for (size_t lane = 0; lane < LANES; ++lane) v[lane] = x[lane];
}

/* One step. `here`: a lane reads what others have written in this step already. `down`: it reads
 * that of lane + bit, and its own where there is none. */
static void step(size_t bit, bool here, bool down, double *v) {
    double before[LANES];
    for (size_t lane = 0; lane < LANES; ++lane) before[lane] = v[lane];
    for (size_t lane = 0; lane < LANES; ++lane) {
        const size_t next = lane + bit < LANES ? lane + bit : lane;
        v[lane] += (here ? v : before)[down ? next : lane ^ bit];
    }
}

static void steps(size_t highest, size_t lowest, bool here, bool down, double *v) {
    begin(v);
    for (size_t bit = highest; bit >= lowest; bit /= 2) step(bit, here, down, v);
}

static void upward(double *v) {
    begin(v);
    for (size_t bit = 1; bit < LANES; bit *= 2) step(bit, false, false, v);
}

/* Of numbers of which none is lost in the sum, nor equal to another. */
static bool of_lanes(size_t lanes) {
    double right[WARP], v[WARP] = {0};
    char name[32];
    snprintf(name, sizeof name, "v of %zu lanes", lanes);
    for (size_t lane = 0; lane < lanes; ++lane) {
        v[lane] = pow(1.5, (double)lane);
        right[lane] = (pow(1.5, (double)lanes) - 1) / 0.5;
    }
    const answer a = {name, 1, lanes, right, 0, NULL, 0};
    warp_sum(lanes, v);
    return compare(&a, v);
}

int main(void) {
    double right[LANES], in_place[LANES], no_last[LANES], no_first[LANES], down[LANES];
    double one[LANES], own[LANES], row[LANES], up[LANES], v[LANES], sum = 0;
    steps(LANES / 2, 1, false, false, right);
    steps(LANES / 2, 1, true, false, in_place);
    steps(LANES / 2, 2, false, false, no_last);
    steps(LANES / 4, 1, false, false, no_first);
    steps(LANES / 2, 1, false, true, down);
    steps(LANES / 2, LANES / 2, false, false, one);
    upward(up);
    for (size_t i = 0; i < LANES; ++i) sum += x[i];
    for (size_t i = 0; i < LANES; ++i) {
        own[i] = LANES * x[i];
        row[i] = sum;
    }
    const mistake mistakes[] = {
        {"nothing is written yet", x},
        {"a lane reads what another has written in the same step: read all first", in_place},
        {"the last step is missing: lanes whose indices differ in the lowest bit", no_last},
        {"the first step is missing: lanes whose indices differ in the highest bit", no_first},
        {"only lane 0 has the sum: read lane ^ bit, not lane + bit", down},
        {"one step only: it takes log2 of the lanes", one},
        {"each lane adds its own value", own},
        {"added one after the other: seven steps where the butterfly takes three", row},
        {"from the lowest bit to the highest: the highest comes first", up},
    };
    const answer a = {"v", 1, LANES, right, 0, mistakes, 9};
    begin(v);
    warp_sum(LANES, v);
    bool good = compare(&a, v);
    for (size_t lanes = 2; lanes <= WARP && good; lanes *= 2) good = of_lanes(lanes);
    return finished(good);
}
