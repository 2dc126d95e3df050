/* SPDX-License-Identifier: MIT */
/* Handwritten digits: 60,000 to learn from, 10,000 to be judged by. MNIST's four files come with
 * `datasets/fetch mnist`; those of Fashion-MNIST (clothes) have the same format.
 *
 *     mnist train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz \
 *           t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz */
#include "common.h"

static bool print_epoch(void *user, const tg_epoch_report *report) {
    (void)user;
    printf("epoch %zu  loss %.4f  accuracy %.4f\n", report->epoch + 1, report->train_loss,
           report->train_accuracy);
    fflush(stdout);
    return true; /* go on */
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: %s IMAGES LABELS TEST_IMAGES TEST_LABELS\n", argv[0]);
        return 2;
    }
    tg_dataset *train = NULL, *test = NULL;
    check(tg_dataset_read_idx(argv[1], argv[2], NULL, &train));
    check(tg_dataset_read_idx(argv[3], argv[4], NULL, &test));

    /* The network sees a picture as a row of 28 x 28 = 784 numbers, standardised. */
    tg_input input = {0};
    check(tg_input_fit(train, TG_FEATURES_PLAIN, NULL, /* threads, 0: all */ 0, &input));

    const tg_layer layers[] = {tg_dense(128), tg_relu(), tg_dense(tg_dataset_classes(train)),
                               tg_softmax()};
    tg_device *device = NULL;
    tg_model *model = NULL;
    check(tg_device_open("cpu", /* threads, 0: all */ 0, &device));
    check(tg_model_create(device, input.size, layers, TG_COUNT(layers), /* seed */ 1, &model));
    check(tg_model_set_input(model, &input));

    /* The learning rate falls to 0 along half a cosine: large steps first, small ones to finish. */
    tg_fit_options options = tg_fit_defaults();
    options.epochs = 8;
    options.batch_size = 128;
    options.rule = tg_adamw(1e-3f);
    options.schedule = tg_schedule_cosine(0);
    options.on_epoch = print_epoch;
    check(tg_fit(model, train, NULL, &options, NULL));

    tg_metrics metrics = {0};
    check(tg_evaluate(model, test, NULL, &metrics));
    printf("\ntest accuracy %.4f\n", metrics.accuracy);

    tg_metrics_destroy(&metrics);
    tg_model_destroy(model);
    tg_device_close(device);
    tg_input_destroy(&input);
    tg_dataset_destroy(test);
    tg_dataset_destroy(train);
    return 0;
}
