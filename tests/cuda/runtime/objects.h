/* SPDX-License-Identifier: MIT */
/* Streams, events, modules, functions, graphs and cuBLAS handles: what is alive, what was
 * destroyed. A destroyed object stays as an empty shell, so that its use can be told from a wild
 * pointer. */
#ifndef TIGRILLO_CUDA_OBJECTS_H
#define TIGRILLO_CUDA_OBJECTS_H

#include <string>

struct Object {
    const char *kind; /* "stream" */
    unsigned number;  /* 1 for the first of its kind */
    bool alive;

    explicit Object(const char *kind_name);
    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

    std::string name() const; /* "stream #2" */
};

/* Ends the test unless the handle is a live object of that kind. */
void check_object(const void *handle, const char *kind);
/* The same, and then it is no longer alive. */
void end_object(Object *handle, const char *kind);

unsigned objects_live();
std::string objects_list_live();

#endif
