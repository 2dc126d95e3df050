/* SPDX-License-Identifier: MIT */
/* Reading what DATA on the command line names. */
#include "data.h"

#include <stdlib.h>

#include "progress.h"

static void skipped(void *user, const char *message) {
    (void)user;
    fail("skipped: %s", message);
}

option label_option(const char **label) {
    return (option){.name = "label",
                    .argument = "COLUMN",
                    .help = "CSV: the label's column, by name or by number from 0 (default: "
                            "\"label\", \"class\" or \"target\", else the last)",
                    .text = label};
}

tg_read_options data_options(const char *label) {
    tg_read_options options = tg_read_defaults();
    options.label_column = label;
    options.threads = 0;
    options.on_skip = skipped;
    return options;
}

const char **data_class_names(const tg_dataset *dataset) {
    size_t classes = tg_dataset_classes(dataset);
    const char **names = calloc(classes + 1, sizeof *names);
    for (size_t i = 0; names && i < classes; ++i) names[i] = tg_dataset_class_name(dataset, i);
    return names;
}

tg_status data_read_like(const tg_dataset *like, const char *const *names, size_t count,
                         const tg_read_options *options, tg_dataset **dataset) {
    const char **class_names = data_class_names(like);
    if (!class_names) return TG_OUT_OF_MEMORY;
    tg_read_options same = *options;
    same.class_names = class_names;
    same.classes = tg_dataset_classes(like);
    tg_status status = data_read(names, count, &same, dataset);
    free(class_names);
    return status;
}

static tg_status read_one(const char *name, const tg_read_options *options, tg_dataset **dataset) {
    notice("reading %s ...", name);
    tg_status status = tg_dataset_read(name, options, dataset);
    notice_end();
    return status;
}

/* Puts `name`, read with the classes of *all, behind *all. */
static tg_status add(const char *name, const tg_read_options *options, tg_dataset **all) {
    tg_dataset *next = NULL, *both = NULL;
    tg_status status = data_read_like(*all, &name, 1, options, &next);
    if (!status) status = tg_dataset_concat(*all, next, &both);
    if (!status) {
        tg_dataset_destroy(*all);
        *all = both;
    }
    tg_dataset_destroy(next);
    return status;
}

tg_status data_read(const char *const *names, size_t count, const tg_read_options *options,
                    tg_dataset **dataset) {
    tg_dataset *all = NULL;
    tg_status status = read_one(names[0], options, &all);
    for (size_t i = 1; !status && i < count; ++i) status = add(names[i], options, &all);
    if (status) {
        tg_dataset_destroy(all);
        return status;
    }
    *dataset = all;
    return TG_OK;
}

tg_status data_read_for(const tg_model *model, const char *const *names, size_t count,
                        const char *label, tg_dataset **dataset) {
    tg_read_options options = data_options(label);
    const tg_input *input = tg_model_input(model);
    if (input && input->shape.height) options.shape = input->shape;
    options.classes = tg_model_classes(model);
    const char **class_names = calloc(options.classes + 1, sizeof *class_names);
    if (!class_names) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < options.classes; ++i) class_names[i] = tg_model_class_name(model, i);
    if (options.classes) options.class_names = class_names;
    tg_status status = data_read(names, count, &options, dataset);
    free(class_names);
    return status;
}
