/* SPDX-License-Identifier: MIT */
/* Work that waits on the device. Nothing runs until somebody waits for it; then what is due may run
 * in any order that its dependencies allow, mixed with what nobody waited for. */
#ifndef TIGRILLO_CUDA_TASK_H
#define TIGRILLO_CUDA_TASK_H

#include <functional>
#include <memory>
#include <vector>

struct Task {
    std::function<void()> run; /* empty: a mark that only has its place in the order */
    std::vector<std::shared_ptr<Task>> successors;
    std::vector<Task *> predecessors; /* those that are not done */
    bool done = false;
    bool due = false;    /* the present wait is for it */
    double time = 0;     /* when it was done, in milliseconds */
    unsigned number = 0; /* in the order of the calls */
};

using TaskPointer = std::shared_ptr<Task>;

/* Queues `run`, to happen after what of `after` is not yet done; null pointers are passed over. */
TaskPointer task_queue(std::function<void()> run, const std::vector<TaskPointer> &after);

/* Runs tasks until this one (all of them) is done; then device memory is locked. */
void task_wait(const TaskPointer &task);
void task_wait_all();

/* Runs one task, if there is any. For those who poll. */
void task_run_one();

/* Forgets all that is queued; it counts as done. */
void task_drop_all();

#endif
