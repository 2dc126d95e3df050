/* SPDX-License-Identifier: MIT */
/* A launch while it runs: threads, warps, blocks, and what the handlers of instructions share. */
#ifndef TIGRILLO_PTX_EXECUTE_H
#define TIGRILLO_PTX_EXECUTE_H

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "executor.h"
#include "memory.h"
#include "ptx_clocks.h"
#include "ptx_module.h"
#include "ptx_shadow.h"

namespace ptx {

struct Block;
struct Launch;

enum class State : uint8_t { running, at_barrier, in_collective, exited };

/* What a call leaves behind. */
struct Frame {
    const Function *function;
    uint32_t return_to;
    size_t registers;           /* where its registers begin in the thread's */
    uint64_t parameters, local; /* where its .param and .local variables begin */
    const Call *call;           /* that made it */
};

struct Thread {
    uint64_t *registers; /* of the current frame */
    uint32_t pc;
    State state;
    bool carry; /* of add.cc and the like */
    uint32_t number;
    Block *block;
    uint64_t executed; /* instructions */

    uint32_t mask;  /* of the collective that it waits in */
    uint64_t value; /* that it brought there, or to the barrier */

    std::vector<uint64_t> all_registers;
    std::vector<uint8_t> parameters; /* of all frames */
    std::vector<uint8_t> local, local_written;
    std::vector<Frame> frames;

    unsigned lane() const {
        return number % 32;
    }
    unsigned warp() const {
        return number / 32;
    }
};

struct Warp {
    uint32_t waiting = 0; /* lanes in a collective */
    uint32_t exited = 0;  /* and those that never were */
};

struct Barrier {
    std::vector<unsigned> arrived;
    unsigned expected = 0;
    uint32_t pc = 0;
};

enum { BARRIERS = 16 };

struct Block {
    Launch *launch = nullptr;
    uint32_t number = 0;
    Dimensions place = {0, 0, 0};
    unsigned alive = 0;
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    Barrier barriers[BARRIERS];
    std::vector<uint8_t> shared, shared_written;
    std::unique_ptr<Shadow> shadow;
    Clocks clocks;
};

/* An allocation or variable of global memory, and who touched it. */
struct Region {
    uint64_t start, size;
    unsigned char *written; /* as Allocation::written */
    std::unique_ptr<Shadow> shadow;
    const Allocation *allocation; /* nullptr: a variable of the module */
    uint64_t epoch;
    std::string name;
};

struct Launch {
    const Module *module;
    const Function *function;
    LaunchConfiguration configuration;
    std::vector<uint8_t> parameters;

    unsigned block_threads;
    uint64_t epoch;
    std::vector<uint16_t> shared_owner; /* of each byte: the variable's number, 0 for gaps */
    uint64_t dynamic_base;
    std::vector<Region *> region_of; /* where each instruction found its memory last time */
};

/* Runs the whole grid. */
void run_launch(Launch &launch);

/* ---- Faults (ptx_fault.cpp) ---- */

/* The thread that runs, for messages; nullptr: none. Its pc is already that of the next
 * instruction. */
void set_current(const Thread *thread);

/* Ends the test; where the device is goes after the message. */
[[noreturn]] void fault(const Thread &thread, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "PTX line 12 (ld.global.f32 %f1, [%rd1]), softmax.cu:30" */
std::string describe_instruction(const Module &module, uint32_t instruction);
std::string describe_thread(const Launch &launch, uint32_t block, uint32_t thread);

/* ---- Memory (ptx_memory.cpp) ---- */

/* The bytes at an address, after all checks; the access is noted. */
uint8_t *memory_at(Thread &thread, const Instruction &instruction, uint64_t address, unsigned size,
                   Mode mode);
/* For memory_on_free(). */
void forget_region(Allocation &allocation);
/* Checks what .param variables of a frame hold. */
uint8_t *frame_at(Thread &thread, uint64_t offset, uint64_t size);

/* ---- Barriers and collectives (ptx_barrier.cpp, ptx_collective.cpp) ---- */

/* The thread leaves; others may have waited for just that, or may now wait in vain. */
void thread_exits(Thread &thread);
void complete_collective(Block &block, unsigned warp);
/* Why nobody can run. */
std::string describe_waiting(const Block &block);

/* ---- Registers ---- */

template <class T> T read(const Thread &thread, const Operand &operand) {
    const uint64_t bits = operand.kind == Operand::reg ? thread.registers[operand.index]
                                                       : operand.value;
    T value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

template <> inline bool read<bool>(const Thread &thread, const Operand &operand) {
    const uint64_t bits = operand.kind == Operand::reg ? thread.registers[operand.index]
                                                       : operand.value;
    return (bits != 0) != operand.inverted;
}

template <class T> void write(Thread &thread, const Operand &operand, T value) {
    if (operand.kind != Operand::reg) return; /* "_" */
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    thread.registers[operand.index] = bits;
}

/* The handler of an instruction that is a function of its operands, first of which is the result.
 */
template <auto function> struct Apply;
template <class Result, class... Values, Result (*function)(Values...)> struct Apply<function> {
    static void run(Thread &thread, const Instruction &instruction) {
        apply(thread, instruction, std::index_sequence_for<Values...>());
    }

  private:
    template <size_t... number>
    static void apply(Thread &thread, const Instruction &instruction,
                      std::index_sequence<number...>) {
        write<Result>(thread, instruction.operands[0],
                      function(read<Values>(thread, instruction.operands[number + 1])...));
    }
};

} // namespace ptx

#endif
