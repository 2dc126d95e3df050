/* SPDX-License-Identifier: MIT */
/* Training steps without the host (device/steps.h).
 *
 * A step begins by gathering its batch, and ends by counting itself; between them are the caller's
 * operations, whose kernels find what changes in a step_state (kernels/step.h). The first step of
 * some number of samples is launched kernel by kernel, the second is captured into a graph, and all
 * others are one launch of that graph. Each such recording has memory of its own for what its
 * operations need, so that nothing else can move it.
 *
 * Where the host sends the batches, they go through one of two slots: it fills a slot's pinned
 * memory while a stream of their own carries the other's to the device; from there the step's
 * stream copies it to where the graph expects it. */
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "cuda/cuda.h"
#include "device/loss.h"
#include "device/update.h"

enum { PARTS = 2, SLOTS = 2, RECORDINGS = 2 /* whole batches, and the last of an epoch */ };

/* Steps of one number of samples. */
typedef struct recording {
    size_t count; /* 0: none yet */
    tg_cuda_room scratch;
    void *graph; /* to be launched; NULL: not captured yet */
} recording;

/* A batch on its way from the host: its parts behind one another, in pinned memory and in the
 * device's. */
typedef struct slot {
    void *pinned, *memory;
    void *sent;  /* event: `pinned` was read */
    void *taken; /* event: `memory` was read */
    bool used;   /* the events were recorded */
} slot;

struct tg_steps {
    tg_cuda_device *device;
    tg_update_rule rule;
    size_t batch_size, most_steps;
    tg_step_part parts[PARTS];
    void *class_weights; /* in the device's memory; NULL: none */
    double scales[2];    /* the least and the most of a loss's, but for 0 */
    step_state *state;   /* in the device's memory, as are: */
    step_numbers *numbers;
    step_result *results;
    uint32_t *order;
    size_t order_room; /* entries */
    void *host;        /* numbers, or results or the order, on their way: so much memory: */
    size_t host_bytes;
    recording recordings[RECORDINGS];
    /* Where the host sends the batches: */
    void *sending; /* stream */
    slot slots[SLOTS];
    size_t next_slot;
};

/* ---- Making and giving back ---- */

static bool is_sent(const tg_steps *steps) {
    return !steps->parts[0].all;
}

static size_t part_bytes(const tg_steps *steps, size_t part, size_t count) {
    return 4 * count * steps->parts[part].words;
}

/* Losses are multiplied by 1 / N or 1. */
static void bound_scales(tg_steps *steps, const tg_steps_setup *setup) {
    double least = 1, most = 1;
    for (size_t c = 0; setup->class_weights && c < setup->classes; c++) {
        const double weight = (double)setup->class_weights[c];
        if (weight > 0 && weight < least) least = weight;
        if (weight > most) most = weight;
    }
    steps->scales[0] = 1 / (most * (double)setup->batch_size * (double)setup->parts[1].words);
    steps->scales[1] = 1 / least;
}

static tg_status create_slot(tg_steps *steps, slot *s) {
    tg_cuda_device *device = steps->device;
    const size_t bytes = part_bytes(steps, 0, steps->batch_size) +
                         part_bytes(steps, 1, steps->batch_size);
    TG_TRY(TG_CU(device, cuEventCreate, &s->sent, TG_CU_EVENT_WITHOUT_TIME));
    TG_TRY(TG_CU(device, cuEventCreate, &s->taken, TG_CU_EVENT_WITHOUT_TIME));
    TG_TRY(TG_CU(device, cuMemHostAlloc, &s->pinned, bytes, 0));
    return tg_cuda_allocate(device, bytes, &s->memory);
}

static tg_status set_up(tg_steps *steps, const tg_steps_setup *setup) {
    tg_cuda_device *device = steps->device;
    const size_t numbers = setup->steps * sizeof *steps->numbers;
    const size_t results = setup->steps * sizeof *steps->results;
    const size_t weights = setup->class_weights ? setup->classes * sizeof *setup->class_weights : 0;
    TG_TRY(tg_cuda_allocate(device, sizeof *steps->state, (void **)&steps->state));
    TG_TRY(tg_cuda_allocate(device, numbers, (void **)&steps->numbers));
    TG_TRY(tg_cuda_allocate(device, results, (void **)&steps->results));
    /* What a step does not count stays 0. */
    TG_TRY(TG_CU(device, cuMemsetD32Async, steps->results, 0, results / 4, device->stream));
    if (weights > 0) {
        TG_TRY(tg_cuda_allocate(device, weights, &steps->class_weights));
        TG_TRY(tg_cuda_to_device(device, setup->class_weights, steps->class_weights, weights));
    }
    if (!is_sent(steps)) {
        const size_t entries = steps->order_room;
        return tg_cuda_allocate(device, entries * sizeof *steps->order, (void **)&steps->order);
    }
    TG_TRY(TG_CU(device, cuStreamCreate, &steps->sending, TG_CU_STREAM_NON_BLOCKING));
    for (size_t i = 0; i < SLOTS; i++) TG_TRY(create_slot(steps, &steps->slots[i]));
    return TG_OK;
}

/* Of what there is; with the context current and nothing in work. */
static void take_down(tg_steps *steps) {
    const tg_driver *driver = &steps->device->driver;
    for (size_t i = 0; i < RECORDINGS; i++) {
        const recording *r = &steps->recordings[i];
        if (r->graph) (void)driver->cuGraphExecDestroy(r->graph);
        if (r->scratch.memory) (void)driver->cuMemFree_v2(r->scratch.memory);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        const slot *s = &steps->slots[i];
        if (s->memory) (void)driver->cuMemFree_v2(s->memory);
        if (s->pinned) (void)driver->cuMemFreeHost(s->pinned);
        if (s->taken) (void)driver->cuEventDestroy_v2(s->taken);
        if (s->sent) (void)driver->cuEventDestroy_v2(s->sent);
    }
    if (steps->sending) (void)driver->cuStreamDestroy_v2(steps->sending);
    void *const memory[] = {steps->order, steps->class_weights, steps->results, steps->numbers,
                            steps->state};
    for (size_t i = 0; i < TG_COUNT(memory); i++)
        if (memory[i]) (void)driver->cuMemFree_v2(memory[i]);
}

static void destroy(tg_steps *steps) {
    if (!steps) return;
    tg_cuda_device *device = steps->device;
    if (tg_cuda_enter_again(device)) {
        if (steps->sending) (void)device->driver.cuStreamSynchronize(steps->sending);
        tg_cuda_settle(device);
        take_down(steps);
        (void)!tg_cuda_leave(device, TG_OK);
    }
    tg_release(steps->host);
    tg_release(steps);
}

static tg_status check_size(const tg_steps_setup *setup) {
    size_t values = 0, bytes = 0;
    const size_t words = setup->parts[0].words + setup->parts[1].words;
    if (words >= setup->parts[0].words && tg_multiply(setup->batch_size, words, &values) &&
        tg_multiply(values, 4, &bytes) &&
        tg_multiply(setup->steps, sizeof(step_numbers) + sizeof(step_result), &bytes) &&
        setup->samples <= UINT32_MAX)
        return TG_OK;
    return tg_fail(TG_OUT_OF_MEMORY, "cuda: %zu steps of %zu samples are too many", setup->steps,
                   setup->batch_size);
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static tg_status create(tg_device *device, const tg_steps_setup *setup, tg_steps **steps) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    TG_TRY(check_size(setup));
    tg_steps *made = tg_allocate(1, sizeof *made);
    if (!made) return TG_OUT_OF_MEMORY;
    *made = (tg_steps){.device = cuda,
                       .rule = *setup->rule,
                       .batch_size = setup->batch_size,
                       .most_steps = setup->steps,
                       .order_room = setup->samples};
    memcpy(made->parts, setup->parts, sizeof made->parts);
    bound_scales(made, setup);
    made->host_bytes = larger(made->most_steps * larger(sizeof(step_numbers), sizeof(step_result)),
                              made->order_room * sizeof(uint32_t));
    made->host = tg_allocate(made->host_bytes, 1);
    tg_status status = made->host ? tg_cuda_enter(cuda) : TG_OUT_OF_MEMORY;
    if (!status) status = tg_cuda_leave(cuda, set_up(made, setup));
    if (status)
        destroy(made);
    else
        *steps = made;
    return status;
}

static tg_status free_memory(tg_device *device, size_t *bytes) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    size_t total = 0;
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, TG_CU(cuda, cuMemGetInfo_v2, bytes, &total));
}

/* ---- An epoch ---- */

static step_numbers numbers_of(const tg_steps *steps, size_t step, const tg_step_numbers *given) {
    tg_update_rule rule = steps->rule;
    rule.learning_rate = (float)given->learning_rate;
    step_numbers made = {
        .scale = given->scale, .dropout = given->dropout, .first = step * steps->batch_size};
    if (rule.kind == TG_SGD) {
        const tg_sgd_factors f = tg_sgd_factors_of(&rule);
        made.rate = f.rate;
        made.keep = f.keep;
    } else {
        const tg_adam_factors f = tg_adam_factors_of(&rule, given->update);
        made.rate = f.rate;
        made.root = f.root;
        made.keep = f.keep;
    }
    return made;
}

static tg_status send_epoch(tg_steps *steps, const tg_step_numbers *numbers, size_t first,
                            size_t count, const size_t *order) {
    tg_cuda_device *device = steps->device;
    step_numbers *made = steps->host;
    for (size_t i = first; i < count; i++) made[i] = numbers_of(steps, i, &numbers[i]);
    TG_TRY(tg_cuda_to_device(device, made + first, steps->numbers + first,
                             (count - first) * sizeof *made));
    if (!is_sent(steps)) {
        uint32_t *entries = steps->host;
        for (size_t i = 0; i < steps->order_room; i++) entries[i] = (uint32_t)order[i];
        TG_TRY(
            tg_cuda_to_device(device, entries, steps->order, steps->order_room * sizeof *entries));
    }
    const step_state state = {
        .numbers = steps->numbers, .results = steps->results, .at = first, .factor = 1};
    return tg_cuda_to_device(device, &state, steps->state, sizeof state);
}

static tg_status begin_epoch(tg_steps *steps, const tg_step_numbers *numbers, size_t first,
                             size_t count, const size_t *order) {
    TG_TRY(tg_cuda_enter(steps->device));
    return tg_cuda_leave(steps->device, send_epoch(steps, numbers, first, count, order));
}

/* ---- Batches that the host sends ---- */

static tg_status rooms(tg_steps *steps, void *places[PARTS]) {
    slot *s = &steps->slots[steps->next_slot];
    places[0] = s->pinned;
    places[1] = (char *)s->pinned + part_bytes(steps, 0, steps->batch_size);
    if (!s->used) return TG_OK;
    TG_TRY(tg_cuda_enter(steps->device));
    return tg_cuda_leave(steps->device, TG_CU(steps->device, cuEventSynchronize, s->sent));
}

/* From the present slot to where the step expects its batch. */
static tg_status send_batch(tg_steps *steps, size_t count) {
    tg_cuda_device *device = steps->device;
    slot *s = &steps->slots[steps->next_slot];
    steps->next_slot = (steps->next_slot + 1) % SLOTS;
    if (s->used) TG_TRY(TG_CU(device, cuStreamWaitEvent, steps->sending, s->taken, 0));
    s->used = true;
    for (size_t part = 0, at = 0; part < PARTS; part++) {
        TG_TRY(TG_CU(device, cuMemcpyHtoDAsync_v2, (char *)s->memory + at, (char *)s->pinned + at,
                     part_bytes(steps, part, count), steps->sending));
        at += part_bytes(steps, part, steps->batch_size);
    }
    TG_TRY(TG_CU(device, cuEventRecord, s->sent, steps->sending));
    TG_TRY(TG_CU(device, cuStreamWaitEvent, device->stream, s->sent, 0));
    for (size_t part = 0, at = 0; part < PARTS; part++) {
        TG_TRY(TG_CU(device, cuMemcpyDtoDAsync_v2, steps->parts[part].batch, (char *)s->memory + at,
                     part_bytes(steps, part, count), device->stream));
        at += part_bytes(steps, part, steps->batch_size);
    }
    return TG_CU(device, cuEventRecord, s->taken, device->stream);
}

static tg_status gather(tg_steps *steps, size_t count) {
    tg_cuda_device *device = steps->device;
    for (size_t i = 0; i < PARTS; i++) {
        tg_step_part *part = &steps->parts[i];
        TG_TRY(TG_CUDA_ROWS(device, gather, count, part->words,
                            TG_CUDA_ARGUMENTS(&count, &part->words, &steps->state, &steps->order,
                                              (void *)&part->all, &part->batch)));
    }
    return TG_OK;
}

/* ---- Steps ---- */

static recording *recording_of(tg_steps *steps, size_t count) {
    for (size_t i = 0; i < RECORDINGS; i++)
        if (steps->recordings[i].count == count || steps->recordings[i].count == 0)
            return &steps->recordings[i];
    return NULL;
}

static tg_status launch_all(tg_steps *steps, size_t count, tg_step_body *body, void *context) {
    if (!is_sent(steps)) TG_TRY(gather(steps, count));
    TG_TRY(body(context));
    return tg_cuda_launch(steps->device, TG_CUDA_step_end, (tg_cuda_size){1, 1},
                          (tg_cuda_size){1, 1}, TG_CUDA_ARGUMENTS(&steps->state));
}

/* With the device in the midst of a step. */
static tg_status launch(tg_steps *steps, recording *r, size_t count, tg_step_body *body,
                        void *context) {
    tg_cuda_device *device = steps->device;
    device->scratch = &r->scratch;
    device->steps = steps;
    device->step = steps->state;
    const tg_status status = launch_all(steps, count, body, context);
    device->scratch = &device->room;
    device->steps = NULL;
    device->step = NULL;
    return status;
}

static tg_status capture(tg_steps *steps, recording *r, size_t count, tg_step_body *body,
                         void *context) {
    tg_cuda_device *device = steps->device;
    void *graph = NULL;
    TG_TRY(TG_CU(device, cuStreamBeginCapture_v2, device->stream, TG_CU_CAPTURE_OF_THIS_THREAD));
    tg_status status = launch(steps, r, count, body, context);
    /* Also after a failure: the stream must be usable again. */
    const int ended = device->driver.cuStreamEndCapture(device->stream, &graph);
    if (!status) status = tg_driver_check(&device->driver, "cuStreamEndCapture", ended);
    if (!status) status = TG_CU(device, cuGraphInstantiateWithFlags, &r->graph, graph, 0);
    if (graph) {
        const int gone = device->driver.cuGraphDestroy(graph);
        if (!status) status = tg_driver_check(&device->driver, "cuGraphDestroy", gone);
    }
    return status;
}

static tg_status take_one(tg_steps *steps, size_t count, tg_step_body *body, void *context) {
    recording *r = recording_of(steps, count);
    TG_REQUIRE(r, "cuda: steps of %zu samples, and of two other numbers before", count);
    if (is_sent(steps)) TG_TRY(send_batch(steps, count));
    if (r->count == 0) {
        r->count = count;
        return launch(steps, r, count, body, context);
    }
    if (!r->graph) TG_TRY(capture(steps, r, count, body, context));
    return TG_CU(steps->device, cuGraphLaunch, r->graph, steps->device->stream);
}

static tg_status take(tg_steps *steps, size_t count, tg_step_body *body, void *context) {
    TG_TRY(tg_cuda_enter(steps->device));
    return tg_cuda_leave(steps->device, take_one(steps, count, body, context));
}

static tg_status repeat(tg_steps *steps, size_t count, tg_step_body *body, void *context) {
    recording *r = recording_of(steps, count);
    TG_REQUIRE(r, "cuda: a step of %zu samples was never taken", count);
    TG_TRY(tg_cuda_enter(steps->device));
    tg_status status = is_sent(steps) ? send_batch(steps, count) : TG_OK;
    if (!status) status = launch(steps, r, count, body, context);
    return tg_cuda_leave(steps->device, status);
}

static tg_status clip_gradients(tg_steps *steps, float limit, size_t count,
                                const float *gradients) {
    tg_cuda_device *device = steps->device;
    const tg_cuda_size grid = tg_cuda_blocks(device, count), block = {TG_CUDA_BLOCK, 1};
    const size_t size = grid.x * sizeof(double);
    double most = (double)limit;
    size_t sums = grid.x;
    void *squares = NULL;
    TG_TRY(tg_cuda_scratch(device, 1, &size, &squares));
    TG_TRY(tg_cuda_launch(device, TG_CUDA_sum_of_squares, grid, block,
                          TG_CUDA_ARGUMENTS(&count, (void *)&gradients, &squares)));
    return tg_cuda_launch(device, TG_CUDA_step_clip, (tg_cuda_size){1, 1}, block,
                          TG_CUDA_ARGUMENTS(&most, &sums, &squares, &steps->state));
}

static tg_status clip(tg_steps *steps, float limit, size_t count, const float *gradients) {
    TG_TRY(tg_cuda_enter(steps->device));
    return tg_cuda_leave(steps->device, clip_gradients(steps, limit, count, gradients));
}

/* ---- Results ---- */

static tg_status read_results(tg_steps *steps, size_t first, size_t count, step_state *state) {
    TG_TRY(tg_cuda_to_host(steps->device, steps->results + first, steps->host,
                           count * sizeof *steps->results));
    return tg_cuda_to_host(steps->device, steps->state, state, sizeof *state);
}

static tg_status read(tg_steps *steps, size_t first, size_t count, tg_step_result *results,
                      size_t *done) {
    step_state state = {0};
    TG_TRY(tg_cuda_enter(steps->device));
    TG_TRY(tg_cuda_leave(steps->device, read_results(steps, first, count, &state)));
    const step_result *read = steps->host;
    for (size_t i = 0; i < count; i++)
        results[i] = (tg_step_result){
            .loss = read[i].loss, .norm = read[i].norm, .correct = (size_t)read[i].correct};
    *done = (size_t)state.at;
    return TG_OK;
}

const tg_step_operations tg_cuda_steps = {
    .create = create,
    .destroy = destroy,
    .free_memory = free_memory,
    .begin_epoch = begin_epoch,
    .rooms = rooms,
    .take = take,
    .clip = clip,
    .read = read,
    .repeat = repeat,
};

/* ---- What operations ask ---- */

void *tg_cuda_step_weights(const tg_cuda_device *device) {
    return device->steps->class_weights;
}

bool tg_cuda_step_is_usual(const tg_cuda_device *device, size_t k, float temperature,
                           tg_device_targets targets, const tg_loss *options) {
    const double *scales = device->steps->scales;
    return tg_loss_is_usual(k, temperature, targets, options, scales[0]) &&
           tg_loss_is_usual(k, temperature, targets, options, scales[1]);
}

tg_status tg_cuda_step_sum(tg_cuda_device *device, tg_cuda_kernel kernel, const void *values,
                           size_t count) {
    return tg_cuda_launch(device, kernel, (tg_cuda_size){1, 1}, (tg_cuda_size){TG_CUDA_BLOCK, 1},
                          TG_CUDA_ARGUMENTS(&count, (void *)&values, &device->step));
}
