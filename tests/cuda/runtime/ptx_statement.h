/* SPDX-License-Identifier: MIT */
/* An instruction as it is written, between the parser and the decoders of the kinds of
 * instructions. A decoder takes the modifiers that it knows: what is left at the end is not
 * supported. */
#ifndef TIGRILLO_PTX_STATEMENT_H
#define TIGRILLO_PTX_STATEMENT_H

#include <string>
#include <vector>

#include "ptx_module.h"

namespace ptx {

struct Argument {
    enum Kind { single, address, vector, pair };
    Kind kind = single;
    Space space = Space::generic; /* of the variable that is named */
    std::vector<Operand> operands;
};

struct Statement {
    std::string opcode;
    std::vector<std::string> modifiers;
    std::vector<Argument> arguments;

    bool is(const char *name) const {
        return opcode == name;
    }
    bool take(const char *modifier);
    Type take_type(); /* none: there is none */
    Space take_space();
    /* Rounding::nearest also where none is given. */
    Rounding take_rounding();
    int take_any(const std::vector<const char *> &names); /* which, or -1 */
    bool all_taken() const {
        return modifiers.empty();
    }
    /* Copies all operands into the instruction's; false unless there are `count` arguments, and
     * room.
     */
    bool place(Instruction &instruction, size_t count) const;
};

/* Each returns nullptr where the statement is none of its own, or not supported. */
Handler decode_integer(Statement &statement, Instruction &instruction);
Handler decode_float(Statement &statement, Instruction &instruction);
Handler decode_approximation(Statement &statement, Instruction &instruction);
Handler decode_comparison(Statement &statement, Instruction &instruction);
Handler decode_conversion(Statement &statement, Instruction &instruction);
Handler decode_move(Statement &statement, Instruction &instruction);
Handler decode_memory(Statement &statement, Instruction &instruction);
Handler decode_collective(Statement &statement, Instruction &instruction);
Handler decode_barrier(Statement &statement, Instruction &instruction);
Handler decode_control(Statement &statement, Instruction &instruction);

/* Ends the test: instruction.target is the note that says why. */
void run_unsupported(Thread &thread, const Instruction &instruction);

} // namespace ptx

#endif
