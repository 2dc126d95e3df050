/* SPDX-License-Identifier: MIT */
/* Fibers: the threads of a block, as stacks that one processor switches between. */
#ifndef TIGRILLO_CUDA_FIBER_H
#define TIGRILLO_CUDA_FIBER_H

#include "sanitizers.h"
#include <cstddef>

/* Elsewhere the system switches, with a call to the kernel each time. */
#if defined(__x86_64__) && !defined(TIGRILLO_CUDA_UCONTEXT)
#define TIGRILLO_CUDA_OWN_SWITCH 1
#else
#include <ucontext.h>
#endif

class Fiber {
  public:
    Fiber();
    Fiber(const Fiber &) = delete; /* fibers, and their stacks, are used again and never end */
    Fiber &operator=(const Fiber &) = delete;

    /* The next enter() begins `entry`, which must end in leave(true). */
    void prepare(void (*entry)());
    /* From the scheduler: runs the fiber until it leaves. */
    void enter();
    /* From within: back to the scheduler. `finished`: it will be prepared before it is entered. */
    void leave(bool finished);
    /* The first thing that `entry` does. */
    void entered();

#ifdef TIGRILLO_CUDA_TSAN
    /* What this fiber did comes before what is acquired with the same tag. */
    void acquire(void *tag);
    void release(void *tag);
#endif

  private:
    char *stack;
#ifdef TIGRILLO_CUDA_OWN_SWITCH
    void *stack_pointer = nullptr, *scheduler_pointer = nullptr;
#else
    ucontext_t context, scheduler_context;
#endif
#ifdef TIGRILLO_CUDA_ASAN
    void *fake_stack = nullptr, *scheduler_fake_stack = nullptr;
    const void *scheduler_stack = nullptr;
    std::size_t scheduler_stack_size = 0;
#endif
#ifdef TIGRILLO_CUDA_TSAN
    void *tsan_fiber, *tsan_scheduler = nullptr;
#endif
};

#endif
