/* SPDX-License-Identifier: MIT */
/* Modules and functions; the rest of the parser: ptx_parser_state.h. */
#include "ptx_parser.h"

#include <algorithm>

#include "ptx_parser_state.h"
#include "report.h"

namespace ptx {

void Parser::parse() {
    scopes.emplace_back();
    while (lexer.peek().kind != Token::end) {
        if (directive()) continue;
        const std::string &name = lexer.peek().value;
        if (name == ".visible" || name == ".weak" || name == ".extern" || name == ".common") {
            lexer.next();
        } else if (name == ".entry" || name == ".func") {
            const bool kernel = name == ".entry";
            lexer.next();
            parse_function(kernel);
        } else if (name == ".const") {
            variable(Space::constant);
        } else if (name == ".global") {
            variable(Space::global);
        } else if (name == ".shared") {
            variable(Space::shared);
        } else {
            fail("PTX line %u: \"%s\" is not supported outside of functions", lexer.peek().line,
                 name.c_str());
        }
    }
    for (Call &called : module.calls) {
        const auto found = module.function_named.find(called.name);
        if (found == module.function_named.end())
            fail("PTX: function %s is called and not declared", called.name.c_str());
        called.function = found->second;
    }
}

/* ( .param .b64 name, ... ) */
std::vector<Variable> Parser::parameters(Space space) {
    std::vector<Variable> made;
    uint64_t &end = space == Space::parameter ? function->parameters_size : function->frame_size;
    lexer.expect("(");
    while (!lexer.accept(")")) {
        lexer.expect(".param");
        const Declaration parameter = declaration();
        const uint64_t address = align(end, parameter.alignment);
        end = address + parameter.size;
        declare(parameter.name, {false, 0, Type::none, space, address, parameter.size});
        made.push_back({parameter.name, space, address, parameter.size});
        lexer.accept(",");
    }
    return made;
}

void Parser::parse_function(bool kernel) {
    Function made;
    made.kernel = kernel;
    function = &made;
    scopes.emplace_back();
    if (lexer.peek().value == "(") made.results = parameters(Space::frame);
    made.name = lexer.word();
    if (lexer.peek().value == "(")
        made.parameters = parameters(kernel ? Space::parameter : Space::frame);
    while (lexer.peek().value != "{" && lexer.peek().value != ";") {
        if (lexer.accept(".maxntid")) {
            uint64_t threads = static_cast<uint64_t>(lexer.number());
            while (lexer.accept(",")) threads *= static_cast<uint64_t>(lexer.number());
            made.maximum_threads = static_cast<uint32_t>(std::min<uint64_t>(threads, 1024));
        } else if (lexer.peek().value == ".noreturn") {
            lexer.next();
        } else if (lexer.peek().value[0] == '.') {
            lexer.skip_line(); /* .minnctapersm and the like say nothing about results */
        } else {
            fail("PTX line %u: \"%s\" is not supported before a function's body", lexer.peek().line,
                 lexer.peek().value.c_str());
        }
    }
    made.first = static_cast<uint32_t>(module.code.size());
    source = SourcePlace();
    if (lexer.peek().value == "{") {
        made.defined = true;
        body();
        /* What runs off the end returns. */
        Statement ret;
        ret.opcode = "ret";
        emit(Instruction(), ret);
        resolve_labels();
    } else {
        lexer.expect(";");
    }
    scopes.pop_back();
    function = nullptr;

    const auto known = module.function_named.find(made.name);
    if (known == module.function_named.end()) {
        module.function_named[made.name] = static_cast<uint32_t>(module.functions.size());
        module.functions.push_back(made);
    } else if (made.defined) {
        module.functions[known->second] = made;
    }
}

/* { statements }, which may hold blocks of their own. */
void Parser::body() {
    lexer.expect("{");
    scopes.emplace_back();
    while (!lexer.accept("}")) {
        if (lexer.peek().kind == Token::end) fail("PTX: the text ends inside of a function");
        if (directive()) continue;
        const std::string &name = lexer.peek().value;
        if (name == "{") {
            body();
        } else if (name == ".reg") {
            registers();
        } else if (name == ".shared") {
            variable(Space::shared);
        } else if (name == ".local") {
            variable(Space::local);
        } else if (name == ".param") {
            variable(Space::frame);
        } else if (name == ".const" || name == ".global") {
            variable(name == ".const" ? Space::constant : Space::global);
        } else if (lexer.peek().kind == Token::word && lexer.peek(1).value == ":") {
            const std::string label = lexer.word();
            lexer.expect(":");
            if (lexer.peek().value == ".branchtargets")
                branch_targets(label);
            else
                labels[label] = static_cast<uint32_t>(module.code.size());
        } else if (name[0] == '.') {
            fail("PTX line %u: \"%s\" is not supported in functions", lexer.peek().line,
                 name.c_str());
        } else {
            instruction();
        }
    }
    scopes.pop_back();
}

void Parser::branch_targets(const std::string &name) {
    lexer.expect(".branchtargets");
    tables[name] = static_cast<uint32_t>(module.branch_tables.size());
    std::vector<std::string> targets;
    do targets.push_back(lexer.word());
    while (lexer.accept(","));
    lexer.expect(";");
    table_labels.emplace_back(static_cast<uint32_t>(module.branch_tables.size()), targets);
    module.branch_tables.emplace_back();
}

void Parser::resolve_labels() {
    const auto resolve = [](const std::map<std::string, uint32_t> &known, const std::string &name) {
        const auto found = known.find(name);
        if (found == known.end()) fail("PTX: label %s is not in the function", name.c_str());
        return found->second;
    };
    for (const auto &branch : branches)
        module.code[branch.first].target = resolve(labels, branch.second);
    for (const auto &branch : table_branches)
        module.code[branch.first].target = resolve(tables, branch.second);
    for (const auto &table : table_labels)
        for (const std::string &label : table.second)
            module.branch_tables[table.first].push_back(resolve(labels, label));
    branches.clear();
    table_branches.clear();
    table_labels.clear();
    labels.clear();
    tables.clear();
}

std::unique_ptr<Module> parse(const std::string &text) {
    auto module = std::make_unique<Module>();
    for (size_t at = 0; at <= text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        module->lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    Parser(text, *module).parse();
    return module;
}

} // namespace ptx
