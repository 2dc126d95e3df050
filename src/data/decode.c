/* SPDX-License-Identifier: MIT */
/* stb_image, compiled here and nowhere else, with only the formats that are wanted. */
#include "data/decode.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "data/picture_check.h"

#ifdef TG_STB /* by CMakeLists.txt */

enum { MOST_BLOCKS = 64 };

/* What stb_image allocates while this thread decodes one picture: it has no parameter for it. The
 * blocks are remembered because it loses some of them when an allocation fails. */
static _Thread_local struct {
    size_t most; /* bytes at once */
    bool refused, out_of_memory;
    void *blocks[MOST_BLOCKS];
    size_t count;
} decoding;

/* A PNG file of a few kilobytes can unpack to gigabytes, whatever sides it states. */
static void *allocate_for_stb(size_t size) {
    if (size > decoding.most || decoding.count == MOST_BLOCKS) {
        decoding.refused = true;
        return NULL;
    }
    void *memory = tg_allocate(size, 1);
    if (memory)
        decoding.blocks[decoding.count++] = memory;
    else
        decoding.out_of_memory = true;
    return memory;
}

/* From now on the block is not stb_image's. */
static void forget_block(const void *memory) {
    for (size_t i = 0; i < decoding.count; i++)
        if (decoding.blocks[i] == memory) {
            decoding.blocks[i] = decoding.blocks[--decoding.count];
            return;
        }
}

static void release_for_stb(void *memory) {
    forget_block(memory);
    tg_release(memory);
}

static void *grow_for_stb(void *memory, size_t old_size, size_t size) {
    void *grown = allocate_for_stb(size);
    if (!grown) return NULL;
    if (memory) memcpy(grown, memory, old_size < size ? old_size : size);
    release_for_stb(memory);
    return grown;
}

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_MAX_DIMENSIONS (1 << 24)
#define STBI_FAILURE_USERMSG
#define STBI_ASSERT(condition) ((void)(condition)) /* a broken file must not end the program */
#define STBI_MALLOC(size) allocate_for_stb(size)
#define STBI_REALLOC_SIZED(memory, old_size, size) grow_for_stb(memory, old_size, size)
#define STBI_FREE(memory) release_for_stb(memory)

/* Not within push and pop: gcc gives this warning at the end of the file. */
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#include <stb_image.h>
#pragma GCC diagnostic pop

#ifndef STBI_THREAD_LOCAL
#error "stb_image has no thread-local variables with this compiler, so it is not thread-safe"
#endif

static tg_status fail_decoding(const char *name) {
    while (decoding.count > 0) tg_release(decoding.blocks[--decoding.count]);
    if (decoding.out_of_memory)
        return tg_fail(TG_OUT_OF_MEMORY, "%s: %s", name, tg_error_message());
    if (decoding.refused)
        return tg_fail(TG_BAD_FORMAT, "%s: damaged: it unpacks to more than its picture", name);
    const char *reason = stbi_failure_reason();
    return tg_fail(TG_BAD_FORMAT, "%s: %s", name, reason ? reason : "cannot be decoded");
}

static void begin_decoding(size_t most) {
    decoding.most = most;
    decoding.refused = decoding.out_of_memory = false;
    decoding.count = 0;
}

tg_status tg_decode(const unsigned char *bytes, size_t size, const char *name,
                    tg_picture_shape *shape, uint8_t **pixels) {
    TG_REQUIRE(size <= INT_MAX, "%s: %zu bytes are too many for a picture", name, size);
    TG_TRY(tg_picture_check(bytes, size, name));
    int width = 0, height = 0, channels = 0;
    begin_decoding(1 << 20);
    if (!stbi_info_from_memory(bytes, (int)size, &width, &height, &channels))
        return fail_decoding(name);
    height = abs(height); /* negative in a BMP file whose rows run from the top */
    /* Once more: these are the sides that count. */
    TG_TRY(tg_picture_sides_check((unsigned)width, (unsigned)height, name));
    size_t area = (size_t)width * (size_t)height;
    /* At most 8 bytes a pixel, twice that while it unpacks, and a JPEG file's blocks. */
    begin_decoding(area * 64 + (1 << 20));
    int wanted = channels <= 2 ? 1 : 3;
    uint8_t *decoded = stbi_load_from_memory(bytes, (int)size, &width, &height, &channels, wanted);
    if (!decoded) return fail_decoding(name);
    forget_block(decoded);
    *shape = (tg_picture_shape){(size_t)height, (size_t)width, (size_t)wanted};
    *pixels = decoded;
    return TG_OK;
}

#else

tg_status tg_decode(const unsigned char *bytes, size_t size, const char *name,
                    tg_picture_shape *shape, uint8_t **pixels) {
    (void)bytes, (void)size, (void)shape, (void)pixels;
    return tg_fail(TG_UNSUPPORTED, "%s: this build, without stb_image, reads no pictures", name);
}

#endif
