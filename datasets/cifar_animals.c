/* SPDX-License-Identifier: MIT */
/* tigrillo-cifar-animals: a four-class set (cat, dog, tiger, none) out of the training splits of
 * CIFAR-10 and CIFAR-100. Which photos are taken depends on nothing but the two sets. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <popt.h>

#include "cifar/alike.h"
#include "cifar/photos.h"
#include "draw/picture_file.h"
#include "draw/rng.h"

enum { EXIT_USAGE = 2 };
enum { CAT, DOG, TIGER, NONE, CLASSES };
enum { SET10, SET100, SETS };
enum { TRAIN, VAL, SPLITS };
enum { SHUFFLE_SEED = 20 };

static const char *const class_name[CLASSES] = {"cat", "dog", "tiger", "none"};
static const char *const split_name[SPLITS] = {"train", "val"};
static const char *const set_name[SETS] = {"c10", "c100"};
static const double val_part[CLASSES] = {1.0 / 11.0, 1.0 / 11.0, 69.0 / 495.0, 1.0 / 11.0};

/* How many photos of a label to take, both splits together. Look-alikes of the three animals are
 * over-represented; labels that are not named here share what the rule below leaves. */
static const struct quota {
    int set;
    const char *label;
    int class;
    int count;
} quotas[] = {
    {SET10, "cat", CAT, 4400},        {SET10, "dog", DOG, 4400},
    {SET100, "tiger", TIGER, 495},    {SET10, "horse", NONE, 200},
    {SET10, "deer", NONE, 200},       {SET100, "lion", NONE, 350},
    {SET100, "leopard", NONE, 350},   {SET100, "wolf", NONE, 250},
    {SET100, "fox", NONE, 250},       {SET100, "bear", NONE, 200},
    {SET100, "raccoon", NONE, 120},   {SET100, "cattle", NONE, 120},
    {SET100, "rabbit", NONE, 120},    {SET100, "camel", NONE, 60},
    {SET100, "chimpanzee", NONE, 60}, {SET100, "elephant", NONE, 60},
    {SET100, "hamster", NONE, 60},    {SET100, "kangaroo", NONE, 60},
    {SET100, "mouse", NONE, 60},      {SET100, "otter", NONE, 60},
    {SET100, "porcupine", NONE, 60},  {SET100, "possum", NONE, 60},
    {SET100, "skunk", NONE, 60},      {SET100, "squirrel", NONE, 60},
};

/* 6 labels of CIFAR-10 with 135 each and 80 of CIFAR-100 with 24 or 23 make `none` 5500. */
static struct quota quota_of(int set, const char *label, int *others) {
    for (size_t i = 0; i < sizeof quotas / sizeof quotas[0]; ++i) {
        if (quotas[i].set == set && strcmp(quotas[i].label, label) == 0) {
            return quotas[i];
        }
    }
    int count = set == SET10 ? 135 : *others < 30 ? 24 : 23;
    *others += set == SET100;
    return (struct quota){set, label, NONE, count};
}

/* The photos of one label in random order, and how far they are used up. */
struct pile {
    struct quota quota;
    int want[SPLITS];
    int *photo;
    int count;
    int next;
};

struct kept {
    struct sketch *sketch;
    int count;
    int val_count; /* the first ones are those of the validation split */
};

struct job {
    struct photos photos[SETS];
    struct pile pile[SETS][LABELS_MAX];
    struct kept kept[CLASSES];
    const char *out;
    int written[SPLITS][CLASSES];
};

static bool out_of_memory(void) {
    fprintf(stderr, "tigrillo-cifar-animals: %s\n", strerror(ENOMEM));
    return false;
}

static bool make_pile(struct pile *pile, const struct photos *photos, int set, int label) {
    pile->photo = malloc(((size_t)photos->count + 1) * sizeof *pile->photo);
    if (!pile->photo) {
        return out_of_memory();
    }
    for (int i = 0; i < photos->count; ++i) {
        if (photos->at[i].label == label) {
            pile->photo[pile->count++] = i;
        }
    }
    struct rng rng;
    rng_start(&rng, SHUFFLE_SEED, (uint32_t)set, (uint32_t)label, 0);
    for (int i = pile->count - 1; i > 0; --i) {
        int k = rng_below(&rng, i + 1);
        int swap = pile->photo[i];
        pile->photo[i] = pile->photo[k];
        pile->photo[k] = swap;
    }
    return true;
}

/* Every label gives the validation split its part; what rounding leaves over goes to the next
 * label, so that the sum comes out right. */
static bool make_piles(struct job *job) {
    int others = 0;
    double owed[CLASSES] = {0.0};
    for (int set = 0; set < SETS; ++set) {
        const struct photos *photos = &job->photos[set];
        for (int label = 0; label < photos->label_count; ++label) {
            struct pile *pile = &job->pile[set][label];
            pile->quota = quota_of(set, photos->label[label], &others);
            if (!make_pile(pile, photos, set, label)) {
                return false;
            }
            int class = pile->quota.class;
            int total = pile->count < pile->quota.count ? pile->count : pile->quota.count;
            owed[class] += total * val_part[class];
            pile->want[VAL] = (int)(owed[class] + 0.5);
            pile->want[TRAIN] = total - pile->want[VAL];
            owed[class] -= pile->want[VAL];
            job->kept[class].count += total;
        }
    }
    for (int class = 0; class < CLASSES; ++class) {
        struct kept *kept = &job->kept[class];
        kept->sketch = calloc((size_t)kept->count + 1, sizeof *kept->sketch);
        kept->count = 0;
        if (!kept->sketch) {
            return out_of_memory();
        }
    }
    return true;
}

/* A training photo must not be known from the validation split, and no photo may come twice. */
static bool is_new(const struct kept *kept, const struct sketch *sketch, int split) {
    for (int i = 0; i < kept->count; ++i) {
        if (sketch_same(sketch, &kept->sketch[i])) {
            return false;
        }
    }
    for (int i = 0; split == TRAIN && i < kept->val_count; ++i) {
        if (sketch_alike(sketch, &kept->sketch[i])) {
            return false;
        }
    }
    return true;
}

static bool write_photo(const struct job *job, const struct pile *pile, int split, int index) {
    const struct photo *photo = &job->photos[pile->quota.set].at[index];
    uint8_t rgb[PHOTO_BYTES];
    char path[PATH_MAX];
    for (int i = 0; i < PHOTO_BYTES; ++i) {
        rgb[i] = photo->planes[i % 3 * PHOTO_PLANE + i / 3];
    }
    int length = snprintf(path, sizeof path, "%s/%s/%s/%s_%s_%05d.png", job->out, split_name[split],
                          class_name[pile->quota.class], set_name[pile->quota.set],
                          pile->quota.label, index);
    if (length < 0 || (size_t)length >= sizeof path) {
        fprintf(stderr, "%s: %s\n", job->out, strerror(ENAMETOOLONG));
        return false;
    }
    return write_png(path, PHOTO_SIDE, PHOTO_SIDE, rgb);
}

static bool take(struct job *job, struct pile *pile, int split) {
    struct kept *kept = &job->kept[pile->quota.class];
    int taken = 0;
    while (taken < pile->want[split] && pile->next < pile->count) {
        int index = pile->photo[pile->next++];
        struct sketch sketch;
        sketch_make(&sketch, &job->photos[pile->quota.set].at[index]);
        if (!is_new(kept, &sketch, split)) {
            continue;
        }
        if (!write_photo(job, pile, split, index)) {
            return false;
        }
        kept->sketch[kept->count++] = sketch;
        ++taken;
    }
    job->written[split][pile->quota.class] += taken;
    return true;
}

static bool make_set(struct job *job) {
    char path[PATH_MAX];
    if (!make_piles(job)) {
        return false;
    }
    for (int split = SPLITS - 1; split >= 0; --split) { /* first what is kept back for testing */
        for (int class = 0; class < CLASSES; ++class) {
            int length = snprintf(path, sizeof path, "%s/%s/%s", job->out, split_name[split],
                                  class_name[class]);
            if (length < 0 || (size_t)length >= sizeof path) {
                fprintf(stderr, "%s: %s\n", job->out, strerror(ENAMETOOLONG));
                return false;
            }
            if (!make_folders(path)) {
                return false;
            }
            job->kept[class].val_count = job->kept[class].count;
        }
        for (int set = 0; set < SETS; ++set) {
            for (int label = 0; label < job->photos[set].label_count; ++label) {
                if (!take(job, &job->pile[set][label], split)) {
                    return false;
                }
            }
        }
    }
    for (int split = 0; split < SPLITS; ++split) {
        printf("%-5s", split_name[split]);
        for (int class = 0; class < CLASSES; ++class) {
            printf("  %s %d", class_name[class], job->written[split][class]);
        }
        printf("\n");
    }
    return true;
}

static void job_free(struct job *job) {
    for (int set = 0; set < SETS; ++set) {
        for (int label = 0; label < LABELS_MAX; ++label) {
            free(job->pile[set][label].photo);
        }
        photos_free(&job->photos[set]);
    }
    for (int class = 0; class < CLASSES; ++class) {
        free(job->kept[class].sketch);
    }
    free(job);
}

static bool has_labels(const struct photos *photos, int set) {
    for (size_t i = 0; i < sizeof quotas / sizeof quotas[0]; ++i) {
        if (quotas[i].set == set && photos_label(photos, quotas[i].label) < 0) {
            fprintf(stderr, "tigrillo-cifar-animals: the set has no label %s\n", quotas[i].label);
            return false;
        }
    }
    return true;
}

static int run(const char *cifar10, const char *cifar100, const char *out) {
    struct job *job = calloc(1, sizeof *job);
    if (!job) {
        out_of_memory();
        return EXIT_FAILURE;
    }
    job->out = out;
    bool ok = photos_read_cifar10(&job->photos[SET10], cifar10) &&
              photos_read_cifar100(&job->photos[SET100], cifar100) &&
              has_labels(&job->photos[SET10], SET10) && has_labels(&job->photos[SET100], SET100) &&
              make_set(job);
    job_free(job);
    return ok && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
    struct poptOption options[] = {POPT_AUTOHELP POPT_TABLEEND};
    poptContext context = poptGetContext("tigrillo-cifar-animals", argc, (const char **)argv,
                                         options, 0);
    if (!context) {
        out_of_memory();
        return EXIT_FAILURE;
    }
    poptSetOtherOptionHelp(context, "CIFAR10_DIR CIFAR100_DIR OUT");
    int code = poptGetNextOpt(context);
    const char *folder[3];
    for (int i = 0; i < 3; ++i) {
        folder[i] = poptGetArg(context);
    }
    if (code < -1) {
        fprintf(stderr, "tigrillo-cifar-animals: %s: %s\n",
                poptBadOption(context, POPT_BADOPTION_NOALIAS), poptStrerror(code));
        code = EXIT_USAGE;
    } else if (!folder[2] || poptPeekArg(context)) {
        poptPrintUsage(context, stderr, 0);
        code = EXIT_USAGE;
    } else {
        code = run(folder[0], folder[1], folder[2]);
    }
    poptFreeContext(context);
    return code;
}
