/* SPDX-License-Identifier: MIT */
/* The recipe for MNIST, and what PyTorch needs to repeat it: mnist_steps.py compares.
 *
 *     mnist_steps steps FOLDER N    trains N steps; writes into the current folder:
 * initial.safetensors, batches.f32 and labels.i32 (all batches), losses.txt mnist_steps train
 * FOLDER      trains to the end, prints the test accuracy of every epoch
 *
 * The optimiser is SGD with momentum, not Adam. Adam divides each gradient by its own size, so what
 * is rounding in a gradient near 0 moves a weight as far as a true gradient would: within twenty
 * steps one hidden unit fell on the other side of 0 for one sample, and from there the losses went
 * apart (1e-3 at step 40), though each step by itself agrees (tests/nn/optimizer_test.c).
 *
 * FOLDER holds MNIST's four .gz files. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

enum { BATCH = 64, EPOCHS = 15, INPUTS = 784 };
static const float learning_rate = 0.03f;

typedef struct recipe {
    tg_dataset *train, *test;
    tg_model *model;
    tg_fit_options options;
} recipe;

static tg_status make_recipe(const char *folder, recipe *r) {
    char paths[4][1024];
    const char *names[] = {"train-images-idx3", "train-labels-idx1", "t10k-images-idx3",
                           "t10k-labels-idx1"};
    for (size_t i = 0; i < 4; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s-ubyte.gz", folder, names[i]);
    const tg_layer layers[] = {tg_dense(512), tg_relu(),    tg_dense(256),
                               tg_relu(),     tg_dense(10), tg_softmax()};
    tg_input input = {0};
    tg_status status = tg_dataset_read_idx(paths[0], paths[1], NULL, &r->train);
    if (!status) status = tg_dataset_read_idx(paths[2], paths[3], NULL, &r->test);
    if (!status) status = tg_input_fit(r->train, TG_FEATURES_PLAIN, NULL, 0, &input);
    if (!status) status = tg_model_create(tg_cpu(), INPUTS, layers, TG_COUNT(layers), 1, &r->model);
    if (!status) status = tg_model_set_input(r->model, &input);
    tg_input_destroy(&input);
    r->options = tg_fit_defaults();
    r->options.epochs = EPOCHS;
    r->options.batch_size = BATCH;
    r->options.rule = tg_momentum(learning_rate, 0.9f);
    r->options.rule.weight_decay = 5e-4f;
    r->options.schedule = tg_schedule_cosine(0);
    return status;
}

/* The trainer's own steps, written out, with everything saved that goes in and comes out. */
static tg_status write_steps(const recipe *r, size_t steps) {
    static int32_t labels[BATCH];
    const tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    const size_t count = tg_dataset_count(r->train);
    const size_t per_epoch = (count + BATCH - 1) / BATCH;
    if (steps > per_epoch) return TG_INVALID_ARGUMENT;
    tg_plan *plan = NULL;
    tg_optimizer *optimizer = NULL;
    tg_tensor parameters, x = {0};
    size_t *order = calloc(count, sizeof *order);
    FILE *batches = fopen("batches.f32", "wb"), *all_labels = fopen("labels.i32", "wb");
    FILE *losses = fopen("losses.txt", "w");
    tg_status status = order && batches && all_labels && losses ? TG_OK : TG_IO_ERROR;
    if (!status) status = tg_model_save(r->model, "initial.safetensors");
    if (!status) status = tg_model_parameters(r->model, &parameters);
    if (!status) status = tg_plan_create(r->model, TG_TRAINING, BATCH, &plan);
    if (!status)
        status = tg_optimizer_create(tg_cpu(), parameters.count, &r->options.rule, &optimizer);
    if (!status) status = tg_matrix_create(tg_cpu(), BATCH, INPUTS, &x);
    if (!status) {
        tg_random random = tg_random_start(r->options.seed, (uint64_t)1 << 56);
        for (size_t i = 0; i < count; i++) order[i] = i;
        tg_random_shuffle(&random, order, count);
    }
    for (size_t step = 0; step < steps && !status; step++) {
        double value = 0;
        const double factor = tg_schedule_factor(&r->options.schedule, step, per_epoch, EPOCHS);
        status = tg_dataset_batch(r->train, tg_model_input(r->model), NULL, 0, 0,
                                  order + step * BATCH, BATCH, 1, &x, labels);
        if (!status) status = tg_plan_forward(plan, &x, NULL);
        if (!status) status = tg_plan_loss(plan, &loss, tg_labels(labels, BATCH), &value);
        if (!status) status = tg_plan_backward(plan);
        if (!status)
            status = tg_optimizer_step(optimizer, (float)((double)learning_rate * factor),
                                       tg_plan_gradients(plan), &parameters);
        if (status) break;
        fwrite(tg_tensor_data(&x), sizeof(float), x.count, batches);
        fwrite(labels, sizeof *labels, BATCH, all_labels);
        fprintf(losses, "%.9f %.12g\n", value, (double)learning_rate * factor);
    }
    if (batches && fclose(batches) != 0) status = TG_IO_ERROR;
    if (all_labels && fclose(all_labels) != 0) status = TG_IO_ERROR;
    if (losses && fclose(losses) != 0) status = TG_IO_ERROR;
    free(order);
    tg_tensor_destroy(&x);
    tg_optimizer_destroy(optimizer);
    tg_plan_destroy(plan);
    return status;
}

static bool print_epoch(void *user, const tg_epoch_report *report) {
    (void)user;
    printf("epoch %zu: training loss %.4f, test accuracy %.4f\n", report->epoch + 1,
           report->train_loss, report->validation.accuracy);
    fflush(stdout);
    return true;
}

int main(int argc, char **argv) {
    const bool steps = argc == 4 && strcmp(argv[1], "steps") == 0;
    if (!steps && !(argc == 3 && strcmp(argv[1], "train") == 0)) {
        fprintf(stderr, "usage: mnist_steps steps FOLDER N | train FOLDER\n");
        return 2;
    }
    recipe r = {0};
    tg_status status = make_recipe(argv[2], &r);
    if (!status && steps) status = write_steps(&r, (size_t)strtoumax(argv[3], NULL, 10));
    if (!status && !steps) {
        /* The test set is only watched: the last epoch's weights count. */
        r.options.keep_best = false;
        r.options.on_epoch = print_epoch;
        status = tg_fit(r.model, r.train, r.test, &r.options, NULL);
    }
    if (status) fprintf(stderr, "%s: %s\n", tg_status_name(status), tg_error_message());
    tg_model_destroy(r.model);
    tg_dataset_destroy(r.train);
    tg_dataset_destroy(r.test);
    return status ? 1 : 0;
}
