/* SPDX-License-Identifier: MIT */
/* The report of a training as a page. Whatever a drawing shows is in a table or in words, too. */
#include <math.h>
#include <stdlib.h>

#include "chart.h"
#include "html.h"
#include "page.h"
#include "report.h"

enum { MOST_ROWS = 100, MATRIX_CLASSES = 30, MOST_UNITS = 24 };

static const char style[] =
    ":root{--box:#f2f4f7;--shade:31 95 191}\n"
    "@media(prefers-color-scheme:dark){:root{--box:#262a31;--shade:125 180 255}}\n"
    "body{margin:0 auto;padding:1rem;max-width:76rem;background:var(--back);color:var(--text);"
    "font:1rem/1.5 system-ui,sans-serif}\n"
    "h2{margin-top:2.5rem;border-bottom:1px solid var(--grid)}\n"
    ".grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr)"
    ")"
    "}\n"
    ".pairs{grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),30rem))}\n"
    ".chart{display:block;width:100%;max-width:30rem;height:auto}\n"
    ".scroll,pre{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}\n"
    "caption{text-align:left;padding:.25rem 0;font-weight:600}\n"
    "th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid var(--grid)}\n"
    "tbody th,.words td{text-align:left}.words td{overflow-wrap:anywhere}\n"
    ".matrix td{background:rgb(var(--shade)/calc(var(--s)*.45))}\n"
    ".pictures{display:flex;flex-wrap:wrap;gap:1rem;padding:0;list-style:none}\n"
    ".pictures li{max-width:8.3rem;font-size:.85rem;overflow-wrap:anywhere}\n"
    "img{display:block;image-rendering:pixelated}\n"
    "pre{padding:.75rem;background:var(--box);border-radius:8px;font-size:.85rem}\n"
    "@media(max-width:30rem){th,td{padding:.2rem .4rem}}\n"
    "summary{cursor:pointer;padding:.5rem 0}\n";

/* Reloads the page while somebody asks it to, and remembers that in its address. */
static const char watching[] =
    "<p><label><input type=\"checkbox\" id=\"watch\"/> Reload this page every 5 seconds</label></p>"
    "\n<script>\n"
    "var watch = document.getElementById(\"watch\");\n"
    "watch.checked = location.hash === \"#watch\";\n"
    "watch.onchange = function () { location.hash = watch.checked ? \"watch\" : \"\"; };\n"
    "setInterval(function () { if (watch.checked) location.reload(); }, 5000);\n"
    "</script>\n";

/* A number as people read it, and exactly, as --json prints it. */
static void number(FILE *file, double value) {
    if (isnan(value))
        fputs("–", file);
    else
        fprintf(file, "<data value=\"%.9g\">%.4f</data>", value, value);
}

static void number_cell(FILE *file, double value) {
    fputs("<td>", file);
    number(file, value);
    fputs("</td>", file);
}

static void number_row(FILE *file, const char *name, double value) {
    fprintf(file, "<tr><th scope=\"row\">%s</th>", name);
    number_cell(file, value);
    fputs("</tr>\n", file);
}

static void count_row(FILE *file, const char *name, size_t value) {
    fprintf(file, "<tr><th scope=\"row\">%s</th><td>%zu</td></tr>\n", name, value);
}

/* A table that scrolls by itself where it is too wide, also with the keyboard. */
static void open_table(FILE *file, const char *kind, const char *caption) {
    fprintf(file,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table "
            "class=\"%s\">\n<caption>%s</caption>\n",
            caption, kind, caption);
}

static void heads(FILE *file, const char *const *names, size_t count) {
    fputs("<thead><tr>", file);
    for (size_t i = 0; i < count; ++i) fprintf(file, "<th scope=\"col\">%s</th>", names[i]);
    fputs("</tr></thead>\n<tbody>\n", file);
}

static void close_table(FILE *file) {
    fputs("</tbody></table></div>\n", file);
}

/* ---- How it stands. ---- */

static const epoch_record *best_epoch(const page *own) {
    const epoch_record *best = NULL;
    for (size_t i = 0; i < own->log.count; ++i) {
        if (own->log.epochs[i].best) best = &own->log.epochs[i];
    }
    return best;
}

static void write_state(const page *own, FILE *file) {
    const size_t done = own->log.count ? own->log.epochs[own->log.count - 1].epoch : 0;
    const epoch_record *best = best_epoch(own);
    const char *const states[] = {"Training goes on", "Training is done",
                                  "Training was interrupted", "Training failed"};
    fprintf(file, "<p><strong>%s</strong>: %zu of %zu epochs.", states[own->state], done,
            own->about.fit.epochs);
    if (best) fprintf(file, " The best was epoch %zu.", best->epoch);
    if (own->state == PAGE_TRAINING) {
        fputs(" This page is written anew after each epoch, at most once a second.", file);
    }
    if (own->state == PAGE_DONE && best) fputs(" Its weights were kept.", file);
    fputs("</p>\n", file);
    if (own->state == PAGE_TRAINING) fputs(watching, file);
}

static void write_summary(const page *own, const tg_metrics *metrics, double calibration_error,
                          FILE *file) {
    char caption[96];
    const size_t done = own->log.count ? own->log.epochs[own->log.count - 1].epoch : 0;
    if (own->state == PAGE_DONE)
        snprintf(caption, sizeof caption, "The saved model on the validation data");
    else if (own->state == PAGE_INTERRUPTED)
        snprintf(caption, sizeof caption,
                 "The model when it was interrupted, on the validation data");
    else
        snprintf(caption, sizeof caption, "The model after epoch %zu on the validation data", done);
    fputs("<h2>At a glance</h2>\n", file);
    open_table(file, "", caption);
    fputs("<tbody>\n", file);
    count_row(file, "samples", metrics->samples);
    number_row(file, "loss", metrics->loss);
    number_row(file, "accuracy", metrics->accuracy);
    number_row(file, "balanced accuracy", metrics->balanced_accuracy);
    number_row(file, "expected calibration error", calibration_error);
    close_table(file);
}

/* ---- Learning curves. ---- */

static tg_status write_curves(const page *own, FILE *file) {
    curves all;
    if (!curves_create(&own->log, &all)) return TG_OUT_OF_MEMORY;
    fputs(
        "<h2>Learning curves</h2>\n<p>Training figures are means over an epoch, while the weights "
        "change; validation figures are of the weights at its end.</p>\n<div class=\"grid\">\n",
        file);
    for (size_t i = 0; i < CURVES; ++i) {
        char id[32];
        snprintf(id, sizeof id, "curve%zu", i);
        chart_svg(&all.charts[i], id, 0, file);
    }
    curves_destroy(&all);
    const size_t n = own->log.count, step = (n + MOST_ROWS - 1) / MOST_ROWS;
    char caption[64] = "Epochs";
    if (step > 1) snprintf(caption, sizeof caption, "Epochs, one in %zu, and the last", step);
    fputs("</div>\n<details><summary>The same as a table</summary>\n", file);
    open_table(file, "", caption);
    static const char *const names[] = {
        "epoch",           "training loss",       "training accuracy",
        "validation loss", "validation accuracy", "validation balanced accuracy",
        "learning rate"};
    heads(file, names, TG_COUNT(names));
    for (size_t i = 0; i < n; i += step) {
        if (i + step >= n) i = n - 1;
        const epoch_record *e = &own->log.epochs[i];
        fprintf(file, "<tr><th scope=\"row\">%zu</th>", e->epoch);
        number_cell(file, e->train_loss);
        number_cell(file, e->train_accuracy);
        number_cell(file, e->validation_loss);
        number_cell(file, e->validation_accuracy);
        number_cell(file, e->validation_balanced_accuracy);
        fprintf(file, "<td><data value=\"%.9g\">%.4g</data></td></tr>\n", e->learning_rate,
                e->learning_rate);
    }
    close_table(file);
    fputs("</details>\n", file);
    return TG_OK;
}

/* ---- Classes. ---- */

static void write_confusion(const page *own, const tg_metrics *metrics, FILE *file) {
    const tg_dataset *data = own->about.validation;
    const size_t k = metrics->classes;
    const confusion matrix = {.classes = k, .cells = metrics->confusion};
    fputs("<h2>Confusion matrix</h2>\n", file);
    if (k > MATRIX_CLASSES) {
        fprintf(file,
                "<p>That of %zu classes is in the output of <code>tigrillo evaluate --json"
                "</code>.</p>\n",
                k);
        return;
    }
    open_table(file, "matrix",
               "A row for each true class, a column for each predicted one; the stronger the "
               "colour, the more of its row");
    fputs("<thead><tr><th scope=\"col\">true class</th>", file);
    for (size_t i = 0; i < k; ++i) {
        fputs("<th scope=\"col\">", file);
        html_text(file, tg_dataset_class_name(data, i));
        fputs("</th>", file);
    }
    fputs("</tr></thead>\n<tbody>\n", file);
    for (size_t row = 0; row < k; ++row) {
        fputs("<tr><th scope=\"row\">", file);
        html_text(file, tg_dataset_class_name(data, row));
        fputs("</th>", file);
        for (size_t i = 0; i < k; ++i) {
            fprintf(file, "<td style=\"--s:%.3g\">%zu</td>", confusion_share(&matrix, row, i),
                    metrics->confusion[row * k + i]);
        }
        fputs("</tr>\n", file);
    }
    close_table(file);
}

static void write_classes(const page *own, const tg_metrics *metrics, FILE *file) {
    static const char *const names[] = {"class", "precision", "recall", "F1", "samples"};
    const size_t k = metrics->classes, shown = k < MOST_ROWS ? k : MOST_ROWS;
    char caption[64] = "Each class";
    if (shown < k) snprintf(caption, sizeof caption, "The first %zu of %zu classes", shown, k);
    fputs("<h2>Classes</h2>\n", file);
    open_table(file, "", caption);
    heads(file, names, TG_COUNT(names));
    for (size_t c = 0; c < shown; ++c) {
        size_t samples = 0;
        for (size_t i = 0; i < k; ++i) samples += metrics->confusion[c * k + i];
        fputs("<tr><th scope=\"row\">", file);
        html_text(file, tg_dataset_class_name(own->about.validation, c));
        fputs("</th>", file);
        number_cell(file, metrics->precision[c]);
        number_cell(file, metrics->recall[c]);
        number_cell(file, metrics->f1[c]);
        fprintf(file, "<td>%zu</td></tr>\n", samples);
    }
    close_table(file);
}

static void write_calibration(const calibration *made, FILE *file) {
    static const char *const names[] = {"sure from", "samples", "mean confidence", "accuracy"};
    double confidence[CALIBRATION_BINS], accuracy[CALIBRATION_BINS];
    size_t count = 0;
    for (size_t i = 0; i < CALIBRATION_BINS; ++i) {
        if (made->count[i] == 0) continue;
        confidence[count] = made->confidence[i];
        accuracy[count++] = made->accuracy[i];
    }
    const chart drawn = {.title = "Calibration",
                         .x_label = "confidence",
                         .x = confidence,
                         .count = count,
                         .series = {{"accuracy", accuracy}, {"if calibrated", confidence}},
                         .series_count = 2};
    fputs("<h2>Calibration</h2>\n<p>How often the model is right when it is so sure: of what it "
          "gives a probability of 0.8, 80&#160;% should be right. The expected calibration error "
          "is the "
          "mean distance between the two over all samples, ",
          file);
    number(file, made->error);
    fputs(".</p>\n<div class=\"grid\">\n", file);
    chart_svg(&drawn, "calibration", 0, file);
    open_table(file, "", "Samples by the confidence of the answer");
    heads(file, names, TG_COUNT(names));
    for (size_t i = 0; i < CALIBRATION_BINS; ++i) {
        if (made->count[i] == 0) continue;
        fprintf(file, "<tr><th scope=\"row\">%.1f</th><td>%zu</td>", (double)i / CALIBRATION_BINS,
                made->count[i]);
        number_cell(file, made->confidence[i]);
        number_cell(file, made->accuracy[i]);
        fputs("</tr>\n", file);
    }
    close_table(file);
    fputs("</div>\n", file);
}

/* ---- Weights. ---- */

static void write_spread_row(size_t layer, const char *what, const histogram *of, FILE *file) {
    fprintf(file,
            "<tr><th scope=\"row\">%zu, %s</th><td>%zu</td><td>%.4g</td><td>%.4g</td><td>%.4g</td>"
            "<td>%zu</td></tr>\n",
            layer, what, of->count, of->mean, of->deviation, of->largest, of->zeros);
}

static void write_spread(const page *own, FILE *file) {
    static const char *const names[] = {"layer",        "values",      "mean", "standard deviation",
                                        "largest size", "exactly zero"};
    const histograms *spread = &own->spread;
    fprintf(
        file,
        "<h2>Weights and gradients</h2>\n<p>How the weights of each dense layer spread, and the "
        "sizes of the loss’s gradients by them, epoch by epoch: the stronger the colour, the more "
        "of them, against the fullest bin of the epoch. Gradients are those of "
        "%zu training samples, always the same, not augmented and with the same dropout, after the "
        "epoch; what is below 1e-10 is in the lowest row.",
        spread->samples);
    if (spread->stride > 1) fprintf(file, " One epoch in %zu is shown.", spread->stride);
    fputs("</p>\n<div class=\"grid pairs\">\n", file);
    for (size_t l = 0; l < spread->layers; ++l) {
        char id[32];
        snprintf(id, sizeof id, "weights%zu", l);
        histograms_svg(spread, l, false, id, file);
        snprintf(id, sizeof id, "gradients%zu", l);
        histograms_svg(spread, l, true, id, file);
    }
    char caption[48];
    snprintf(caption, sizeof caption, "After epoch %zu", spread->epoch[spread->epochs - 1]);
    fputs("</div>\n", file);
    open_table(file, "", caption);
    heads(file, names, TG_COUNT(names));
    for (size_t l = 0; l < spread->layers; ++l) {
        write_spread_row(spread->layer[l], "weights", &spread->weights[l], file);
        write_spread_row(spread->layer[l], "gradients", &spread->gradients[l], file);
    }
    close_table(file);
}

/* The weights of a unit as a picture: 0 is grey, the largest size black or white. */
static tg_status write_unit(const float *weights, size_t unit, tg_picture_shape shape, FILE *file) {
    const size_t size = tg_picture_size(shape);
    float *values = calloc(size, sizeof *values);
    if (!values) return TG_OUT_OF_MEMORY;
    float largest = 1e-30f;
    for (size_t i = 0; i < size; ++i) largest = fmaxf(largest, fabsf(weights[i]));
    for (size_t i = 0; i < size; ++i) values[i] = 0.5f + 0.5f * weights[i] / largest;
    char about[48];
    snprintf(about, sizeof about, "the weights of unit %zu", unit);
    fputs("<li>", file);
    const bool whole = html_picture(file, values, shape, about);
    fprintf(file, "unit %zu</li>\n", unit);
    free(values);
    return whole ? TG_OK : TG_OUT_OF_MEMORY;
}

static tg_status write_first_layer(const page *own, FILE *file) {
    const tg_input *input = tg_model_input(own->about.model);
    tg_tensor weight;
    if (!input || !input->shape.height || input->features != TG_FEATURES_PLAIN) return TG_OK;
    tg_status status = tg_model_weight(own->about.model, 0, &weight);
    if (status) return status;
    const size_t units = tg_tensor_rows(&weight);
    const size_t shown = units < MOST_UNITS ? units : MOST_UNITS;
    float *values = calloc(weight.count, sizeof *values);
    status = values ? tg_tensor_read(&weight, values, weight.count) : TG_OUT_OF_MEMORY;
    fprintf(
        file,
        "<h2>The first layer</h2>\n<p>What each unit looks for: its weights as a picture, light "
        "where they are positive, dark where they are negative, each unit by its own largest. "
        "%zu of %zu units.</p>\n<ul class=\"pictures\">\n",
        shown, units);
    for (size_t i = 0; !status && i < shown; ++i) {
        status = write_unit(values + i * tg_tensor_columns(&weight), i, input->shape, file);
    }
    fputs("</ul>\n", file);
    free(values);
    return status;
}

/* ---- Predictions. ---- */

static tg_status write_sample(const page *own, const predictions *predicted, size_t sample,
                              FILE *file) {
    const tg_dataset *data = own->about.validation;
    const tg_picture_shape shape = tg_dataset_shape(data);
    tg_status status = TG_OK;
    fputs("<li>", file);
    if (shape.height) {
        char about[48];
        tg_tensor pixels = {0};
        snprintf(about, sizeof about, "sample %zu of the validation data", sample);
        status = tg_matrix_create(tg_cpu(), 1, tg_picture_size(shape), &pixels);
        if (!status)
            status = tg_dataset_batch(data, NULL, NULL, 0, 0, &sample, 1, 1, &pixels, NULL);
        if (!status && !html_picture(file, tg_tensor_data(&pixels), shape, about))
            status = TG_OUT_OF_MEMORY;
        tg_tensor_destroy(&pixels);
    }
    const int32_t label = tg_dataset_labels(data)[sample], said = predicted->predicted[sample];
    fprintf(file, "sample %zu: ", sample);
    html_text(file, tg_dataset_class_name(data, (size_t)label));
    fprintf(file, ", %.1f&#160;%%", 100 * (double)predicted->right[sample]);
    if (said != label) {
        fputs("; taken for ", file);
        html_text(file, tg_dataset_class_name(data, (size_t)said));
        fprintf(file, ", %.1f&#160;%%", 100 * (double)predicted->confidence[sample]);
    }
    fputs("</li>\n", file);
    return status;
}

static tg_status write_extreme(const page *own, const predictions *predicted, bool best,
                               FILE *file) {
    size_t samples[MOST_SHOWN];
    const size_t count = predictions_extreme(predicted, best, samples);
    tg_status status = TG_OK;
    if (count == 0) return TG_OK;
    fprintf(file, "<h3>%s</h3>\n<ul class=\"pictures\">\n", best ? "The best" : "The worst");
    for (size_t i = 0; !status && i < count; ++i) {
        status = write_sample(own, predicted, samples[i], file);
    }
    fputs("</ul>\n", file);
    return status;
}

static tg_status write_predictions(const page *own, const predictions *predicted, FILE *file) {
    fputs("<h2>Predictions</h2>\n<p>The validation samples, counted from 0, whose right class got "
          "the least probability, and those for which it got the most; with that "
          "probability.</p>\n",
          file);
    const tg_status status = write_extreme(own, predicted, false, file);
    return status ? status : write_extreme(own, predicted, true, file);
}

/* ---- The configuration. ---- */

static void write_option(const option *entry, FILE *file) {
    fprintf(file, "<tr><th scope=\"row\">--%s</th><td>", entry->name);
    if (entry->flag) fputs(*entry->flag ? "yes" : "no", file);
    if (entry->text) html_text(file, *entry->text ? *entry->text : "–");
    if (entry->choice) fputs(entry->choices[*entry->choice], file);
    if (entry->count) fprintf(file, "%llu", (unsigned long long)*entry->count);
    if (entry->number && isnan(*entry->number)) fputs("–", file);
    if (entry->number && !isnan(*entry->number)) fprintf(file, "%.9g", *entry->number);
    for (size_t i = 0; entry->texts && i < entry->texts->count; ++i) {
        if (i) fputs(", ", file);
        html_text(file, entry->texts->items[i]);
    }
    fputs("</td></tr>\n", file);
}

static void text_row(FILE *file, const char *name, const char *text) {
    fprintf(file, "<tr><th scope=\"row\">%s</th><td>", name);
    html_text(file, text);
    fputs("</td></tr>\n", file);
}

static tg_status write_configuration(const page *own, FILE *file) {
    const page_subject *about = &own->about;
    const tg_device *device = tg_model_device(about->model);
    fputs("<h2>Configuration</h2>\n<div class=\"grid\">\n", file);
    open_table(file, "words", "Options");
    fputs("<tbody>\n", file);
    for (size_t i = 0; i < about->option_count; ++i) write_option(&about->options[i], file);
    close_table(file);
    open_table(file, "words", "What they came to");
    fputs("<tbody>\n", file);
    for (size_t i = 0; i < about->line->argument_count; ++i) {
        text_row(file, "data", about->line->arguments[i]);
    }
    count_row(file, "training samples", tg_dataset_count(about->train));
    count_row(file, "validation samples", tg_dataset_count(about->validation));
    count_row(file, "classes", tg_dataset_classes(about->train));
    fprintf(file,
            "<tr><th scope=\"row\">learning rate</th><td>%.6g</td></tr>\n<tr><th scope=\"row\">"
            "weight decay</th><td>%.6g</td></tr>\n",
            (double)about->fit.rule.learning_rate, (double)about->fit.rule.weight_decay);
    text_row(file, "device", tg_device_name(device));
    text_row(file, "instructions", tg_device_instructions(device));
    count_row(file, "threads", (size_t)tg_device_threads(device));
    text_row(file, "tigrillo", tg_version());
    text_row(file, "built with", tg_components());
    close_table(file);
    fputs("</div>\n<h3>Layers</h3>\n<pre tabindex=\"0\">", file);
    const size_t size = tg_model_summary(about->model, NULL, 0) + 1;
    char *text = malloc(size);
    if (!text) return TG_OUT_OF_MEMORY;
    tg_model_summary(about->model, text, size);
    html_text(file, text);
    free(text);
    fputs("</pre>\n", file);
    return TG_OK;
}

tg_status page_html(const page *own, const tg_metrics *metrics, const predictions *predicted,
                    FILE *file) {
    fprintf(file,
            PAGE_START "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta "
                       "name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
                       "<title>Training report</title>\n<style>\n%s%s</style>\n</head>\n<body>\n"
                       "<main>\n<h1>Training report</h1>\n",
            chart_style, style);
    write_state(own, file);
    tg_status status = TG_OK;
    const calibration made = predicted ? calibrate(predicted, own->about.validation)
                                       : (calibration){0};
    if (predicted) write_summary(own, metrics, made.error, file);
    if (own->log.count > 0) status = write_curves(own, file);
    if (predicted) {
        write_confusion(own, metrics, file);
        write_classes(own, metrics, file);
        write_calibration(&made, file);
    }
    if (own->spread.epochs > 0) write_spread(own, file);
    if (predicted && !status) status = write_first_layer(own, file);
    if (predicted && !status) status = write_predictions(own, predicted, file);
    if (!status) status = write_configuration(own, file);
    fputs("</main>\n</body>\n</html>\n", file);
    return status;
}
