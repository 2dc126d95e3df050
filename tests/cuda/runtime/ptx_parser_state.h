/* SPDX-License-Identifier: MIT */
/* The parser's own: what is known while text is read. Its parts are in ptx_parser.cpp (modules and
 * functions), ptx_declaration.cpp (variables and registers) and ptx_instruction.cpp. */
#ifndef TIGRILLO_PTX_PARSER_STATE_H
#define TIGRILLO_PTX_PARSER_STATE_H

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ptx_lexer.h"
#include "ptx_module.h"
#include "ptx_statement.h"

namespace ptx {

inline uint64_t align(uint64_t offset, uint64_t alignment) {
    return (offset + alignment - 1) / alignment * alignment;
}

struct Symbol {
    bool is_register;
    uint32_t index; /* of a register */
    Type type;
    Space space; /* of a variable */
    uint64_t address, size;
};

/* A declaration's `.align 4 .b8 name[8][4]`. */
struct Declaration {
    std::string name;
    Type type = Type::none;
    uint64_t alignment = 0, size = 0;
    bool open = false; /* name[] */
};

class Parser {
  public:
    Parser(const std::string &text, Module &made) : lexer(text), module(made) {
    }
    void parse();

  private:
    Lexer lexer;
    Module &module;
    Function *function = nullptr;
    std::vector<std::map<std::string, Symbol>> scopes;
    std::map<std::string, uint32_t> labels, tables;
    std::vector<std::pair<uint32_t, std::string>> branches; /* instruction, label */
    std::vector<std::pair<uint32_t, std::string>> table_branches;
    std::vector<std::pair<uint32_t, std::vector<std::string>>> table_labels;
    SourcePlace source;
    std::string trouble; /* why the instruction at hand is not supported */

    const Symbol *find(const std::string &name) const;
    void declare(const std::string &name, const Symbol &symbol);

    bool directive();
    void location();
    Declaration declaration();
    void variable(Space space);
    void initialise(const Declaration &declaration, unsigned char *memory);
    void registers();

    void parse_function(bool kernel);
    std::vector<Variable> parameters(Space space);
    void body();
    void resolve_labels();
    void branch_targets(const std::string &name);

    Operand operand();
    Operand named(const std::string &name, Space *space);
    Argument argument();
    Argument address();
    void instruction();
    void call(Instruction &instruction);
    std::vector<uint64_t> call_list();
    void emit(Instruction instruction, Statement &statement);
};

} // namespace ptx

#endif
