/* SPDX-License-Identifier: MIT */
/* Where the device is, in words. */
#include <cstdarg>
#include <cstdio>

#include "ptx_execute.h"
#include "report.h"

namespace ptx {

static const Thread *current;

static std::string trimmed(const std::string &line) {
    const size_t begin = line.find_first_not_of(" \t"), end = line.find_last_not_of(" \t;\r");
    return begin == std::string::npos ? "" : line.substr(begin, end - begin + 1);
}

static std::string triple(Dimensions d) {
    return "(" + std::to_string(d.x) + "," + std::to_string(d.y) + "," + std::to_string(d.z) + ")";
}

/* The place of number `number` in a grid or block. */
static Dimensions place_of(uint32_t number, Dimensions size) {
    return {number % size.x, number / size.x % size.y, number / size.x / size.y};
}

static std::string source_place(const Module &module, uint32_t file, uint32_t line) {
    const std::string name = file < module.files.size() ? module.files[file] : "";
    return name.substr(name.rfind('/') + 1) + ":" + std::to_string(line);
}

std::string describe_instruction(const Module &module, uint32_t instruction) {
    const Instruction &i = module.code[instruction];
    std::string made = "PTX line " + std::to_string(i.line) + " (" +
                       (i.line >= 1 && i.line <= module.lines.size()
                            ? trimmed(module.lines[i.line - 1])
                            : "") +
                       ")";
    if (i.source.line > 0) made += ", " + source_place(module, i.source.file, i.source.line);
    if (i.source.call_line > 0)
        made += " called at " + source_place(module, i.source.call_file, i.source.call_line);
    return made;
}

std::string describe_thread(const Launch &launch, uint32_t block, uint32_t thread) {
    return "block " + triple(place_of(block, launch.configuration.grid)) + ", thread " +
           triple(place_of(thread, launch.configuration.block));
}

static std::string location() {
    const Launch &launch = *current->block->launch;
    std::string made = "kernel " + launch.function->name + ", " +
                       describe_thread(launch, current->block->number, current->number);
    if (current->pc > 0) made += ", " + describe_instruction(*launch.module, current->pc - 1);
    return made;
}

void set_current(const Thread *thread) {
    current = thread;
    report_location(thread ? location : nullptr);
}

void fault(const Thread &thread, const char *format, ...) {
    char message[2000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    set_current(&thread);
    fail("%s", message);
}

} // namespace ptx
