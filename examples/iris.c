/* SPDX-License-Identifier: MIT */
/* A classifier for one's own table: 150 flowers of three species, each with four measurements, from
 * a CSV file (Fisher: "The Use of Multiple Measurements in Taxonomic Problems", 1936).
 *
 *     iris FILE.csv [NUMBER...]
 *
 * for example: iris examples/iris.csv 6.3 2.9 5.6 1.8. The numbers are one more row, without its
 * label, that the network names at the end. */
#include "common.h"

/* Numbers -> standardised as the model wants them -> probabilities. */
static void name_flower(const tg_model *model, const tg_dataset *flowers, char **numbers) {
    tg_tensor x, y;
    check(tg_matrix_create(tg_cpu(), 1, tg_model_inputs(model), &x));
    check(tg_matrix_create(tg_cpu(), 1, tg_model_outputs(model), &y));
    float *row = tg_tensor_data(&x);
    for (size_t i = 0; i < x.count; ++i) row[i] = strtof(numbers[i], NULL);
    check(tg_input_apply_row(tg_model_input(model), row, row));
    check(tg_model_predict(model, &x, &y));
    puts("\nOne more flower");
    for (size_t i = 0; i < y.count; ++i) {
        printf("%s %.3f\n", tg_dataset_class_name(flowers, i), (double)tg_tensor_data(&y)[i]);
    }
    tg_tensor_destroy(&x);
    tg_tensor_destroy(&y);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE.csv [NUMBER...]\n", argv[0]);
        return 2;
    }

    /* The last column is the species, all others are numbers. Three flowers of ten are set aside to
     * judge the network by: it must do well on flowers that it has never seen. */
    tg_dataset *flowers = NULL, *train = NULL, *test = NULL;
    check(tg_dataset_read_csv(argv[1], NULL, &flowers));
    if (argc > 2 && (size_t)argc - 2 != tg_dataset_columns(flowers)) {
        fprintf(stderr, "a row has %zu numbers\n", tg_dataset_columns(flowers));
        return 2;
    }
    check(tg_dataset_split(flowers, 0.3, /* seed */ 1, &train, &test));
    printf("%zu flowers to learn from, %zu to be judged by, %zu species\n\n",
           tg_dataset_count(train), tg_dataset_count(test), tg_dataset_classes(flowers));

    /* Each column is standardised, (value - mean) / deviation, so that none counts more because of
     * its unit. The statistics are those of the training part: of the others we know nothing. */
    tg_input input = {0};
    check(tg_input_fit(train, TG_FEATURES_PLAIN, NULL, /* threads */ 1, &input));
    for (size_t i = 0; i < input.size; ++i) {
        printf("column %zu: mean %.2f cm, deviation %.2f cm\n", i, (double)input.mean[i],
               (double)input.deviation[i]);
    }

    const tg_layer layers[] = {tg_dense(16), tg_relu(), tg_dense(tg_dataset_classes(flowers)),
                               tg_softmax()};
    tg_model *model = NULL;
    check(tg_model_create(tg_cpu(), input.size, layers, TG_COUNT(layers), /* seed */ 1, &model));
    check(tg_model_set_input(model, &input));

    /* 105 flowers in batches of 16 are 7 steps an epoch. */
    tg_fit_options options = tg_fit_defaults();
    options.epochs = 60;
    options.batch_size = 16;
    options.rule = tg_adamw(0.01f);
    tg_history history = {0};
    check(tg_fit(model, train, NULL, &options, &history));
    putchar('\n');
    for (size_t i = 9; i < history.count; i += 10) {
        printf("epoch %2zu  loss %.4f  accuracy %.3f\n", i + 1, history.epochs[i].train_loss,
               history.epochs[i].train_accuracy);
    }

    tg_metrics metrics = {0};
    check(tg_evaluate(model, test, NULL, &metrics));
    puts("\nOn the flowers set aside (rows: true, columns: predicted)\n");
    print_confusion(&metrics, test);
    printf("\naccuracy %.3f\n", metrics.accuracy);

    if (argc > 2) name_flower(model, flowers, argv + 2);

    tg_metrics_destroy(&metrics);
    tg_history_destroy(&history);
    tg_model_destroy(model);
    tg_input_destroy(&input);
    tg_dataset_destroy(test);
    tg_dataset_destroy(train);
    tg_dataset_destroy(flowers);
    return 0;
}
