/* SPDX-License-Identifier: MIT */
/* A folder with a subfolder of pictures per class. First all files are listed, then decoded in
 * parallel, each straight into its place in the data set; last the places of the unreadable ones
 * are closed up. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/status.h"
#include "base/workers.h"
#include "data/dataset.h"
#include "data/listing.h"
#include "data/picture.h"

/* ---- The list of files ---- */

typedef struct picture_file {
    char *path;
    int32_t label;
    tg_status status;
    char *message; /* why it cannot be read */
} picture_file;

typedef struct picture_list {
    picture_file *files;
    size_t count, capacity;
    size_t left_out; /* other files and folders beside them */
} picture_list;

static void destroy_list(picture_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        tg_release(list->files[i].path);
        tg_release(list->files[i].message);
    }
    tg_release(list->files);
}

static bool is_picture_name(const char *name) {
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".bmp"};
    size_t length = strlen(name);
    for (size_t i = 0; i < TG_COUNT(endings); i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcasecmp(name + length - ending, endings[i]) == 0) return true;
    }
    return false;
}

static tg_status add_file(picture_list *list, const char *folder, const char *name, int32_t label) {
    void *grown = tg_grow(list->files, sizeof *list->files, list->count, &list->capacity);
    if (!grown) return TG_OUT_OF_MEMORY;
    list->files = grown;
    char *path = tg_join_path(folder, name);
    if (!path) return TG_OUT_OF_MEMORY;
    list->files[list->count++] = (picture_file){.path = path, .label = label};
    return TG_OK;
}

/* What is in the folder of a class. */
typedef struct class_folder {
    const char *path;
    tg_listing subfolders, files;
    size_t others;     /* files that are no pictures by their names */
    const char *other; /* one of them */
} class_folder;

/* Nothing is left out silently; but it is one message a folder, not thousands. */
static tg_status report_left_out(const class_folder *folder, const tg_read_options *options) {
    size_t files = folder->others, folders = folder->subfolders.count;
    if (!options->on_skip || files + folders == 0) return TG_OK;
    char what[2][512] = {"", ""};
    if (files > 0)
        snprintf(what[0], sizeof what[0], "%zu %s not PNG, JPEG or BMP by %s (such as %s)", files,
                 files == 1 ? "file is" : "files are", files == 1 ? "its name" : "their names",
                 folder->other);
    if (folders > 0)
        snprintf(what[1], sizeof what[1], "%zu %s not looked into (such as %s)", folders,
                 folders == 1 ? "folder is" : "folders are", folder->subfolders.names[0]);
    size_t size = strlen(folder->path) + sizeof what;
    char *message = tg_allocate(size, 1);
    if (!message) return TG_OUT_OF_MEMORY;
    snprintf(message, size, "%s: %s%s%s", folder->path, what[0], files && folders ? ", " : "",
             what[1]);
    options->on_skip(options->user, message);
    tg_release(message);
    return TG_OK;
}

static void close_class(class_folder *folder) {
    tg_listing_destroy(&folder->subfolders);
    tg_listing_destroy(&folder->files);
}

/* A folder of folders is refused: it is probably one floor too high that the user points. */
static tg_status open_class(const char *path, class_folder *folder) {
    class_folder made = {.path = path};
    TG_TRY(tg_listing_read(path, &made.subfolders, &made.files));
    for (size_t i = 0; i < made.files.count; i++) {
        if (is_picture_name(made.files.names[i])) continue;
        if (made.others++ == 0) made.other = made.files.names[i];
    }
    if (made.others == made.files.count && made.subfolders.count > 0) {
        close_class(&made);
        return tg_fail(TG_BAD_FORMAT, "%s holds folders, not pictures: is %s meant?", path, path);
    }
    *folder = made;
    return TG_OK;
}

static tg_status add_files(picture_list *list, const class_folder *folder, int32_t label) {
    for (size_t i = 0; i < folder->files.count; i++)
        if (is_picture_name(folder->files.names[i]))
            TG_TRY(add_file(list, folder->path, folder->files.names[i], label));
    return TG_OK;
}

/* The folder is that of class `name` or, with label -1, of no class. */
static tg_status list_class(picture_list *list, const char *path, const char *name, int32_t label,
                            const tg_read_options *options) {
    class_folder folder = {0};
    TG_TRY(open_class(path, &folder));
    tg_status status = TG_OK;
    if (label < 0)
        status = tg_fail(TG_BAD_FORMAT, "%s: unknown class \"%.80s\"", path, name);
    else if (folder.others == folder.files.count)
        status = tg_fail(TG_BAD_FORMAT, "%s: no PNG, JPEG or BMP files in the folder of this class",
                         path);
    if (!status) status = report_left_out(&folder, options);
    if (!status) status = add_files(list, &folder, label);
    list->left_out += folder.others + folder.subfolders.count;
    close_class(&folder);
    return status;
}

static tg_status list_files(const char *path, const tg_listing *classes,
                            const tg_read_options *options, picture_list *list) {
    for (size_t i = 0; i < classes->count; i++) {
        int32_t label = (int32_t)i;
        if (options->class_names)
            label = tg_find_class(options->class_names, options->classes, classes->names[i]);
        char *folder = tg_join_path(path, classes->names[i]);
        if (!folder) return TG_OUT_OF_MEMORY;
        tg_status status = list_class(list, folder, classes->names[i], label, options);
        tg_release(folder);
        TG_TRY(status);
    }
    return TG_OK;
}

/* ---- Decoding ---- */

typedef struct decoding {
    const picture_list *list;
    tg_dataset *dataset;
    size_t parts;
} decoding;

static tg_status decode_file(const picture_file *file, tg_picture_shape shape, uint8_t *pixels) {
    /* A pipe would be waited for. */
    struct stat info;
    if (stat(file->path, &info) == 0 && !S_ISREG(info.st_mode))
        return tg_fail(TG_IO_ERROR, "%s: not a regular file", file->path);
    return tg_picture_read(file->path, shape, pixels);
}

static void decode_part(void *context, size_t part) {
    const decoding *work = context;
    tg_dataset *dataset = work->dataset;
    const size_t end = tg_part_begin(work->list->count, 1, work->parts, part + 1);
    for (size_t i = tg_part_begin(work->list->count, 1, work->parts, part); i < end; i++) {
        picture_file *file = &work->list->files[i];
        file->status = decode_file(file, dataset->shape, dataset->pixels + i * dataset->columns);
        if (file->status) file->message = tg_copy_string(tg_error_message());
        if (file->status && !file->message) file->status = TG_OUT_OF_MEMORY;
        /* The caller gives up: there is no use in going on. */
        if (file->status == TG_OUT_OF_MEMORY) return;
    }
}

/* Reports the files that could not be read, and closes up the places left for them. */
static tg_status keep_readable(const picture_list *list, const tg_read_options *options,
                               tg_dataset *dataset) {
    for (size_t i = 0; i < list->count; i++)
        if (list->files[i].status == TG_OUT_OF_MEMORY)
            return tg_fail(TG_OUT_OF_MEMORY, "%s",
                           list->files[i].message ? list->files[i].message : "out of memory");
    size_t kept = 0, columns = dataset->columns;
    for (size_t i = 0; i < list->count; i++) {
        const picture_file *file = &list->files[i];
        if (file->status) {
            dataset->skipped++;
            if (options->on_skip) options->on_skip(options->user, file->message);
            continue;
        }
        memmove(dataset->pixels + kept * columns, dataset->pixels + i * columns, columns);
        dataset->labels[kept++] = file->label;
    }
    dataset->count = kept;
    dataset->skipped += list->left_out;
    return TG_OK;
}

/* `names` are the folder's classes. */
static tg_status check_classes(const char *path, const tg_dataset *dataset,
                               const tg_listing *names) {
    for (size_t i = 0; i < names->count; i++) {
        int32_t label = tg_find_class((const char *const *)dataset->class_names, dataset->classes,
                                      names->names[i]);
        size_t sample = 0;
        while (sample < dataset->count && dataset->labels[sample] != label) sample++;
        if (sample == dataset->count)
            return tg_fail(TG_BAD_FORMAT, "%s/%s: no picture of this class can be read", path,
                           names->names[i]);
    }
    return TG_OK;
}

static tg_status read_classes(const char *path, const tg_listing *names,
                              const tg_read_options *options, tg_dataset *dataset,
                              const picture_list *list) {
    if (options->class_names)
        TG_TRY(tg_dataset_set_classes(dataset, options->class_names, options->classes));
    else
        TG_TRY(tg_within(path, tg_dataset_set_classes(dataset, (const char *const *)names->names,
                                                      names->count)));
    decoding work = {list, dataset, (size_t)tg_thread_count(options->threads)};
    tg_workers *workers = NULL;
    TG_TRY(tg_workers_create(options->threads, &workers));
    tg_workers_run(workers, work.parts, decode_part, &work);
    tg_workers_destroy(workers);
    TG_TRY(keep_readable(list, options, dataset));
    return check_classes(path, dataset, names);
}

/* A single folder may hold the folders that are meant. */
static tg_status fail_few_classes(const char *path, const tg_listing *names) {
    if (names->count == 1) {
        char *folder = tg_join_path(path, names->names[0]);
        if (!folder) return TG_OUT_OF_MEMORY;
        class_folder only = {0};
        tg_status status = open_class(folder, &only);
        tg_release(folder);
        TG_TRY(status);
        close_class(&only);
    }
    return tg_fail(TG_BAD_FORMAT,
                   "%s: %zu subfolder%s; there must be at least two, one for each class", path,
                   names->count, names->count == 1 ? "" : "s");
}

static tg_status read_listed(const char *path, const tg_listing *names,
                             const tg_read_options *options, tg_dataset **dataset) {
    if (names->count < 2) return fail_few_classes(path, names);
    picture_list list = {0};
    tg_dataset *made = NULL;
    tg_status status = list_files(path, names, options, &list);
    if (!status) status = tg_dataset_allocate(list.count, options->shape, 0, 0, &made);
    if (!status) status = read_classes(path, names, options, made, &list);
    destroy_list(&list);
    return tg_dataset_finish(status, made, dataset);
}

tg_status tg_dataset_read_folder(const char *path, const tg_read_options *options,
                                 tg_dataset **dataset) {
    TG_REQUIRE(path && dataset, "path or dataset is NULL");
    tg_read_options defaults = tg_read_defaults();
    if (!options) options = &defaults;
    TG_REQUIRE(options->threads >= 0, "%d threads", options->threads);
    TG_TRY(tg_picture_shape_check(options->shape));
    tg_listing names = {0};
    TG_TRY(tg_listing_read(path, &names, NULL));
    tg_status status = read_listed(path, &names, options, dataset);
    tg_listing_destroy(&names);
    return status;
}
