/* SPDX-License-Identifier: MIT */
/* Which streams of a seed (random.h) the library uses for what, so that no two uses meet. The kind
 * is in the highest byte, the rest tells the layer, epoch or step. */
#ifndef TG_BASE_STREAMS_H
#define TG_BASE_STREAMS_H

#include <stdint.h>

enum {
    TG_STREAM_WEIGHTS = 0, /* + layer */
    TG_STREAM_SHUFFLE = 1, /* + epoch */
    TG_STREAM_DROPOUT = 2, /* + layer << 40 + step */
    TG_STREAM_AUGMENT = 3, /* + epoch << 32 + sample */
    TG_STREAM_SPLIT = 4    /* + class */
};

static inline uint64_t tg_stream(int kind, uint64_t rest) {
    return (uint64_t)kind << 56 | rest;
}

#endif
