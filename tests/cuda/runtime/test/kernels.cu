/* SPDX-License-Identifier: MIT */
/* Kernels for the tests beside it: some right, some with the one fault that their name says. */

#define KERNEL extern "C" __global__ void
#define FULL 0xffffffffu

/* ---- Right ---- */

KERNEL add_one(int count, float *x) {
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < count) x[i] += 1;
}

/* Block b of 64 threads, each with a value of 1 + b: sum by way of shared memory; and how many,
 * whether all, whether any of its threads are below 10, 64 and 0. */
KERNEL block_sums(int *results) {
    __shared__ int values[64];
    const int t = (int)threadIdx.x, block = (int)blockIdx.x;
    values[t] = 1 + block;
    for (int half = 32; half > 0; half /= 2) {
        __syncthreads();
        if (t < half) values[t] += values[t + half];
    }
    const int below_10 = __syncthreads_count(t < 10);
    const int all_below_64 = __syncthreads_and(t < 64), all_below_63 = __syncthreads_and(t < 63);
    const int one_is_7 = __syncthreads_or(t == 7), one_is_99 = __syncthreads_or(t == 99);
    if (t) return;
    int *mine = results + 6 * block;
    mine[0] = values[0];
    mine[1] = below_10;
    mine[2] = all_below_64;
    mine[3] = all_below_63;
    mine[4] = one_is_7;
    mine[5] = one_is_99;
}

/* One warp; 10 results for each lane, whose value is 100 + lane. */
KERNEL warp_results(float *results) {
    const int lane = (int)threadIdx.x;
    float *mine = results + 10 * lane;
    const float value = (float)(100 + lane);
    mine[0] = __shfl_sync(FULL, value, 5);
    mine[1] = __shfl_sync(FULL, value, 5, 8);
    mine[2] = __shfl_up_sync(FULL, value, 3);
    mine[3] = __shfl_down_sync(FULL, value, 3, 16);
    mine[4] = __shfl_xor_sync(FULL, value, 9);
    mine[5] = (float)__shfl_xor_sync(FULL, (double)value + 0.5, 1);
    mine[6] = (float)__popc(__ballot_sync(FULL, lane % 3 == 0));
    mine[7] = (float)(__any_sync(FULL, lane == 31) + 2 * __any_sync(FULL, lane == 32));
    mine[8] = (float)(__all_sync(FULL, lane < 32) + 2 * __all_sync(FULL, lane < 31));
    mine[9] = 0;
    if (lane < 16) { /* some lanes take part more often than the others */
        for (int i = 0; i < 3; i++) mine[9] += __shfl_xor_sync(0xffffu, value, 1 + i);
    }
    __syncwarp();
    mine[9] += __shfl_sync(FULL, value, 31 - lane);
}

/* A template's own array, of two dimensions. */
template <int SIZE> static __device__ float transposed(int row, int column, float value) {
    __shared__ float tile[SIZE][SIZE + 1];
    tile[row][column] = value;
    __syncthreads();
    return tile[column][row];
}

KERNEL two_shared_arrays(float *y) {
    __shared__ float4 quads[2];
    const int row = (int)threadIdx.y, column = (int)threadIdx.x;
    if (row == 0 && column < 2) quads[column] = make_float4(1, 2, 3, (float)column);
    const float value = transposed<4>(row, column, (float)(10 * row + column));
    const float more = quads[1].w + transposed<5>(row, column, 100);
    y[(blockIdx.x * 4 + row) * 4 + column] = value + more;
}

KERNEL order_of_threads(int *next, int *order) {
    order[atomicAdd(next, 1)] = (int)(blockIdx.x * blockDim.x + threadIdx.x);
}

/* What a block finds in its shared memory; then it leaves something there. */
template <int SIZE> __device__ float find_and_leave() {
    __shared__ float left[SIZE];
    const float found = left[SIZE / 2];
    for (int i = 0; i < SIZE; i++) left[i] = 7;
    return found;
}

KERNEL read_shared(float *y) {
    __shared__ float left[1];
    y[2 * blockIdx.x] = left[0];
    left[0] = 7;
    y[2 * blockIdx.x + 1] = find_and_leave<9>();
}

/* ---- At a place that the test chooses ---- */

KERNEL read_at(const float *x, long long place, float *y) {
    y[0] = x[place];
}

KERNEL write_at(float *x, long long place) {
    if (threadIdx.x == 3) x[place] = 1;
}

KERNEL write_shared_at(int place, float *y) {
    __shared__ float values[8];
    volatile float *all = values;
    all[place] = 1;
    y[0] = all[0];
}

KERNEL write_other_shared_at(int place, float *y) {
    __shared__ float before[8];
    __shared__ float values[8];
    __shared__ float after[8];
    volatile float *all = values;
    if (threadIdx.x) return;
    before[1] = after[1] = 2;
    all[place] = 1;
    y[0] = all[0] + before[1] + after[1];
}

/* ---- Faulty ---- */

KERNEL ends_before_barrier(float *y) {
    if (threadIdx.x == 5) return;
    __syncthreads();
    y[threadIdx.x] = 1;
}

KERNEL two_barriers(float *y) {
    if (threadIdx.x < 7) {
        __syncthreads();
    } else {
        __syncthreads();
    }
    y[threadIdx.x] = 1;
}

KERNEL shuffle_in_part(float *y) {
    float value = 1;
    if (threadIdx.x < 7) value = __shfl_xor_sync(FULL, value, 1);
    __syncthreads();
    y[threadIdx.x] = value;
}

KERNEL two_shuffles(float *y) {
    float value = 1;
    if (threadIdx.x < 7) {
        value = __shfl_xor_sync(FULL, value, 1);
    } else {
        value = __shfl_xor_sync(FULL, value, 1);
    }
    y[threadIdx.x] = value;
}

KERNEL two_masks(int *y) {
    y[threadIdx.x] = (int)__ballot_sync(threadIdx.x < 7 ? 0xffu : FULL, 1);
}

KERNEL not_in_own_mask(int *y) {
    y[threadIdx.x] = __any_sync(0xfu, 1);
}

/* With fewer than 32 threads, or a lane beyond the mask. */
KERNEL read_lane(unsigned mask, int lane, int *y) {
    if (mask >> threadIdx.x & 1) y[threadIdx.x] = __shfl_sync(mask, (int)threadIdx.x, lane);
}

KERNEL bad_width(int *y) {
    y[threadIdx.x] = __shfl_sync(FULL, (int)threadIdx.x, 0, 12);
}

KERNEL barrier_against_warp(int *y) {
    if (threadIdx.x < 16) {
        __syncthreads();
    } else {
        __syncwarp();
    }
    y[threadIdx.x] = 1;
}

KERNEL large_array(int place, float *y) {
    volatile float array[100000];
    array[place] = 1;
    y[0] = array[place];
}

/* Races, for the thread sanitizer. */

KERNEL race_in_block(float *y) {
    __shared__ float values[64];
    const int t = (int)threadIdx.x;
    values[t] = (float)t;
    y[t] = values[(t + 33) % 64];
}

KERNEL race_between_blocks(int *y) {
    y[0] += (int)threadIdx.x;
}

/* A shuffle orders no memory. */
KERNEL race_in_warp(float *y) {
    __shared__ float values[32];
    const int t = (int)threadIdx.x;
    values[t] = __shfl_xor_sync(FULL, (float)t, 1);
    y[t] = __shfl_xor_sync(FULL, values[t ^ 3], 1);
}

KERNEL traps(int *y) {
    if (threadIdx.x == 2) __trap();
    y[threadIdx.x] = 1;
}

/* ---- Mathematics: count values, 8 results each ---- */

KERNEL math(int count, const float *x, float *y) {
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    if (i >= count) return;
    float *mine = y + 8 * i;
    mine[0] = __expf(x[i]);
    mine[1] = rsqrtf(fabsf(x[i]));
    mine[2] = __logf(fabsf(x[i]));
    mine[3] = expf(x[i]);
    mine[4] = tanhf(x[i]);
    mine[5] = __fdividef(1, x[i]);
    mine[6] = x[i] * x[i] - 1; /* rounded once */
    mine[7] = __fmul_rn(x[i], x[i]) - 1;
}
