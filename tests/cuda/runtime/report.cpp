/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <cstdarg>
#include <cstdio>
#include <string>
#include <unistd.h>

static thread_local LocationFunction location;
static thread_local const char *entry;

void report_location(LocationFunction function) {
    location = function;
}

void report_entry(const char *name) {
    entry = name;
}

const char *report_current_entry() {
    return entry;
}

bool report_in_kernel() {
    return location != nullptr;
}

void fail(const char *format, ...) {
    char message[1000];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    std::string text = std::string("CUDA test runtime: ") + message + "\n";
    if (location) text += "  in " + location() + "\n";
    if (entry) text += std::string("  while the host was in ") + entry + "()\n";
    std::fflush(nullptr);
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
    _exit(fault_exit_code);
}
