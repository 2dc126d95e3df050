/* SPDX-License-Identifier: MIT */
#include "fiber.h"

#include "report.h"
#include <cstdint>
#include <sys/mman.h>

static constexpr std::size_t stack_size = 64 * 1024;
static constexpr std::size_t guard_size = 1024 * 1024; /* addresses, not memory */

/* What is below the stack cannot be accessed: an array that is too large for it ends the test. */
static char *make_stack() {
    void *memory = mmap(nullptr, guard_size + stack_size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, guard_size, PROT_NONE))
        fail("no memory for the stacks of threads");
    return static_cast<char *>(memory) + guard_size;
}

Fiber::Fiber() : stack(make_stack()) {
#ifdef TIGRILLO_CUDA_TSAN
    tsan_fiber = __tsan_create_fiber(0);
#endif
}

#ifdef TIGRILLO_CUDA_OWN_SWITCH

/* Saves what a function must preserve, and the stack pointer in *from; goes on at `to`. */
extern "C" __attribute__((visibility("hidden"))) void tigrillo_cuda_switch(void **from, void *to);
__asm__(".text\n"
        ".globl tigrillo_cuda_switch\n"
        ".hidden tigrillo_cuda_switch\n"
        ".type tigrillo_cuda_switch, @function\n"
        "tigrillo_cuda_switch:\n"
        "pushq %rbp\n"
        "pushq %rbx\n"
        "pushq %r12\n"
        "pushq %r13\n"
        "pushq %r14\n"
        "pushq %r15\n"
        "movq %rsp, (%rdi)\n"
        "movq %rsi, %rsp\n"
        "popq %r15\n"
        "popq %r14\n"
        "popq %r13\n"
        "popq %r12\n"
        "popq %rbx\n"
        "popq %rbp\n"
        "ret\n"
        ".size tigrillo_cuda_switch, .-tigrillo_cuda_switch\n");

NOT_SANITIZED void Fiber::prepare(void (*entry)()) {
    void **top = reinterpret_cast<void **>(stack + stack_size);
    *--top = nullptr; /* where a return address would be: the stack is aligned as after a call */
    *--top = reinterpret_cast<void *>(entry);
    for (int preserved = 0; preserved < 6; preserved++) *--top = nullptr;
    stack_pointer = top;
}

#define SWITCH_TO_FIBER() tigrillo_cuda_switch(&scheduler_pointer, stack_pointer)
#define SWITCH_TO_SCHEDULER() tigrillo_cuda_switch(&stack_pointer, scheduler_pointer)

#else

void Fiber::prepare(void (*entry)()) {
    getcontext(&context);
    context.uc_stack.ss_sp = stack;
    context.uc_stack.ss_size = stack_size;
    context.uc_link = nullptr;
    makecontext(&context, entry, 0);
}

#define SWITCH_TO_FIBER() swapcontext(&scheduler_context, &context)
#define SWITCH_TO_SCHEDULER() swapcontext(&context, &scheduler_context)

#endif

NOT_SANITIZED void Fiber::enter() {
#ifdef TIGRILLO_CUDA_ASAN
    __sanitizer_start_switch_fiber(&scheduler_fake_stack, stack, stack_size);
#endif
#ifdef TIGRILLO_CUDA_TSAN
    tsan_scheduler = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(tsan_fiber, tsan_no_sync);
#endif
    SWITCH_TO_FIBER();
#ifdef TIGRILLO_CUDA_ASAN
    __sanitizer_finish_switch_fiber(scheduler_fake_stack, nullptr, nullptr);
#endif
}

NOT_SANITIZED void Fiber::leave(bool finished) {
#ifdef TIGRILLO_CUDA_ASAN
    __sanitizer_start_switch_fiber(finished ? nullptr : &fake_stack, scheduler_stack,
                                   scheduler_stack_size);
#endif
#ifdef TIGRILLO_CUDA_TSAN
    __tsan_switch_to_fiber(tsan_scheduler, tsan_no_sync);
#endif
    (void)finished;
    SWITCH_TO_SCHEDULER();
#ifdef TIGRILLO_CUDA_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, &scheduler_stack, &scheduler_stack_size);
#endif
}

NOT_SANITIZED void Fiber::entered() {
#ifdef TIGRILLO_CUDA_ASAN
    __sanitizer_finish_switch_fiber(nullptr, &scheduler_stack, &scheduler_stack_size);
#endif
}

#ifdef TIGRILLO_CUDA_TSAN
void Fiber::acquire(void *tag) {
    void *scheduler = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(tsan_fiber, tsan_no_sync);
    __tsan_acquire(tag);
    __tsan_switch_to_fiber(scheduler, tsan_no_sync);
}

void Fiber::release(void *tag) {
    void *scheduler = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(tsan_fiber, tsan_no_sync);
    __tsan_release(tag);
    __tsan_switch_to_fiber(scheduler, tsan_no_sync);
}
#endif
