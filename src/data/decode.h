/* SPDX-License-Identifier: MIT */
/* The picture decoder, stb_image, behind one function. */
#ifndef TG_DATA_DECODE_H
#define TG_DATA_DECODE_H

#include <tigrillo/picture.h>

/* Decodes a PNG, JPEG or BMP file in memory. shape->channels is 1 for a grey picture, 3 for one
 * with colours; transparency is dropped, 16 bits become 8. tg_release() the pixels. */
tg_status tg_decode(const unsigned char *bytes, size_t size, const char *name,
                    tg_picture_shape *shape, uint8_t **pixels);

#endif
