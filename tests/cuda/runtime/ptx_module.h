/* SPDX-License-Identifier: MIT */
/* What the parser makes of PTX text: code ready to run, without names but for messages. */
#ifndef TIGRILLO_PTX_MODULE_H
#define TIGRILLO_PTX_MODULE_H

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ptx {

__extension__ typedef __int128 Integer128;
__extension__ typedef unsigned __int128 Unsigned128;

enum class Type : uint8_t {
    none,
    predicate,
    b8,
    u8,
    s8,
    b16,
    u16,
    s16,
    b32,
    u32,
    s32,
    f32,
    b64,
    u64,
    s64,
    f64
};

Type type_named(const std::string &name); /* "u32"; none if there is none of that name */
unsigned size_of(Type type);
bool is_signed(Type type);
bool is_float(Type type);

/* `parameter` is a kernel's, the same for all threads; `frame` is what functions are called with.
 */
enum class Space : uint8_t { generic, global, shared, local, constant, parameter, frame };

/* Generic addresses: device memory has the host's addresses, other spaces a window each. */
enum : uint64_t {
    SHARED_WINDOW = 1ull << 60,
    LOCAL_WINDOW = 2ull << 60,
    CONSTANT_WINDOW = 3ull << 60,
    PARAMETER_WINDOW = 4ull << 60,
    WINDOW_MASK = 15ull << 60
};
uint64_t window_of(Space space);

/* Special registers are ordinary ones, filled in when a thread starts. */
enum SpecialRegister : uint32_t {
    TID_X,
    TID_Y,
    TID_Z,
    NTID_X,
    NTID_Y,
    NTID_Z,
    CTAID_X,
    CTAID_Y,
    CTAID_Z,
    NCTAID_X,
    NCTAID_Y,
    NCTAID_Z,
    LANEID,
    WARPID,
    NWARPID,
    LANEMASK_EQ,
    LANEMASK_LT,
    LANEMASK_LE,
    LANEMASK_GT,
    LANEMASK_GE,
    TOTAL_SHARED,
    DYNAMIC_SHARED,
    LOCAL_BASE,   /* where the frame's local memory begins; these two have no names in PTX */
    DYNAMIC_BASE, /* where the dynamic shared memory begins */
    SPECIAL_REGISTERS
};

/* The address of .extern .shared name[] until a launch knows better. */
enum : uint64_t { DYNAMIC_SHARED_BASE = ~0ull };

struct Operand {
    enum Kind : uint8_t { none, reg, immediate };
    Kind kind = none;
    bool inverted = false; /* !%p */
    uint8_t bits = 64;     /* the register's width */
    uint32_t index = 0;    /* the register's number */
    uint64_t value = 0;    /* an immediate's bits, or what an address adds to its register */
};

enum class Rounding : uint8_t { nearest, zero, down, up };

struct Thread;
struct Instruction;
using Handler = void (*)(Thread &, const Instruction &);

enum { OPERANDS = 6 };

/* From .loc; what was inlined has the place of the call too. Line 0: not known. */
struct SourcePlace {
    uint32_t file = 0, line = 0, call_file = 0, call_line = 0;
};

struct Instruction {
    Handler run = nullptr;
    int32_t guard = -1; /* the predicate register of @%p */
    bool guard_inverted = false;
    Type type = Type::none, source_type = Type::none;
    Space space = Space::generic;
    uint8_t vector = 1; /* elements of a load or store */
    uint8_t choice = 0; /* of a family of operations that share a handler */
    Rounding rounding = Rounding::nearest;
    bool flush = false;      /* .ftz */
    bool saturate = false;   /* .sat */
    bool to_integer = false; /* cvt.rni and the like */
    bool read_only = false;  /* ld.global.nc */
    bool atomic = false;     /* a race with another atomic access is none */
    uint32_t target = 0;     /* of a branch: in the code; else in branch_tables, calls or notes */
    uint32_t line = 0;
    SourcePlace source;
    Operand operands[OPERANDS];
};

struct Variable {
    std::string name;
    Space space;
    uint64_t address; /* in its space */
    uint64_t size;
};

struct Function {
    std::string name;
    bool kernel = false, defined = false;
    uint32_t first = 0; /* instruction */
    uint32_t registers = SPECIAL_REGISTERS;
    uint64_t frame_size = 0; /* .param variables of the function and of its calls */
    uint64_t local_size = 0;
    uint64_t parameters_size = 0; /* a kernel's */
    uint32_t maximum_threads = 1024;
    std::vector<Variable> parameters, results;
    std::vector<Variable> shared; /* with gaps between them, so that none is taken for another */
};

struct Call {
    std::string name;
    std::vector<uint64_t> arguments, results; /* offsets in the caller's frame */
    uint32_t function = 0;                    /* filled in at the end */
};

/* Statically initialised memory of the module: .const and .global. */
struct ModuleMemory {
    std::vector<Variable> variables;
    std::vector<std::unique_ptr<uint64_t[]>> memory; /* one for each variable */
};

struct Module {
    std::vector<std::string> lines;
    std::vector<std::string> files; /* by the number of .file */
    std::vector<Instruction> code;
    std::vector<Function> functions;
    std::map<std::string, uint32_t> function_named;
    std::vector<std::vector<uint32_t>> branch_tables;
    std::vector<Call> calls;
    std::vector<std::string> notes; /* why an instruction is not supported */
    std::vector<Variable> shared;   /* declared outside of functions */
    std::string dynamic_shared;     /* .extern .shared name[] */
    ModuleMemory constants, globals;
};

/* Bytes of shared memory that are declared for a kernel, and up to where its variables lie, with
 * the gaps between them. */
uint64_t static_shared_size(const Module &module, const Function &function);
uint64_t shared_extent(const Module &module, const Function &function);

} // namespace ptx

#endif
