/* SPDX-License-Identifier: MIT */
#include "ptx_module.h"

#include <algorithm>

namespace ptx {

struct TypeInfo {
    const char *name;
    Type type;
    unsigned size;
};

static const TypeInfo types[] = {
    {"", Type::none, 0},   {"pred", Type::predicate, 1}, {"b8", Type::b8, 1},
    {"u8", Type::u8, 1},   {"s8", Type::s8, 1},          {"b16", Type::b16, 2},
    {"u16", Type::u16, 2}, {"s16", Type::s16, 2},        {"b32", Type::b32, 4},
    {"u32", Type::u32, 4}, {"s32", Type::s32, 4},        {"f32", Type::f32, 4},
    {"b64", Type::b64, 8}, {"u64", Type::u64, 8},        {"s64", Type::s64, 8},
    {"f64", Type::f64, 8},
};

Type type_named(const std::string &name) {
    for (const TypeInfo &info : types)
        if (name == info.name) return info.type;
    return Type::none;
}

unsigned size_of(Type type) {
    return types[static_cast<size_t>(type)].size;
}

bool is_signed(Type type) {
    return type == Type::s8 || type == Type::s16 || type == Type::s32 || type == Type::s64;
}

bool is_float(Type type) {
    return type == Type::f32 || type == Type::f64;
}

uint64_t window_of(Space space) {
    switch (space) {
    case Space::shared:
        return SHARED_WINDOW;
    case Space::local:
        return LOCAL_WINDOW;
    case Space::constant:
        return CONSTANT_WINDOW;
    case Space::parameter:
        return PARAMETER_WINDOW;
    default:
        return 0;
    }
}

uint64_t static_shared_size(const Module &module, const Function &function) {
    uint64_t size = 0;
    for (const Variable &variable : module.shared) size += variable.size;
    for (const Variable &variable : function.shared) size += variable.size;
    return size;
}

uint64_t shared_extent(const Module &module, const Function &function) {
    uint64_t extent = 0;
    for (const Variable &variable : module.shared)
        extent = std::max(extent, variable.address + variable.size);
    for (const Variable &variable : function.shared)
        extent = std::max(extent, variable.address + variable.size);
    return extent;
}

} // namespace ptx
