/* SPDX-License-Identifier: MIT */
/* Faults that the processor finds: device memory out of bounds, freed, or touched by the host. */
#include "memory.h"
#include "report.h"
#include <csignal>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <ucontext.h>

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
static struct sigaction previous[NSIG];

static void *program_counter(const void *context) {
#if defined(__x86_64__) && defined(REG_RIP)
    const auto *machine = static_cast<const ucontext_t *>(context);
    return reinterpret_cast<void *>(machine->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
    const auto *machine = static_cast<const ucontext_t *>(context);
    return reinterpret_cast<void *>(machine->uc_mcontext.pc);
#else
    (void)context;
    return nullptr;
#endif
}

/* " at kernels/softmax.cu:30", by way of addr2line; "" where that is not to be had. The process is
 * about to end, so a signal handler may do this. */
static std::string source_line(const void *context) {
    void *address = program_counter(context);
    Dl_info module;
    if (!address || !dladdr(address, &module) || !module.dli_fname) return "";
    const std::size_t offset = static_cast<std::size_t>(static_cast<char *>(address) -
                                                        static_cast<char *>(module.dli_fbase));
    char command[600], line[400] = "";
    std::snprintf(command, sizeof command, "addr2line -e '%s' %#zx 2>/dev/null", module.dli_fname,
                  offset);
    FILE *pipe = popen(command, "r");
    if (!pipe) return "";
    const bool known = std::fgets(line, sizeof line, pipe) && !std::strchr(line, '?');
    pclose(pipe);
    line[std::strcspn(line, "\n ")] = 0;
    return known ? std::string(" at ") + line : "";
}

static void on_signal(int number, siginfo_t *information, void *context) {
    const auto address = reinterpret_cast<std::uintptr_t>(information->si_addr);
    const bool memory = number == SIGSEGV || number == SIGBUS;
    if (memory && memory_covers(address)) {
        const std::string where = memory_describe(address);
        if (report_in_kernel())
            fail("out of bounds: a kernel touched %s%s", where.c_str(),
                 source_line(context).c_str());
        if (!memory_is_unlocked())
            fail("host code touched device memory, %s%s", where.c_str(),
                 source_line(context).c_str());
        fail("device memory touched out of bounds, %s", where.c_str());
    }
    if (report_in_kernel())
        fail("signal %d (%s), address %#zx%s: a wild pointer, a misaligned vector, or too large an "
             "array of a thread's own",
             number, strsignal(number), static_cast<std::size_t>(address),
             source_line(context).c_str());
    sigaction(number, &previous[number],
              nullptr); /* not ours: it happens again, to whom it is for */
}

/* For the handler: a kernel's thread has a small stack, which may be what it ran out of. */
static void take_stack() {
    static thread_local char memory[64 * 1024];
    static thread_local bool has_stack;
    stack_t stack = {};
    if (has_stack || sigaltstack(nullptr, &stack)) return;
    has_stack = true;
    if (!(stack.ss_flags & SS_DISABLE)) return; /* the address sanitizer's; it wants it back */
    stack.ss_sp = memory;
    stack.ss_size = sizeof memory;
    stack.ss_flags = 0;
    sigaltstack(&stack, nullptr);
}

void report_take_signals() {
    take_stack();
    for (const int number : signals) {
        struct sigaction now = {};
        if (sigaction(number, nullptr, &now)) continue;
        if ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_signal) continue;
        previous[number] = now;
        struct sigaction ours = {};
        ours.sa_sigaction = on_signal;
        ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigaction(number, &ours, nullptr);
    }
}
