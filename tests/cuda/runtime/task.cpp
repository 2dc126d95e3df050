/* SPDX-License-Identifier: MIT */
#include "task.h"

#include "memory.h"
#include "options.h"
#include "report.h"
#include <algorithm>
#include <chrono>

/* Queued tasks whose predecessors are all done. What is queued and not ready is held by these, as
 * successors of successors. */
static std::vector<TaskPointer> &ready() {
    static auto *result = new std::vector<TaskPointer>;
    return *result;
}

static double milliseconds() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::milli>(now).count();
}

TaskPointer task_queue(std::function<void()> run, const std::vector<TaskPointer> &after) {
    static unsigned numbers;
    auto task = std::make_shared<Task>();
    task->run = std::move(run);
    task->number = ++numbers;
    for (const TaskPointer &predecessor : after) {
        if (!predecessor || predecessor->done) continue;
        predecessor->successors.push_back(task);
        task->predecessors.push_back(predecessor.get());
    }
    if (task->predecessors.empty()) ready().push_back(task);
    return task;
}

static void finish(const TaskPointer &task) {
    task->done = true;
    task->time = milliseconds();
    task->run = nullptr;
    for (const TaskPointer &successor : task->successors) {
        auto &waits = successor->predecessors;
        waits.erase(std::remove(waits.begin(), waits.end(), task.get()), waits.end());
        if (waits.empty()) ready().push_back(successor);
    }
    task->successors.clear();
}

static void run(std::size_t index) {
    const TaskPointer task = ready()[index];
    ready().erase(ready().begin() + static_cast<std::ptrdiff_t>(index));
    if (task->run) {
        memory_unlock();
        task->run();
    }
    finish(task);
}

/* How a wait treats work that nobody waits for: what is missing an order shows in one or another.
 */
enum class Others { stay, mix, first };

static std::size_t pick(Others others) {
    std::vector<std::size_t> due, rest;
    for (std::size_t i = 0; i < ready().size(); i++) (ready()[i]->due ? due : rest).push_back(i);
    if (due.empty()) fail("a wait for work that can never be done");
    const auto older = [](std::size_t a, std::size_t b) {
        return ready()[a]->number < ready()[b]->number;
    };
    if (options().order == Order::ascending)
        return *std::min_element(due.begin(), due.end(), older);
    if (options().order == Order::descending)
        return *std::max_element(due.begin(), due.end(), older);
    const bool other = !rest.empty() &&
                       (others == Others::first || (others == Others::mix && random_below(2)));
    const std::vector<std::size_t> &choice = other ? rest : due;
    return choice[random_below(static_cast<std::uint32_t>(choice.size()))];
}

static void mark_due(Task *task) {
    std::vector<Task *> open = {task};
    while (!open.empty()) {
        Task *next = open.back();
        open.pop_back();
        if (next->due) continue;
        next->due = true;
        open.insert(open.end(), next->predecessors.begin(), next->predecessors.end());
    }
}

void task_wait(const TaskPointer &task) {
    if (task && !task->done) {
        mark_due(task.get());
        const auto others = static_cast<Others>(random_below(3));
        while (!task->done) run(pick(others));
    }
    memory_lock();
}

void task_wait_all() {
    while (!ready().empty()) {
        for (const TaskPointer &task : ready()) task->due = true;
        run(pick(Others::stay));
    }
    memory_lock();
}

void task_run_one() {
    if (!ready().empty()) run(random_below(static_cast<std::uint32_t>(ready().size())));
    memory_lock();
}

void task_drop_all() {
    while (!ready().empty()) {
        const TaskPointer task = ready().back();
        ready().pop_back();
        finish(task);
    }
}
