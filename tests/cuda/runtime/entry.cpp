/* SPDX-License-Identifier: MIT */
#include "entry.h"

#include "context.h"
#include "options.h"
#include "report.h"
#include "task.h"
#include "tigrillo_cuda.h"
#include <map>
#include <mutex>
#include <string>

static std::recursive_mutex mutex; /* one for the whole runtime: cuBLAS calls the driver */
static unsigned long calls, failing_call;
static std::map<std::string, unsigned long> calls_by_name;
static bool failing_call_known;

static void read_failing_call() {
    if (!failing_call_known) failing_call = options().fail;
    failing_call_known = true;
}

Entry::Entry(const char *name, Needs needs) : outer(report_current_entry()), failing(false) {
    mutex.lock();
    report_entry(name);
    report_take_signals();
    read_failing_call();
    failing = ++calls == failing_call;
    calls_by_name[name]++;
    if (failing) return;
    if (needs != Needs::nothing) context_check_initialized();
    if (needs == Needs::context) context_check_current();
}

Entry::~Entry() {
    report_entry(outer);
    mutex.unlock();
}

CUresult Entry::error() const {
    task_drop_all();
    return CUDA_ERROR_UNKNOWN;
}

void tigrillo_cuda_fail_at(unsigned long call) {
    const std::lock_guard<std::recursive_mutex> guard(mutex);
    failing_call = call;
    failing_call_known = true;
}

unsigned long tigrillo_cuda_calls(void) {
    const std::lock_guard<std::recursive_mutex> guard(mutex);
    return calls;
}

unsigned long tigrillo_cuda_calls_of(const char *name) {
    const std::lock_guard<std::recursive_mutex> guard(mutex);
    return calls_by_name[name];
}
