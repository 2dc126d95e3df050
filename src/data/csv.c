/* SPDX-License-Identifier: MIT */
/* CSV files: columns of numbers and one of labels, which may be any text. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/csv_lines.h"
#include "data/dataset.h"
#include "data/number.h"

/* ---- The first line ---- */

/* What stands for a missing or a broken number. */
static bool is_no_number(const char *text) {
    static const char *const words[] = {"", "nan", "inf", "infinity"};
    if (*text == '-' || *text == '+') text++;
    for (size_t i = 0; i < TG_COUNT(words); i++)
        if (strcasecmp(text, words[i]) == 0) return true;
    return false;
}

/* Names, and not one number: a line with both is a sample, and refused for what is no number in it,
 * rather than lost as a header. So is a line of missing numbers alone. */
static bool is_header(const tg_csv *csv, size_t label) {
    bool names = false;
    double number = 0;
    for (size_t i = 0; i < csv->count; i++) {
        if (i == label) continue;
        if (tg_parse_number(csv->fields[i], &number)) return false;
        names = names || !is_no_number(csv->fields[i]);
    }
    return names;
}

/* The first column of this name in the first line, or their count. */
static size_t find_column(const tg_csv *csv, const char *name) {
    size_t i = 0;
    while (i < csv->count && strcmp(csv->fields[i], name) != 0) i++;
    return i;
}

/* The label column of the caller's choice: a number, where there is a column of that number, else a
 * name, and the first line is then a header. */
static tg_status find_wanted(const tg_csv *csv, const char *wanted, size_t *label, bool *header) {
    char *end = NULL;
    long number = strtol(wanted, &end, 10), count = (long)csv->count;
    if (end != wanted && !*end && number < count && number >= -count) {
        *label = (size_t)(number < 0 ? number + count : number);
        *header = is_header(csv, *label);
        return TG_OK;
    }
    size_t named = find_column(csv, wanted);
    if (named == csv->count)
        return tg_fail(TG_INVALID_ARGUMENT, "%s: line %zu: no column \"%.80s\" among %zu",
                       csv->path, csv->record_line, wanted, csv->count);
    *label = named;
    *header = true;
    return TG_OK;
}

static tg_status find_label(const tg_csv *csv, const char *wanted, size_t *label, bool *header) {
    if (wanted) return find_wanted(csv, wanted, label, header);
    static const char *const usual[] = {"label", "class", "target"};
    for (size_t i = 0; i < TG_COUNT(usual); i++) {
        size_t named = find_column(csv, usual[i]);
        if (named < csv->count && is_header(csv, named)) {
            *label = named;
            *header = true;
            return TG_OK;
        }
    }
    *label = csv->count - 1;
    *header = is_header(csv, *label);
    return TG_OK;
}

/* ---- Samples ---- */

/* A sample's label as it stands in the file. */
typedef struct csv_label {
    const char *text;
    size_t line;
} csv_label;

typedef struct csv_table {
    tg_csv csv;
    size_t columns, label; /* as in the file: the label's column counts */
    char **names;          /* of the columns, from the header; NULL: there is none */
    csv_label *labels;     /* of the samples of `dataset` */
    tg_dataset *dataset;
} csv_table;

/* Columns are counted from 1, like lines. */
static tg_status fail_at(const csv_table *table, size_t column, const char *reason) {
    char name[64] = "";
    if (table->names) snprintf(name, sizeof name, " (\"%.40s\")", table->names[column]);
    return tg_fail(TG_BAD_FORMAT, "%s: line %zu: column %zu%s: %s", table->csv.path,
                   table->csv.record_line, column + 1, name, reason);
}

static tg_status parse_value(const csv_table *table, size_t column, float *value) {
    const char *text = table->csv.fields[column], *reason = "is not a number";
    double number = 0;
    if (!*text) {
        reason = "is empty";
    } else if (tg_parse_number(text, &number)) {
        if (fabs(number) <= (double)FLT_MAX) {
            *value = (float)number;
            return TG_OK;
        }
        reason = "is too large for a 32-bit float";
    }
    /* A header with numbers among its names was taken for a sample. */
    bool first = !table->names && table->csv.record_line == 1;
    char quoted[192];
    snprintf(quoted, sizeof quoted, "\"%.40s\" %s%s", text, reason,
             first ? " (if this line is a header, choose the label's column by its name)" : "");
    return fail_at(table, column, quoted);
}

/* The record that was read last becomes sample `row`. */
static tg_status add_sample(csv_table *table, size_t row) {
    const tg_csv *csv = &table->csv;
    if (csv->count != table->columns)
        return tg_fail(TG_BAD_FORMAT, "%s: line %zu: %zu columns, expected %zu", csv->path,
                       csv->record_line, csv->count, table->columns);
    float *value = table->dataset->values + row * table->dataset->columns;
    for (size_t i = 0; i < csv->count; i++)
        if (i != table->label) TG_TRY(parse_value(table, i, value++));
    const char *label = csv->fields[table->label];
    if (!*label) return fail_at(table, table->label, "the label is empty");
    table->labels[row] = (csv_label){label, csv->record_line};
    return TG_OK;
}

/* As many samples as there can be in so much text: each has a line, and each of its fields at least
 * a character and what ends it. */
static size_t bound_samples(size_t size, size_t lines, size_t columns) {
    size_t fitting = (size + 1) / (2 * columns) + 1;
    return lines < fitting ? lines : fitting;
}

static size_t count_lines(const char *text, const char *end) {
    size_t lines = 1;
    for (; (text = memchr(text, '\n', (size_t)(end - text))); text++) lines++;
    return lines;
}

static tg_status fail_one_column(const tg_csv *csv) {
    const char *separator = strpbrk(csv->fields[0], ";\t");
    if (!separator)
        return tg_fail(TG_BAD_FORMAT, "%s: line %zu: one column; there must be values and a label",
                       csv->path, csv->record_line);
    return tg_fail(TG_BAD_FORMAT,
                   "%s: line %zu: no commas: are the fields separated by %s? Only commas are read",
                   csv->path, csv->record_line, *separator == ';' ? "semicolons" : "tabs");
}

/* The line that was read last is the header. */
static tg_status keep_names(csv_table *table) {
    table->names = tg_allocate(table->columns, sizeof *table->names);
    if (!table->names) return TG_OUT_OF_MEMORY;
    memcpy(table->names, table->csv.fields, table->columns * sizeof *table->names);
    return TG_OK;
}

static tg_status read_samples(csv_table *table, const char *label_column) {
    tg_csv *csv = &table->csv;
    size_t size = (size_t)(csv->end - csv->next), lines = count_lines(csv->next, csv->end);
    bool found = false, header = false;
    TG_TRY(tg_csv_read(csv, &found));
    if (!found) return tg_fail(TG_BAD_FORMAT, "%s: the file is empty", csv->path);
    if (csv->count < 2) return fail_one_column(csv);
    TG_TRY(find_label(csv, label_column, &table->label, &header));
    table->columns = csv->count;
    size_t most = bound_samples(size, lines, table->columns), count = 0;
    TG_TRY(
        tg_dataset_allocate(most, (tg_picture_shape){0}, table->columns - 1, 0, &table->dataset));
    table->labels = tg_allocate(most, sizeof *table->labels);
    if (!table->labels) return TG_OUT_OF_MEMORY;
    if (header) {
        TG_TRY(keep_names(table));
        TG_TRY(tg_csv_read(csv, &found));
    }
    while (found) {
        TG_TRY(add_sample(table, count++));
        TG_TRY(tg_csv_read(csv, &found));
    }
    if (count == 0) return tg_fail(TG_BAD_FORMAT, "%s: no samples behind the header", csv->path);
    table->dataset->count = count;
    return TG_OK;
}

/* ---- Labels ---- */

typedef struct csv_class {
    const char *text;
    double number;
    size_t line; /* of a sample that has it */
    int32_t label;
} csv_class;

static int compare_texts(const void *a, const void *b) {
    return strcmp(((const csv_class *)a)->text, ((const csv_class *)b)->text);
}

static int compare_numbers(const void *a, const void *b) {
    double x = ((const csv_class *)a)->number, y = ((const csv_class *)b)->number;
    return x < y ? -1 : x > y ? 1 : compare_texts(a, b);
}

/* Sorts the samples' labels by their bytes and leaves one of each; returns how many. */
static size_t make_distinct(csv_class *classes, size_t count) {
    qsort(classes, count, sizeof *classes, compare_texts);
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(classes[i].text, classes[distinct - 1].text) != 0)
            classes[distinct++] = classes[i];
    return distinct;
}

/* Numbers the classes by their numbers if all are numbers, else by their bytes, and gives the data
 * set their names. Afterwards they are again in the order of their bytes. */
static tg_status name_classes(const csv_table *table, csv_class *classes, size_t count) {
    if (count < 2)
        return tg_fail(TG_BAD_FORMAT, "%s: only one class, \"%.80s\"; there must be at least two",
                       table->csv.path, classes[0].text);
    if (count > TG_MOST_CLASSES)
        return tg_fail(TG_UNSUPPORTED,
                       "%s: %zu classes; at most %d are read: is column %zu the label's?",
                       table->csv.path, count, TG_MOST_CLASSES, table->label + 1);
    bool numbers = true;
    for (size_t i = 0; i < count; i++)
        numbers = numbers && tg_parse_number(classes[i].text, &classes[i].number);
    if (numbers) qsort(classes, count, sizeof *classes, compare_numbers);
    const char **names = tg_allocate(count, sizeof *names);
    if (!names) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++) {
        classes[i].label = (int32_t)i;
        names[i] = classes[i].text;
    }
    tg_status status = tg_within(table->csv.path,
                                 tg_dataset_set_classes(table->dataset, names, count));
    tg_release(names);
    qsort(classes, count, sizeof *classes, compare_texts);
    return status;
}

/* The same with names that are given. */
static tg_status match_classes(const csv_table *table, csv_class *classes, size_t count,
                               const tg_read_options *options) {
    TG_TRY(tg_dataset_set_classes(table->dataset, options->class_names, options->classes));
    for (size_t i = 0; i < count; i++) {
        classes[i].label = tg_find_class(options->class_names, options->classes, classes[i].text);
        if (classes[i].label < 0)
            return tg_fail(TG_BAD_FORMAT, "%s: line %zu: unknown class \"%.80s\"", table->csv.path,
                           classes[i].line, classes[i].text);
    }
    return TG_OK;
}

static tg_status set_labels(const csv_table *table, const tg_read_options *options) {
    size_t samples = table->dataset->count;
    csv_class *classes = tg_allocate(samples, sizeof *classes);
    if (!classes) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < samples; i++)
        classes[i] = (csv_class){.text = table->labels[i].text, .line = table->labels[i].line};
    size_t count = make_distinct(classes, samples);
    tg_status status = options && options->class_names
                           ? match_classes(table, classes, count, options)
                           : name_classes(table, classes, count);
    for (size_t i = 0; !status && i < samples; i++) {
        csv_class key = {.text = table->labels[i].text};
        const csv_class *found = bsearch(&key, classes, count, sizeof *classes, compare_texts);
        table->dataset->labels[i] = found->label;
    }
    tg_release(classes);
    return status;
}

/* ---- The file ---- */

static tg_status parse(const char *path, char *text, size_t size, const tg_read_options *options,
                       tg_dataset **dataset) {
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* UTF-8's byte order mark */
        text += 3;
        size -= 3;
    }
    const char *zero = memchr(text, '\0', size);
    if (zero)
        return tg_fail(TG_BAD_FORMAT,
                       "%s: byte %zu: a zero byte: this is not CSV in ASCII or UTF-8", path,
                       (size_t)(zero - text));
    csv_table table = {.csv = {.path = path, .next = text, .end = text + size, .line = 1}};
    tg_status status = read_samples(&table, options ? options->label_column : NULL);
    if (!status) status = set_labels(&table, options);
    tg_release(table.csv.fields);
    tg_release(table.names);
    tg_release(table.labels);
    return tg_dataset_finish(status, table.dataset, dataset);
}

tg_status tg_dataset_read_csv(const char *path, const tg_read_options *options,
                              tg_dataset **dataset) {
    TG_REQUIRE(path && dataset, "path or dataset is NULL");
    unsigned char *bytes = NULL;
    size_t size = 0;
    TG_TRY(tg_file_read(path, TG_MOST_DATA_BYTES, &bytes, &size));
    tg_status status = parse(path, (char *)bytes, size, options, dataset);
    tg_release(bytes);
    return status;
}
