/* SPDX-License-Identifier: MIT */
/* An NVIDIA GPU as a device, and its operations, gathered into their table by cuda.c. Signatures
 * and meaning: device.h. Each operation holds the device's lock and its context: it begins with
 * tg_cuda_enter() and ends with tg_cuda_leave(). */
#ifndef TG_CUDA_CUDA_H
#define TG_CUDA_CUDA_H

#include <pthread.h>

#include "../../kernels/step.h"
#include "cuda/driver.h"
#include "device/device.h"

/* The kernels (kernels/). */
typedef enum tg_cuda_kernel {
#define K(name) TG_CUDA_##name,
#include "../../kernels/kernels.list"
#undef K
    TG_CUDA_KERNELS
} tg_cuda_kernel;

/* Memory that grows with what operations want. */
typedef struct tg_cuda_room {
    void *memory;
    size_t bytes;
} tg_cuda_room;

typedef struct tg_cuda_device {
    tg_device device;
    tg_driver driver;
    pthread_mutex_t lock;
    int ordinal;         /* as the driver knows it */
    char capability[16]; /* "sm_90" */
    int processors;      /* multiprocessors */
    void *context, *stream, *module, *cublas;
    void *functions[TG_CUDA_KERNELS];
    char lost[256];        /* why the device is not to be trusted any more; "": it is */
    void *workspace;       /* of cuBLAS */
    tg_cuda_room room;     /* of one operation outside of steps, */
    tg_cuda_room *scratch; /* and of the present one */
    /* Within a step, which holds the lock; else NULL: */
    step_state *step; /* in the device's memory, an argument of kernels */
    const tg_steps *steps;
} tg_cuda_device;

static inline tg_cuda_device *tg_cuda_of(tg_device *device) {
    return (tg_cuda_device *)device;
}

/* A driver or cuBLAS call: TG_OK, or a failure that names it. */
#define TG_CU(device, call, ...)                                                                   \
    tg_driver_check(&(device)->driver, #call, (device)->driver.call(__VA_ARGS__))

tg_status tg_cuda_enter(tg_cuda_device *device);
/* To give something back, for which a second try is worth while; false: it could not be entered. */
bool tg_cuda_enter_again(tg_cuda_device *device);
/* Passes on `status`, or the failure to leave. */
tg_status tg_cuda_leave(tg_cuda_device *device, tg_status status);

/* Waits for everything, before something is given back that may be in use. */
void tg_cuda_settle(tg_cuda_device *device);

/* Says how much was wanted and how much there is when there is too little. */
tg_status tg_cuda_allocate(tg_cuda_device *device, size_t bytes, void **memory);

/* Memory for the present operation alone. `sizes` are in bytes, `places` what they get. */
tg_status tg_cuda_scratch(tg_cuda_device *device, size_t count, const size_t *sizes, void **places);

/* From the host; may return before the copy is done only where `host` has been read. */
tg_status tg_cuda_to_device(tg_cuda_device *device, const void *host, void *to, size_t bytes);
/* To the host; waits for it. */
tg_status tg_cuda_to_host(tg_cuda_device *device, const void *from, void *host, size_t bytes);

/* ---- Launching (launch.c) ---- */

typedef struct tg_cuda_size {
    unsigned x, y;
} tg_cuda_size;

/* `arguments`: pointers to what the kernel takes. An empty grid launches nothing. */
tg_status tg_cuda_launch(tg_cuda_device *device, tg_cuda_kernel kernel, tg_cuda_size grid,
                         tg_cuda_size block, void **arguments);

#define TG_CUDA_ARGUMENTS(...) ((void *[]){__VA_ARGS__})

enum { TG_CUDA_BLOCK = 256, TG_CUDA_WARP = 32 };

/* Blocks of TG_CUDA_BLOCK threads for `count` elements that loop over the grid. */
tg_cuda_size tg_cuda_blocks(const tg_cuda_device *device, size_t count);

/* Launches kernel_warp or, for long rows, kernel_block of rows.cuh, over n rows of k columns. */
#define TG_CUDA_ROWS(device, kernel, n, k, arguments)                                              \
    tg_cuda_launch_rows(device, TG_CUDA_##kernel##_warp, TG_CUDA_##kernel##_block, n, k, arguments)
tg_status tg_cuda_launch_rows(tg_cuda_device *device, tg_cuda_kernel warp, tg_cuda_kernel block,
                              size_t n, size_t k, void **arguments);

/* How several blocks share rows that are few and very long: 1 where none do. */
unsigned tg_cuda_row_parts(const tg_cuda_device *device, size_t n, size_t k);

/* *sum = the sum of `count` doubles in device memory, in their order; `room` is for one more. */
tg_status tg_cuda_sum(tg_cuda_device *device, const void *values, size_t count, void *room,
                      double *sum);

/* ---- Steps (steps.c) ---- */

extern const tg_step_operations tg_cuda_steps;

/* The class weights of the present step, in the device's memory; NULL: none. */
void *tg_cuda_step_weights(const tg_cuda_device *device);

/* Whether kernels in float32 can take the step's loss, whatever its scale (device/loss.h). */
bool tg_cuda_step_is_usual(const tg_cuda_device *device, size_t k, float temperature,
                           tg_device_targets targets, const tg_loss *options);

/* The sum of `count` doubles becomes a result of the step: `kernel` is step_loss or step_correct.
 */
tg_status tg_cuda_step_sum(tg_cuda_device *device, tg_cuda_kernel kernel, const void *values,
                           size_t count);

/* ---- Operations ---- */

tg_status tg_cuda_dense_forward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                                const float *w, const float *b, tg_layer_kind activation,
                                float slope, float *y);
tg_status tg_cuda_dense_backward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                                 const float *w, const float *dy, float *dx, float *dw, float *db);

tg_status tg_cuda_activation_forward(tg_device *device, tg_layer_kind kind, float slope,
                                     size_t count, const float *x, float *y);
tg_status tg_cuda_activation_backward(tg_device *device, tg_layer_kind kind, float slope,
                                      size_t count, const float *source, const float *dy,
                                      float *dx);
tg_status tg_cuda_dropout(tg_device *device, float rate, uint64_t seed, uint64_t stream,
                          size_t count, const float *x, float *y);

tg_status tg_cuda_softmax_forward(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *x, float *y);
tg_status tg_cuda_softmax_backward(tg_device *device, size_t n, size_t k, float temperature,
                                   const float *y, const float *dy, float *dx);
tg_status tg_cuda_softmax_jacobian(tg_device *device, size_t n, size_t k, float temperature,
                                   const float *y, float *jacobian);
tg_status tg_cuda_log_softmax_forward(tg_device *device, size_t n, size_t k, const float *x,
                                      float *y);
tg_status tg_cuda_log_softmax_backward(tg_device *device, size_t n, size_t k, const float *y,
                                       const float *dy, float *dx);
tg_status tg_cuda_sum_normalize_forward(tg_device *device, size_t n, size_t k, const float *x,
                                        float *y);
tg_status tg_cuda_sum_normalize_backward(tg_device *device, size_t n, size_t k, const float *x,
                                         const float *y, const float *dy, float *dx);
tg_status tg_cuda_argmax(tg_device *device, size_t n, size_t k, const float *x,
                         int32_t *host_labels);
tg_status tg_cuda_count_correct_rows(tg_device *device, size_t n, size_t k, const float *outputs,
                                     tg_device_targets targets, int32_t ignore_index,
                                     size_t *correct);
tg_status tg_cuda_count_correct_elements(tg_device *device, size_t count, const float *outputs,
                                         const float *targets, float threshold, size_t *correct);

tg_status tg_cuda_softmax_cross_entropy(tg_device *device, size_t n, size_t k, const float *logits,
                                        float temperature, tg_device_targets targets,
                                        const tg_loss *options, double scale, double *loss,
                                        float *gradient);
tg_status tg_cuda_cross_entropy(tg_device *device, size_t n, size_t k, const float *probabilities,
                                tg_device_targets targets, const tg_loss *options, double scale,
                                double *loss, float *gradient);
tg_status tg_cuda_binary_cross_entropy(tg_device *device, size_t count, const float *logits,
                                       const float *targets, double scale, double *loss,
                                       float *gradient);
tg_status tg_cuda_mean_squared_error(tg_device *device, size_t count, const float *outputs,
                                     const float *targets, double scale, double *loss,
                                     float *gradient);

tg_status tg_cuda_sgd_step(tg_device *device, const tg_update_rule *rule, size_t count,
                           const float *gradient, float *velocity, float *weight);
tg_status tg_cuda_adam_step(tg_device *device, const tg_update_rule *rule, uint64_t step,
                            size_t count, const float *gradient, float *first, float *second,
                            float *weight);
tg_status tg_cuda_scale(tg_device *device, float factor, float *x, size_t count);
tg_status tg_cuda_sum_of_squares(tg_device *device, const float *x, size_t count, double *sum);
tg_status tg_cuda_all_finite(tg_device *device, const float *x, size_t count, bool *finite);

#endif
