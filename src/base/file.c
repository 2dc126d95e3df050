/* SPDX-License-Identifier: MIT */
/* Whole files, in and out, through the system's own calls: each of their errors is seen. */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/status.h"

#ifdef TG_ZLIB     /* by CMakeLists.txt */
#define ZLIB_CONST /* its input is const */
#include <zlib.h>
#endif

/* ---- In ---- */

/* Bytes that grow; there is always room for one more than are used, which is 0. */
typedef struct buffer {
    unsigned char *bytes;
    size_t size, capacity;
} buffer;

static tg_status start_buffer(buffer *b, size_t expected) {
    /* One for the 0, and one so that the end of a file is met without growing. */
    b->capacity = expected + 2;
    b->bytes = tg_allocate(b->capacity, 1);
    return b->bytes ? TG_OK : TG_OUT_OF_MEMORY;
}

static tg_status fail_too_large(const char *path, size_t limit) {
    return tg_fail(TG_UNSUPPORTED, "%s: larger than %zu bytes", path, limit);
}

/* Room for at least one more byte beside the last 0. */
static tg_status make_room(buffer *b) {
    void *grown = tg_grow(b->bytes, 1, b->size + 1, &b->capacity);
    if (!grown) return TG_OUT_OF_MEMORY;
    b->bytes = grown;
    return TG_OK;
}

static tg_status read_all(int file, const char *path, size_t limit, buffer *b) {
    for (;;) {
        TG_TRY(make_room(b));
        size_t room = b->capacity - b->size - 1;
        if (room > SSIZE_MAX) room = SSIZE_MAX;
        ssize_t got = read(file, b->bytes + b->size, room);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return tg_fail_errno(path, "read");
        if (got == 0) return TG_OK;
        b->size += (size_t)got;
        if (b->size > limit) return fail_too_large(path, limit);
    }
}

static tg_status read_open_file(int file, const char *path, size_t limit, buffer *b) {
    struct stat info;
    if (fstat(file, &info) != 0) return tg_fail_errno(path, "read");
    if (S_ISDIR(info.st_mode)) return tg_fail(TG_IO_ERROR, "%s: is a folder, not a file", path);
    if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode))
        return tg_fail(TG_IO_ERROR, "%s: is neither a regular file nor a pipe", path);
    size_t expected = 1 << 16;
    if (S_ISREG(info.st_mode)) {
        if ((uintmax_t)info.st_size > limit) return fail_too_large(path, limit);
        expected = (size_t)info.st_size;
    }
    TG_TRY(start_buffer(b, expected));
    return read_all(file, path, limit, b);
}

static tg_status open_to_read(const char *path, int *file) {
    *file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return *file < 0 ? tg_fail_errno(path, "open") : TG_OK;
}

tg_status tg_file_read(const char *path, size_t limit, unsigned char **bytes, size_t *size) {
    int file = -1;
    TG_TRY(open_to_read(path, &file));
    buffer b = {0};
    tg_status status = read_open_file(file, path, limit, &b);
    close(file);
    if (status) {
        tg_release(b.bytes);
        return status;
    }
    *bytes = b.bytes;
    *size = b.size;
    return TG_OK;
}

tg_status tg_file_open(const char *path, int *file, size_t *size) {
    struct stat info;
    /* Before it is opened: to open a pipe is to wait for its writer, and takes what is in it. */
    if (stat(path, &info) != 0) return tg_fail_errno(path, "open");
    if (!S_ISREG(info.st_mode)) return tg_fail(TG_UNSUPPORTED, "%s: not a regular file", path);
    TG_TRY(open_to_read(path, file));
    if (fstat(*file, &info) == 0) {
        *size = (size_t)info.st_size;
        return TG_OK;
    }
    const tg_status status = tg_fail_errno(path, "read");
    close(*file);
    return status;
}

tg_status tg_file_read_at(int file, const char *path, size_t offset, void *bytes, size_t size) {
    unsigned char *next = bytes;
    while (size > 0) {
        ssize_t got = pread(file, next, size < SSIZE_MAX ? size : SSIZE_MAX, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return tg_fail_errno(path, "read");
        if (got == 0) return tg_fail(TG_IO_ERROR, "%s: it ends at byte %zu now", path, offset);
        next += got;
        offset += (size_t)got;
        size -= (size_t)got;
    }
    return TG_OK;
}

bool tg_is_gzip(const unsigned char *bytes, size_t size) {
    return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

#ifdef TG_ZLIB

static void *allocate_for_zlib(void *user, unsigned items, unsigned size) {
    (void)user;
    return tg_allocate(items, size);
}

static void release_for_zlib(void *user, void *memory) {
    (void)user;
    tg_release(memory);
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Unpacks one gzip member, which begins at *place, and moves *place behind it; or stops when there
 * are `most` bytes. */
static tg_status unpack_member(z_stream *stream, const char *path, const unsigned char *packed,
                               size_t packed_size, size_t most, size_t *place, buffer *b) {
    while (b->size < most) {
        TG_TRY(make_room(b));
        stream->next_in = packed + *place;
        stream->avail_in = (unsigned)smaller(packed_size - *place, UINT_MAX);
        stream->next_out = b->bytes + b->size;
        size_t room = smaller(b->capacity - b->size - 1, most - b->size);
        stream->avail_out = (unsigned)smaller(room, UINT_MAX);
        int result = inflate(stream, Z_NO_FLUSH);
        *place = (size_t)(stream->next_in - packed);
        b->size = (size_t)(stream->next_out - b->bytes);
        if (result == Z_STREAM_END) return TG_OK;
        if (result == Z_MEM_ERROR) return TG_OUT_OF_MEMORY;
        if (result == Z_BUF_ERROR) /* no more input */
            return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: the gzip data ends too early", path,
                           *place);
        if (result != Z_OK)
            return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: damaged gzip data: %s", path, *place,
                           stream->msg ? stream->msg : "no reason known");
    }
    return TG_OK;
}

static tg_status unpack(const char *path, const unsigned char *packed, size_t packed_size,
                        size_t most, buffer *b) {
    z_stream stream = {.zalloc = allocate_for_zlib, .zfree = release_for_zlib};
    if (inflateInit2(&stream, MAX_WBITS + 16 /* gzip only */) != Z_OK) return TG_OUT_OF_MEMORY;
    size_t place = 0;
    tg_status status = TG_OK;
    while (!status && place < packed_size && b->size < most) {
        if (!tg_is_gzip(packed + place, packed_size - place))
            status = tg_fail(TG_BAD_FORMAT, "%s: byte %zu: something else follows the gzip data",
                             path, place);
        else
            status = unpack_member(&stream, path, packed, packed_size, most, &place, b);
        if (!status) inflateReset(&stream);
    }
    inflateEnd(&stream);
    return status;
}

tg_status tg_unpack_gzip(const char *path, const unsigned char *packed, size_t packed_size,
                         size_t most, unsigned char **bytes, size_t *size) {
    buffer b = {0};
    tg_status status = start_buffer(&b, packed_size < most / 4 ? packed_size * 4 : most);
    if (!status) status = unpack(path, packed, packed_size, most, &b);
    if (status) {
        tg_release(b.bytes);
        return status;
    }
    *bytes = b.bytes;
    *size = b.size;
    return TG_OK;
}

#else

tg_status tg_unpack_gzip(const char *path, const unsigned char *packed, size_t packed_size,
                         size_t most, unsigned char **bytes, size_t *size) {
    (void)packed, (void)packed_size, (void)most, (void)bytes, (void)size;
    return tg_fail(TG_UNSUPPORTED,
                   "%s: it is gzip data, which this build, without zlib, cannot read", path);
}

#endif

/* ---- Out ---- */

static tg_status write_chunk(int file, const char *path, tg_chunk chunk) {
    const unsigned char *next = chunk.bytes;
    for (size_t left = chunk.size; left > 0;) {
        ssize_t written = write(file, next, left < SSIZE_MAX ? left : SSIZE_MAX);
        if (written < 0 && errno == EINTR) continue;
        if (written == 0) errno = EIO;
        if (written <= 0) return tg_fail_errno(path, "write");
        next += written;
        left -= (size_t)written;
    }
    return TG_OK;
}

/* Characters of a temporary file's name. It does not grow with the name of the file that it stands
 * for, which may be as long as names can be. */
enum { TEMPORARY_NAME = 16 };

/* So many characters of a path are its folder, with the last slash; 0: there is none. */
static size_t folder_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Creates a file beside `path` under a name that is not taken and writes the name to `name`. Not
 * mkstemp(): its files are readable by nobody else, and asking for the umask is not thread-safe. */
static tg_status create_beside(const char *path, char *name, size_t room, int *file) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    unsigned long suffix = (unsigned long)now.tv_nsec ^ ((unsigned long)getpid() << 8);
    for (int attempt = 0; attempt < 100; attempt++) {
        snprintf(name, room, "%.*s.tigrillo-%06lx", (int)folder_length(path), path,
                 (suffix + (unsigned long)attempt) & 0xffffff);
        *file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (*file >= 0) return TG_OK;
        if (errno != EEXIST) break;
    }
    return tg_fail_errno(path, "create");
}

/* So that a crash right after the rename does not undo it. Some file systems cannot do this, and
 * the file is whole in any case: errors do not count. */
static void flush_folder(const char *path, char *name) {
    size_t length = folder_length(path);
    memcpy(name, length > 0 ? path : "./", length > 0 ? length : 2);
    name[length > 0 ? length : 2] = '\0';
    int folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    fsync(folder);
    close(folder);
}

/* `old` describes the file that is replaced; NULL: there is none. Closes `file`. */
static tg_status fill(int file, const tg_replacement *with, const char *path,
                      const struct stat *old) {
    tg_status status = TG_OK;
    /* As a plain open would, keep the permissions; one who may not change them goes on without. */
    if (old && fchmod(file, old->st_mode & 0777) != 0 && errno != EPERM)
        status = tg_fail_errno(path, "set the permissions");
    for (size_t i = 0; !status && i < with->count; i++)
        status = write_chunk(file, path, with->chunks[i]);
    if (!status && fsync(file) != 0) status = tg_fail_errno(path, "write");
    if (close(file) != 0 && !status) status = tg_fail_errno(path, "write");
    return status;
}

/* Writes the temporary file and its name, which the caller releases. Refuses to put a file in the
 * place of a folder or a device. */
static tg_status write_beside(const tg_replacement *with, const char *path, char **name) {
    struct stat info;
    const bool exists = lstat(path, &info) == 0;
    if (!exists && errno != ENOENT) return tg_fail_errno(path, "create");
    if (exists && !S_ISREG(info.st_mode))
        return tg_fail(TG_IO_ERROR, "%s: cannot replace: it is not a regular file", path);
    const size_t room = folder_length(path) + TEMPORARY_NAME + 1;
    int file = -1;
    char *made = tg_allocate(room, 1);
    if (!made) return TG_OUT_OF_MEMORY;
    tg_status status = create_beside(path, made, room, &file);
    if (!status) {
        status = fill(file, with, path, exists ? &info : NULL);
        if (status) unlink(made);
    }
    if (status) {
        tg_release(made);
        return status;
    }
    *name = made;
    return TG_OK;
}

/* A file that is written and not yet in its place. */
typedef struct waiting {
    const char *path;
    char *target; /* what `path` leads to where it is a link, by malloc(): that is replaced */
    char *name;   /* of the temporary file; NULL: there is none */
} waiting;

static tg_status prepare(const tg_replacement *with, waiting *file) {
    struct stat info;
    file->path = with->path;
    if (lstat(with->path, &info) == 0 && S_ISLNK(info.st_mode)) {
        file->target = realpath(with->path, NULL);
        if (!file->target) return tg_fail_errno(with->path, "follow the link");
        file->path = file->target;
    }
    return write_beside(with, file->path, &file->name);
}

static tg_status put_in_place(waiting *file) {
    if (rename(file->name, file->path) != 0) return tg_fail_errno(file->path, "replace");
    flush_folder(file->path, file->name);
    tg_release(file->name);
    file->name = NULL;
    return TG_OK;
}

static void discard(waiting *file) {
    if (file->name) unlink(file->name);
    tg_release(file->name);
    free(file->target);
}

tg_status tg_files_replace(const tg_replacement *files, size_t count) {
    waiting *all = tg_allocate(count, sizeof *all);
    if (!all) return TG_OUT_OF_MEMORY;
    tg_status status = TG_OK;
    for (size_t i = 0; !status && i < count; i++) status = prepare(&files[i], &all[i]);
    for (size_t i = 0; !status && i < count; i++) status = put_in_place(&all[i]);
    for (size_t i = 0; i < count; i++) discard(&all[i]);
    tg_release(all);
    return status;
}

tg_status tg_file_replace(const char *path, const tg_chunk *chunks, size_t count) {
    const tg_replacement file = {path, chunks, count};
    return tg_files_replace(&file, 1);
}
