/* SPDX-License-Identifier: MIT */
/* Branches, calls and ends. */
#include <algorithm>

#include "ptx_execute.h"
#include "ptx_statement.h"

namespace ptx {

static constexpr uint64_t LOCAL_GAP = 256;
static constexpr size_t MOST_FRAMES = 1000;

static void branch(Thread &t, const Instruction &i) {
    t.pc = i.target;
}

static void branch_by_table(Thread &t, const Instruction &i) {
    const std::vector<uint32_t> &table = t.block->launch->module->branch_tables[i.target];
    const uint32_t index = read<uint32_t>(t, i.operands[0]);
    if (index >= table.size())
        fault(t, "brx.idx: index %u of a table of %zu labels", index, table.size());
    t.pc = table[index];
}

/* A frame's variables begin behind those of its caller. */
static void enter(Thread &t, const Call &call, const Function &function) {
    if (t.frames.size() >= MOST_FRAMES) fault(t, "calls too deep: endless recursion?");
    const Frame caller = t.frames.back();
    Frame frame;
    frame.function = &function;
    frame.return_to = t.pc;
    frame.registers = caller.registers + caller.function->registers;
    frame.parameters = t.parameters.size();
    frame.local = (t.local.size() + LOCAL_GAP + 255) / 256 * 256;
    frame.call = &call;

    t.all_registers.resize(frame.registers + function.registers, 0x7fc0dead7fc0deadull);
    std::copy_n(t.all_registers.begin() + static_cast<long>(caller.registers), SPECIAL_REGISTERS,
                t.all_registers.begin() + static_cast<long>(frame.registers));
    t.registers = &t.all_registers[frame.registers];
    t.registers[LOCAL_BASE] = frame.local;
    t.parameters.resize(frame.parameters + function.frame_size, 0xff);
    t.local.resize(frame.local + function.local_size, 0xff);
    t.local_written.resize(t.local.size(), 0);
    for (size_t k = 0; k < function.parameters.size(); k++)
        memcpy(&t.parameters[frame.parameters + function.parameters[k].address],
               &t.parameters[caller.parameters + call.arguments[k]], function.parameters[k].size);
    t.frames.push_back(frame);
    t.pc = function.first;
}

static void call(Thread &t, const Instruction &i) {
    const Module &module = *t.block->launch->module;
    const Call &called = module.calls[i.target];
    const Function &function = module.functions[called.function];
    if (!function.defined) fault(t, "function %s is declared only", function.name.c_str());
    if (function.parameters.size() != called.arguments.size() ||
        function.results.size() != called.results.size())
        fault(t, "function %s has %zu parameters, not %zu", function.name.c_str(),
              function.parameters.size(), called.arguments.size());
    enter(t, called, function);
}

static void exit_thread(Thread &t, const Instruction &) {
    thread_exits(t);
}

static void return_from(Thread &t, const Instruction &i) {
    if (t.frames.size() == 1) {
        exit_thread(t, i);
        return;
    }
    const Frame frame = t.frames.back();
    t.frames.pop_back();
    const Frame &caller = t.frames.back();
    for (size_t k = 0; k < frame.function->results.size(); k++) {
        const Variable &result = frame.function->results[k];
        memcpy(&t.parameters[caller.parameters + frame.call->results[k]],
               &t.parameters[frame.parameters + result.address], result.size);
    }
    t.pc = frame.return_to;
    t.all_registers.resize(frame.registers);
    t.registers = &t.all_registers[caller.registers];
    t.parameters.resize(frame.parameters);
    t.local.resize(caller.local + caller.function->local_size);
    t.local_written.resize(t.local.size());
}

static void trap(Thread &t, const Instruction &) {
    fault(t, "trap");
}

static void nothing(Thread &, const Instruction &) {
}

void run_unsupported(Thread &t, const Instruction &i) {
    const std::string &note = t.block->launch->module->notes[i.target];
    fault(t, "the instruction is not supported by the PTX interpreter%s%s",
          note.empty() ? "" : ": ", note.c_str());
}

/* Fences order nothing here: only barriers do, and atomic accesses need no order. */
static Handler decode_fence(Statement &s) {
    s.take_any({"sc", "acq_rel", "acquire", "release"});
    s.take_any({"cta", "cluster", "gpu", "gl", "sys"});
    return nothing;
}

Handler decode_control(Statement &s, Instruction &i) {
    if (s.is("bra")) {
        s.take("uni");
        return branch;
    }
    if (s.is("brx")) {
        s.take("uni");
        return s.take("idx") && s.place(i, 1) ? branch_by_table : nullptr;
    }
    if (s.is("call")) {
        s.take("uni");
        return call;
    }
    if (s.is("ret")) {
        s.take("uni");
        return return_from;
    }
    if (s.is("exit")) return exit_thread;
    if (s.is("trap")) return trap;
    if (s.is("membar") || s.is("fence")) return decode_fence(s);
    if (s.is("nanosleep") || s.is("prefetch") || s.is("prefetchu")) {
        s.modifiers.clear();
        return nothing;
    }
    return nullptr;
}

} // namespace ptx
