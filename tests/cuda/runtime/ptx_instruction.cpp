/* SPDX-License-Identifier: MIT */
/* Instructions are taken apart here, into a Statement, which the decoders understand. */
#include "ptx_parser_state.h"
#include "report.h"

namespace ptx {

static const struct {
    const char *name;
    SpecialRegister slot;
} special_registers[] = {
    {"%tid.x", TID_X},
    {"%tid.y", TID_Y},
    {"%tid.z", TID_Z},
    {"%ntid.x", NTID_X},
    {"%ntid.y", NTID_Y},
    {"%ntid.z", NTID_Z},
    {"%ctaid.x", CTAID_X},
    {"%ctaid.y", CTAID_Y},
    {"%ctaid.z", CTAID_Z},
    {"%nctaid.x", NCTAID_X},
    {"%nctaid.y", NCTAID_Y},
    {"%nctaid.z", NCTAID_Z},
    {"%laneid", LANEID},
    {"%warpid", WARPID},
    {"%nwarpid", NWARPID},
    {"%lanemask_eq", LANEMASK_EQ},
    {"%lanemask_lt", LANEMASK_LT},
    {"%lanemask_le", LANEMASK_LE},
    {"%lanemask_gt", LANEMASK_GT},
    {"%lanemask_ge", LANEMASK_GE},
    {"%total_smem_size", TOTAL_SHARED},
    {"%dynamic_smem_size", DYNAMIC_SHARED},
};

/* ---- Operands ---- */

/* A register, or the address of a variable. */
Operand Parser::named(const std::string &name, Space *space) {
    Operand made;
    made.kind = Operand::reg;
    for (const auto &special : special_registers)
        if (name == special.name) {
            made.index = special.slot;
            made.bits = 32;
            return made;
        }
    const Symbol *const symbol = find(name);
    if (!symbol) {
        if (trouble.empty()) trouble = "what is " + name + "?";
        made.kind = Operand::none;
        return made;
    }
    if (symbol->is_register) {
        made.index = symbol->index;
        made.bits = static_cast<uint8_t>(8 * size_of(symbol->type));
        return made;
    }
    *space = symbol->space;
    made.value = symbol->address;
    if (symbol->space == Space::local) {
        made.index = LOCAL_BASE;
    } else if (symbol->space == Space::shared && symbol->address == DYNAMIC_SHARED_BASE) {
        made.index = DYNAMIC_BASE;
        made.value = 0;
    } else {
        made.kind = Operand::immediate;
    }
    return made;
}

Operand Parser::operand() {
    Operand made;
    if (lexer.accept("!")) {
        made = operand();
        made.inverted = !made.inverted;
        return made;
    }
    if (lexer.accept("_")) return made;
    uint64_t bits;
    if (lexer.peek().value == "-" || literal(lexer.peek().value, &bits)) {
        made.kind = Operand::immediate;
        made.value = static_cast<uint64_t>(lexer.number());
        return made;
    }
    const std::string name = lexer.word();
    if (name == "WARP_SZ") {
        made.kind = Operand::immediate;
        made.value = 32;
        return made;
    }
    Space space = Space::generic;
    return named(name, &space);
}

/* [register + 4], [variable + 4], [4] */
Argument Parser::address() {
    Argument made;
    made.kind = Argument::address;
    lexer.expect("[");
    uint64_t bits;
    Operand place;
    if (lexer.peek().kind == Token::word && !literal(lexer.peek().value, &bits)) {
        place = named(lexer.word(), &made.space);
    } else {
        place.kind = Operand::immediate;
    }
    if (lexer.peek().value != "]") place.value += static_cast<uint64_t>(lexer.number());
    if (!lexer.accept("]")) {
        trouble = "the address";
        while (!lexer.accept("]") && lexer.peek().kind != Token::end) lexer.next();
    }
    made.operands.push_back(place);
    return made;
}

Argument Parser::argument() {
    if (lexer.peek().value == "[") return address();
    Argument made;
    if (lexer.accept("{")) {
        made.kind = Argument::vector;
        do made.operands.push_back(operand());
        while (lexer.accept(","));
        lexer.expect("}");
        return made;
    }
    if (lexer.peek().kind == Token::word && lexer.peek().value != "_") {
        /* The name of a variable: cvta and mov take its address. */
        uint64_t bits;
        if (!literal(lexer.peek().value, &bits) && lexer.peek().value != "WARP_SZ") {
            made.operands.push_back(named(lexer.word(), &made.space));
            if (lexer.accept("+")) made.operands[0].value += static_cast<uint64_t>(lexer.number());
        } else {
            made.operands.push_back(operand());
        }
    } else {
        made.operands.push_back(operand());
    }
    if (lexer.accept("|")) {
        made.kind = Argument::pair;
        made.operands.push_back(operand());
    }
    return made;
}

/* ---- Instructions ---- */

static std::vector<std::string> split(const std::string &word) {
    std::vector<std::string> parts(1);
    for (const char c : word)
        if (c == '.')
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

void Parser::instruction() {
    Instruction made;
    Statement statement;
    trouble.clear();
    if (lexer.accept("@")) {
        made.guard_inverted = lexer.accept("!");
        const std::string name = lexer.word();
        const Symbol *const guard = find(name);
        if (!guard || !guard->is_register)
            fail("PTX line %u: %s is no predicate", lexer.peek().line, name.c_str());
        made.guard = static_cast<int32_t>(guard->index);
    }
    made.line = lexer.peek().line;
    std::vector<std::string> parts = split(lexer.word());
    statement.opcode = parts[0];
    statement.modifiers.assign(parts.begin() + 1, parts.end());
    const auto here = static_cast<uint32_t>(module.code.size());

    if (statement.is("bra")) {
        branches.emplace_back(here, lexer.word());
    } else if (statement.is("brx")) {
        statement.arguments.push_back(argument());
        lexer.expect(",");
        table_branches.emplace_back(here, lexer.word());
    } else if (statement.is("call")) {
        call(made);
    } else if (lexer.peek().value != ";") {
        do statement.arguments.push_back(argument());
        while (lexer.accept(","));
    }
    if (lexer.peek().value != ";") {
        if (trouble.empty()) trouble = "\"" + lexer.peek().value + "\"";
        lexer.skip_statement();
    } else {
        lexer.next();
    }
    emit(made, statement);
}

/* (name, ...), of variables in the frame */
std::vector<uint64_t> Parser::call_list() {
    std::vector<uint64_t> made;
    lexer.expect("(");
    while (!lexer.accept(")")) {
        const std::string name = lexer.word();
        const Symbol *const symbol = find(name);
        if (!symbol || symbol->is_register || symbol->space != Space::frame)
            trouble = "argument " + name;
        else
            made.push_back(symbol->address);
        lexer.accept(",");
    }
    return made;
}

void Parser::call(Instruction &made) {
    Call called;
    if (lexer.peek().value == "(") {
        called.results = call_list();
        lexer.expect(",");
    }
    called.name = lexer.word();
    if (find(called.name)) {
        trouble = "a call through a register";
        return;
    }
    if (lexer.accept(",")) called.arguments = call_list();
    made.target = static_cast<uint32_t>(module.calls.size());
    module.calls.push_back(called);
}

void Parser::emit(Instruction made, Statement &statement) {
    static Handler (*const decoders[])(Statement &, Instruction &) = {
        decode_control,    decode_memory,     decode_move,  decode_integer,
        decode_comparison, decode_conversion, decode_float, decode_approximation,
        decode_collective, decode_barrier};
    made.source = source;
    const Statement written = statement;
    for (const auto decode : decoders) {
        statement = written;
        const Instruction before = made;
        made.run = decode(statement, made);
        if (made.run && statement.all_taken()) break;
        made = before;
        made.run = nullptr;
    }
    if (!made.run || !trouble.empty()) {
        made.run = run_unsupported;
        made.target = static_cast<uint32_t>(module.notes.size());
        module.notes.push_back(trouble);
        for (auto *list : {&branches, &table_branches})
            while (!list->empty() && list->back().first == module.code.size()) list->pop_back();
    }
    module.code.push_back(made);
}

} // namespace ptx
