/* SPDX-License-Identifier: MIT */
/* From a folder of pictures to a saved, reloaded classifier.
 *
 *     animals FOLDER MODEL [PICTURE...]
 *
 * trains on FOLDER/train, which has a subfolder with pictures for each class, judges the network on
 * FOLDER/val, saves it as MODEL, reads it back and says what it sees in the PICTUREs. */
#include "../common.h"

/* Memory, or the end of the program. */
static void *need(void *memory) {
    if (memory) return memory;
    fputs("error: out of memory\n", stderr);
    exit(EXIT_FAILURE);
}

static void report_skipped(void *user, const char *message) {
    (void)user;
    fprintf(stderr, "skipped: %s\n", message);
}

/* FOLDER/NAME as a data set. Files that cannot be read are left out, and reported. */
static tg_dataset *read_folder(const char *folder, const char *name) {
    char path[4096];
    tg_read_options options = tg_read_defaults(); /* 32 x 32 pixels, in colour */
    options.on_skip = report_skipped;
    tg_dataset *dataset = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    check(tg_dataset_read_folder(path, &options, &dataset));
    return dataset;
}

static bool print_epoch(void *user, const tg_epoch_report *report) {
    (void)user;
    printf("epoch %2zu  loss %.4f  validation: loss %.4f, balanced accuracy %.4f\n",
           report->epoch + 1, report->train_loss, report->validation.loss,
           report->validation.balanced_accuracy);
    fflush(stdout);
    return true; /* go on */
}

/* A network without convolutions does not see by itself that a stripe is a stripe wherever it is.
 * Histograms of oriented gradients tell it: for each small square of the picture, how strong the
 * edges of each direction are. The description of this step goes into the model file with the
 * weights, so that whoever reads it needs nothing else. */
static tg_model *train(tg_device *device, const tg_dataset *pictures,
                       const tg_dataset *validation) {
    size_t classes = tg_dataset_classes(pictures);
    const char **names = need(calloc(classes, sizeof *names));
    for (size_t i = 0; i < classes; ++i) names[i] = tg_dataset_class_name(pictures, i);

    tg_input input = {0};
    check(tg_input_fit(pictures, TG_FEATURES_HOG, NULL, /* threads, 0: all */ 0, &input));
    const tg_layer layers[] = {tg_dense(512), tg_relu(), tg_dropout(0.3f), tg_dense(classes),
                               tg_softmax()};
    tg_model *model = NULL;
    check(tg_model_create(device, input.size, layers, TG_COUNT(layers), /* seed */ 1, &model));
    check(tg_model_set_input(model, &input));
    check(tg_model_set_classes(model, names, classes));

    /* Pictures are mirrored and shifted at random each time they are seen, rare classes count more,
     * the weights of the best epoch are kept, and eight epochs without a better one are enough. */
    tg_fit_options options = tg_fit_defaults();
    options.epochs = 30;
    options.batch_size = 128;
    options.rule = tg_adamw(1e-3f);
    options.schedule = tg_schedule_cosine(0);
    options.augmentation = (tg_augmentation){.mirror = true, .shift = 2};
    options.balance_classes = true;
    options.monitor = TG_MONITOR_BALANCED_ACCURACY;
    options.keep_best = true;
    options.patience = 8;
    options.on_epoch = print_epoch;
    check(tg_fit(model, pictures, validation, &options, NULL));
    tg_input_destroy(&input);
    free(names);
    return model;
}

static void evaluate(const tg_model *model, const tg_dataset *validation) {
    tg_metrics metrics = {0};
    check(tg_evaluate(model, validation, NULL, &metrics));
    puts("\nOn the validation pictures (rows: true, columns: predicted)\n");
    print_confusion(&metrics, validation);
    printf("\naccuracy %.4f, balanced accuracy %.4f\n", metrics.accuracy,
           metrics.balanced_accuracy);
    tg_metrics_destroy(&metrics);
}

/* File -> pixels -> features -> probabilities. */
static void classify(const tg_model *model, const char *path) {
    const tg_input *input = tg_model_input(model);
    uint8_t *pixels = need(malloc(tg_picture_size(input->shape)));
    tg_tensor x, y;
    check(tg_matrix_create(tg_cpu(), 1, tg_model_inputs(model), &x));
    check(tg_matrix_create(tg_cpu(), 1, tg_model_outputs(model), &y));
    check(tg_picture_read(path, input->shape, pixels));
    check(tg_input_apply(input, pixels, tg_tensor_data(&x)));
    check(tg_model_predict(model, &x, &y));
    printf("%s:", path);
    for (size_t i = 0; i < tg_model_classes(model); ++i) {
        printf(" %s %.3f", tg_model_class_name(model, i), (double)tg_tensor_data(&y)[i]);
    }
    putchar('\n');
    tg_tensor_destroy(&x);
    tg_tensor_destroy(&y);
    free(pixels);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: %s FOLDER MODEL [PICTURE...]\n", argv[0]);
        return 2;
    }
    tg_dataset *pictures = read_folder(argv[1], "train");
    tg_dataset *validation = read_folder(argv[1], "val");
    tg_device *device = NULL;
    check(tg_device_open("cpu", /* threads, 0: all */ 0, &device));

    tg_model *model = train(device, pictures, validation);
    check(tg_model_save(model, argv[2]));
    tg_model_destroy(model);

    check(tg_model_load(tg_cpu(), argv[2], &model));
    evaluate(model, validation);
    if (argc > 3) putchar('\n');
    for (int i = 3; i < argc; ++i) classify(model, argv[i]);

    tg_model_destroy(model);
    tg_device_close(device);
    tg_dataset_destroy(validation);
    tg_dataset_destroy(pictures);
    return 0;
}
