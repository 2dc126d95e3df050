/* SPDX-License-Identifier: MIT */
/* How the runtime ends a test. A fault is never returned to the code under test, which might handle
 * it: it is printed, and the process ends with a code that no test uses for itself. */
#ifndef TIGRILLO_CUDA_REPORT_H
#define TIGRILLO_CUDA_REPORT_H

#include <string>

constexpr int fault_exit_code = 99;

/* Prints "CUDA test runtime: MESSAGE", the function of the API that the host is in, and where the
 * device is, if a kernel runs; then _exit(99). */
[[noreturn]] void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An executor says where it is while it runs a kernel, for fail() and for the signal handler:
 * "kernel softmax, block (3,0,0), thread (17,0,0)". The function is called only when the process is
 * about to end, so it may be slow. nullptr: no kernel runs. */
using LocationFunction = std::string (*)();
void report_location(LocationFunction function);

/* Whether the calling thread runs a kernel. */
bool report_in_kernel();

/* The function of the API that the host is in; nullptr outside of all. */
void report_entry(const char *name);
const char *report_current_entry();

/* Takes SIGSEGV, SIGBUS, SIGFPE and SIGILL, for all threads, with a stack of its own in the calling
 * one. Called at every entry: test frameworks put their own handlers in between. */
void report_take_signals();

#endif
