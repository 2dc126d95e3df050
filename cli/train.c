/* SPDX-License-Identifier: MIT */
/* tigrillo train: trains a model on labelled data and saves it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "device.h"
#include "log.h"
#include "out.h"
#include "page.h"
#include "progress.h"
#include "report.h"
#include "settings.h"

/* Set by Ctrl-C; a signal handler reaches nothing but such a variable. */
static volatile sig_atomic_t interrupted;

static void interrupt(int signal) {
    (void)signal;
    interrupted = 1;
}

/* From here on the first Ctrl-C asks training to stop and the second one ends the program. A
 * program that was started with Ctrl-C ignored (nohup, a script's background) goes on ignoring it.
 */
static void catch_interrupt(void) {
    struct sigaction before,
        action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler == SIG_IGN) return;
    sigaction(SIGINT, &action, NULL);
}

/* Who is told how training goes. */
typedef struct watchers {
    progress bar;
    const char *log_path;
    int log; /* -1: none, or it cannot be written any more */
    bool failed;
    page page;
} watchers;

static bool on_step(void *user, const tg_step_report *report) {
    watchers *all = user;
    progress_step(&all->bar, report);
    return !interrupted;
}

/* Training goes on without what cannot be written. */
static bool on_epoch(void *user, const tg_epoch_report *report) {
    watchers *all = user;
    progress_epoch(&all->bar, report);
    const epoch_record record = log_record(report);
    if (all->log >= 0 && !log_write(all->log, &record)) {
        fail("%s: %s", all->log_path, strerror(errno));
        close(all->log);
        all->log = -1;
        all->failed = true;
    }
    page_epoch(&all->page, report);
    return !interrupted;
}

/* Everything of one training, owned. */
typedef struct training {
    tg_device *device;
    tg_dataset *train, *validation;
    tg_input input;
    tg_model *model;
    tg_layer layers[MAX_HIDDEN_LAYERS + 2];
    size_t layer_count;
    tg_history history;
    tg_metrics metrics;
    char checkpoint[PATH_MAX];
} training;

static void training_end(training *own) {
    tg_metrics_destroy(&own->metrics);
    tg_history_destroy(&own->history);
    tg_model_destroy(own->model);
    tg_input_destroy(&own->input);
    tg_dataset_destroy(own->validation);
    tg_dataset_destroy(own->train);
    tg_device_close(own->device);
}

static tg_status read_data(training *own, const settings *set, const command_line *line) {
    tg_read_options options = data_options(set->label);
    options.shape = settings_shape(set);
    options.threads = (int)set->threads;
    tg_dataset *all = NULL;
    tg_status status = data_read(line->arguments, line->argument_count, &options, &all);
    if (status) return status;
    if (set->validation.count == 0) {
        status = tg_dataset_split(all, 0.1, set->seed, &own->train, &own->validation);
        tg_dataset_destroy(all);
        return status;
    }
    own->train = all;
    return data_read_like(all, set->validation.items, set->validation.count, &options,
                          &own->validation);
}

/* The model, untrained, with its input and classes. */
static tg_status build(training *own, const settings *set) {
    size_t classes = tg_dataset_classes(own->train);
    own->layers[own->layer_count++] = tg_dense(classes);
    own->layers[own->layer_count++] = tg_softmax();
    const char **names = data_class_names(own->train);
    tg_status status = names ? TG_OK : TG_OUT_OF_MEMORY;
    if (!status) {
        notice("looking over the training data ...");
        status = tg_input_fit(own->train, settings_features(set), NULL, (int)set->threads,
                              &own->input);
        notice_end();
    }
    if (!status) {
        status = tg_model_create(own->device, own->input.size, own->layers, own->layer_count,
                                 set->seed, &own->model);
    }
    if (!status) status = tg_model_set_input(own->model, &own->input);
    if (!status) status = tg_model_set_classes(own->model, names, classes);
    free(names);
    return status;
}

static tg_status fit(training *own, const settings *set, watchers *all) {
    all->bar = progress_start((size_t)set->epochs);
    tg_fit_options options = settings_fit(set);
    options.checkpoint = own->checkpoint;
    options.resume = set->resume;
    options.on_step = on_step;
    options.report_every = 50; /* of a GPU, which so is not waited for after each */
    options.on_epoch = on_epoch;
    options.user = all;
    catch_interrupt();
    tg_status status = tg_fit(own->model, own->train, own->validation, &options, &own->history);
    progress_clear(&all->bar);
    return status;
}

/* After Ctrl-C: what there is, and how to go on. */
static int save_interrupted(const training *own, const settings *set) {
    int code = finish(tg_model_save(own->model, set->out));
    if (code != DONE) return code;
    fail("interrupted; the model as it is now is in %s", set->out);
    fprintf(stderr, "to go on, give the same command with --resume %s\n", own->checkpoint);
    return INTERRUPTED;
}

/* After a loss that was not finite, this training's weights are of no use; those after the last
 * epoch that went well may be on the disk. */
static int report_not_finite(const training *own) {
    const tg_history *history = &own->history;
    int code = finish(TG_NOT_FINITE);
    if (history->count > 0 && access(own->checkpoint, F_OK) == 0) {
        fprintf(stderr, "the model after epoch %zu, the last good one, is in %s\n",
                history->epochs[history->count - 1].epoch + 1, own->checkpoint);
    }
    return code;
}

/* Saves the model, tells how good it is, and where it is. */
static int save_trained(training *own, const settings *set) {
    tg_status status = tg_model_save(own->model, set->out);
    if (status) return finish(status);
    remove(own->checkpoint); /* nothing is left to go on with */
    notice("evaluating ...");
    status = tg_evaluate(own->model, own->validation, NULL, &own->metrics);
    notice_end();
    if (status) return finish(status);
    if (own->history.stopped_early) {
        fprintf(stderr, "stopped early: no epoch was better than epoch %zu\n",
                own->history.epochs[own->history.best_epoch].epoch + 1);
    }
    puts("On the validation data:");
    report_print(&own->metrics, own->validation);
    printf("\nsaved in %s\n", set->out);
    return DONE;
}

/* Whether the files beside the model can be written, before there is anything to write. */
static int check_beside(const settings *set, const char *checkpoint) {
    page_files report = {"", ""};
    int code = set->report ? page_files_of(set->report, &report) : PARSED;
    if (code != PARSED) return code;
    const char *const names[] = {set->out, checkpoint, set->log, set->report,
                                 set->report ? report.part : NULL};
    for (size_t i = 0; i < TG_COUNT(names); ++i) {
        for (size_t j = 0; j < i; ++j) {
            if (names[i] && names[j] && out_same(names[i], names[j])) {
                return fail("%s: cannot be two files at once", names[i]);
            }
        }
    }
    if (set->log) code = out_check_beside(set->log, LOG_START, "a log");
    if (code == PARSED && set->report) {
        code = out_check_beside(set->report, PAGE_START, "a report");
        if (code == PARSED) code = out_check_beside(report.part, PAGE_START, "a report");
    }
    return code;
}

/* A resumed training adds to its log. */
static int open_log(const settings *set, watchers *all) {
    if (!set->log) return PARSED;
    all->log_path = set->log;
    all->log = log_open(set->log, set->resume);
    return all->log >= 0 ? PARSED : fail("%s: %s", set->log, strerror(errno));
}

static int open_page(const training *own, const settings *set, const command_line *line,
                     const option *options, watchers *all) {
    const page_subject about = {.model = own->model,
                                .train = own->train,
                                .validation = own->validation,
                                .line = line,
                                .options = options,
                                .option_count = TRAIN_OPTIONS,
                                .fit = settings_fit(set)};
    return page_open(&all->page, set->report, &about);
}

static int fit_and_save(training *own, const settings *set, watchers *all) {
    const tg_status status = fit(own, set, all);
    const int code = status == TG_OK           ? save_trained(own, set)
                     : status == TG_CANCELLED  ? save_interrupted(own, set)
                     : status == TG_NOT_FINITE ? report_not_finite(own)
                                               : finish(status);
    const page_state state = status == TG_CANCELLED ? PAGE_INTERRUPTED
                             : code == DONE         ? PAGE_DONE
                                                    : PAGE_FAILED;
    page_finish(&all->page, state, &own->history, code == DONE ? &own->metrics : NULL);
    return code;
}

static int train(const command *self, const settings *set, const command_line *line,
                 const option *options) {
    training own = {0};
    watchers all = {.log = -1};
    int code = out_check(self, set->out, line, &set->validation, own.checkpoint);
    if (code == PARSED) code = settings_hidden(self, set, own.layers, &own.layer_count);
    if (code == PARSED) code = check_beside(set, own.checkpoint);
    if (code == PARSED) {
        tg_status status = device_open(set->device, (int)set->threads, &own.device);
        if (!status) status = read_data(&own, set, line);
        if (!status) status = build(&own, set);
        if (status) code = finish(status);
    }
    if (code == PARSED) code = open_log(set, &all);
    if (code == PARSED) code = open_page(&own, set, line, options, &all);
    if (code == PARSED) code = fit_and_save(&own, set, &all);
    if (code == DONE && (all.failed || all.page.failed)) code = FAILED; /* which was told */
    if (all.log >= 0) close(all.log);
    page_close(&all.page);
    training_end(&own);
    return code;
}

static int run(const command *self, int argc, char **argv) {
    settings set = settings_defaults();
    option options[TRAIN_OPTIONS];
    settings_options(&set, options);
    command_line line;
    int code = command_line_parse(&line, self, argc, argv, options, TG_COUNT(options));
    if (code == PARSED) code = train(self, &set, &line, options);
    command_line_end(&line);
    return code;
}

const command train_command = {
    "train",
    "DATA... --out MODEL",
    "trains a model on labelled data",
    "Trains a network on DATA (`tigrillo --help` tells what that can be; several count as one, "
    "with\n"
    "the classes of the first) and saves it in MODEL. After each epoch, and when Ctrl-C ends the\n"
    "training, everything that is needed to go on is in MODEL.checkpoint.",
    1,
    SIZE_MAX,
    run};
