/* SPDX-License-Identifier: MIT */
#include "objects.h"

#include "report.h"
#include <cstring>
#include <map>

/* Never destroyed, since the check for leaks at exit reads it. */
static std::map<const void *, Object *> &objects() {
    static auto *result = new std::map<const void *, Object *>;
    return *result;
}

Object::Object(const char *kind_name) : kind(kind_name), number(1), alive(true) {
    static auto *numbers = new std::map<std::string, unsigned>;
    number = ++(*numbers)[kind];
    objects()[this] = this;
}

std::string Object::name() const {
    return std::string(kind) + " #" + std::to_string(number);
}

void check_object(const void *handle, const char *kind) {
    const auto found = objects().find(handle);
    if (!handle) fail("NULL is not a %s", kind);
    if (found == objects().end()) fail("%p is not a %s", handle, kind);
    const Object &object = *found->second;
    if (std::strcmp(object.kind, kind)) fail("%s is not a %s", object.name().c_str(), kind);
    if (!object.alive) fail("%s was destroyed already", object.name().c_str());
}

void end_object(Object *handle, const char *kind) {
    check_object(handle, kind);
    handle->alive = false;
}

/* A module's functions go with it. */
static bool is_leak(const Object &object) {
    return object.alive && std::strcmp(object.kind, "function") != 0;
}

unsigned objects_live() {
    unsigned live = 0;
    for (const auto &entry : objects()) live += is_leak(*entry.second);
    return live;
}

std::string objects_list_live() {
    std::string text;
    for (const auto &entry : objects())
        if (is_leak(*entry.second)) text += "\n  " + entry.second->name();
    return text;
}
