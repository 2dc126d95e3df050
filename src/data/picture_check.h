/* SPDX-License-Identifier: MIT */
/* Looks over a picture file before it is decoded. */
#ifndef TG_DATA_PICTURE_CHECK_H
#define TG_DATA_PICTURE_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/status.h>

/* TG_OK when a picture of these sides may be decoded. */
tg_status tg_picture_sides_check(uint64_t width, uint64_t height, const char *name);

/* TG_OK when the bytes, with sides as above, are a whole PNG, JPEG or BMP file as far as can be
 * told without decoding: the decoder takes zeros for what is missing at the end, and looks at no
 * checksum. */
tg_status tg_picture_check(const unsigned char *bytes, size_t size, const char *name);

#endif
