/* SPDX-License-Identifier: MIT */
/* Pictures into another size. */
#ifndef TG_DATA_RESIZE_H
#define TG_DATA_RESIZE_H

#include <tigrillo/picture.h>

/* Area averaging: a pixel of `to` is the mean of what it covers of `from`, parts of pixels counted
 * by their area, rounded once. Where the picture grows, too: a pixel is then covered by one to
 * four. `to` has the channels of `from`; both have pixels, and neither more than 2^24 in a row. */
tg_status tg_resize(const uint8_t *from, tg_picture_shape from_shape, uint8_t *to,
                    tg_picture_shape to_shape);

#endif
