/* SPDX-License-Identifier: MIT */
/* Reads the training photos of CIFAR-10 and CIFAR-100 in their binary form. */
#ifndef TIGRILLO_CIFAR_PHOTOS_H
#define TIGRILLO_CIFAR_PHOTOS_H

#include <stdbool.h>
#include <stdint.h>

enum { PHOTO_SIDE = 32, PHOTO_PLANE = PHOTO_SIDE * PHOTO_SIDE, PHOTO_BYTES = 3 * PHOTO_PLANE };
enum { LABELS_MAX = 100, LABEL_LENGTH = 32 };

struct photo {
    uint8_t label;
    uint8_t planes[PHOTO_BYTES]; /* all reds, all greens, all blues */
};

struct photos {
    struct photo *at;
    int count;
    int room;
    int label_count;
    char label[LABELS_MAX][LABEL_LENGTH];
};

/* These return false after a message on stderr. */
bool photos_read_cifar10(struct photos *photos, const char *folder);
bool photos_read_cifar100(struct photos *photos, const char *folder);
void photos_free(struct photos *photos);

/* -1 where there is no such label. */
int photos_label(const struct photos *photos, const char *name);

#endif
