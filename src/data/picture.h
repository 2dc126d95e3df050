/* SPDX-License-Identifier: MIT */
#ifndef TG_DATA_PICTURE_H
#define TG_DATA_PICTURE_H

#include <tigrillo/picture.h>

/* TG_OK, or TG_INVALID_ARGUMENT where the sides or the channels are out of their ranges. */
tg_status tg_picture_shape_check(tg_picture_shape shape);

/* TG_OK, or what is wrong with the settings. */
tg_status tg_augmentation_check(const tg_augmentation *augmentation);

#endif
