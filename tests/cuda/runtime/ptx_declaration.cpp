/* SPDX-License-Identifier: MIT */
/* Directives, variables and registers. */
#include <algorithm>
#include <cstring>
#include <memory>

#include "ptx_parser_state.h"
#include "report.h"

namespace ptx {

/* Between shared variables: a wrong index shows. */
static constexpr uint64_t GAP = 256;

const Symbol *Parser::find(const std::string &name) const {
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
        const auto found = scope->find(name);
        if (found != scope->end()) return &found->second;
    }
    return nullptr;
}

void Parser::declare(const std::string &name, const Symbol &symbol) {
    scopes.back()[name] = symbol;
}

/* Those that mean nothing here, inside and outside of functions; whether the next token was one. */
bool Parser::directive() {
    const std::string &name = lexer.peek().value;
    if (lexer.peek().kind != Token::word || name[0] != '.') return false;
    if (name == ".loc") {
        location();
    } else if (name == ".file") {
        lexer.next();
        const size_t number = static_cast<size_t>(lexer.number());
        if (number >= 1u << 20) fail("PTX line %u: file number", lexer.peek().line);
        if (module.files.size() <= number) module.files.resize(number + 1);
        module.files[number] = lexer.peek().value;
        lexer.skip_line();
    } else if (name == ".section") {
        while (lexer.peek().kind != Token::end && lexer.peek().value != "{") lexer.next();
        lexer.skip_braces();
    } else if (name == ".version" || name == ".target" || name == ".address_size") {
        lexer.skip_line();
    } else if (name == ".pragma" || name == ".alias") {
        lexer.skip_statement();
    } else {
        return false;
    }
    return true;
}

/* .loc 3 409 5, function_name $L__info_string0, inlined_at 1 208 33 */
void Parser::location() {
    const uint32_t line = lexer.peek().line;
    lexer.next();
    source = SourcePlace();
    source.file = static_cast<uint32_t>(lexer.number());
    source.line = static_cast<uint32_t>(lexer.number());
    while (lexer.peek().line == line && lexer.peek().kind != Token::end) {
        if (!lexer.accept("inlined_at")) {
            lexer.next();
            continue;
        }
        source.call_file = static_cast<uint32_t>(lexer.number());
        source.call_line = static_cast<uint32_t>(lexer.number());
    }
}

/* What follows the space of a variable or parameter, up to its name and sizes. */
Declaration Parser::declaration() {
    Declaration made;
    for (;;) {
        if (lexer.accept(".align")) {
            made.alignment = static_cast<uint64_t>(lexer.number());
        } else if (lexer.accept(".ptr")) {
            while (lexer.peek().value == ".global" || lexer.peek().value == ".shared" ||
                   lexer.peek().value == ".const" || lexer.peek().value == ".local")
                lexer.next();
        } else if (lexer.peek().value[0] == '.') {
            const std::string name = lexer.word();
            made.type = type_named(name.substr(1));
            if (made.type == Type::none)
                fail("PTX line %u: type %s is not supported", lexer.peek().line, name.c_str());
        } else {
            break;
        }
    }
    made.name = lexer.word();
    const uint64_t element = size_of(made.type);
    if (made.alignment == 0) made.alignment = std::max<uint64_t>(element, 1);
    made.size = element;
    while (lexer.accept("[")) {
        if (lexer.accept("]")) {
            made.open = true;
            continue;
        }
        made.size *= static_cast<uint64_t>(lexer.number());
        lexer.expect("]");
    }
    return made;
}

void Parser::initialise(const Declaration &declaration, unsigned char *memory) {
    const uint64_t element = size_of(declaration.type);
    uint64_t at = 0;
    int depth = 0;
    do {
        if (lexer.accept("{")) {
            depth++;
        } else if (lexer.accept("}")) {
            depth--;
        } else if (!lexer.accept(",")) {
            const auto bits = static_cast<uint64_t>(lexer.number());
            if (at + element > declaration.size)
                fail("PTX line %u: more values than %s holds", lexer.peek().line,
                     declaration.name.c_str());
            memcpy(memory + at, &bits, element);
            at += element;
        }
    } while (depth > 0);
}

void Parser::variable(Space space) {
    lexer.next();
    const Declaration made = declaration();
    Symbol symbol = {false, 0, Type::none, space, 0, made.size};
    if (space == Space::shared) {
        std::vector<Variable> &variables = function && function->kernel ? function->shared
                                                                        : module.shared;
        if (made.open) {
            /* Behind all others, which are not known yet: launches put it there. */
            symbol.address = DYNAMIC_SHARED_BASE;
            module.dynamic_shared = made.name;
        } else {
            uint64_t end = shared_extent(module, function ? *function : Function());
            if (&variables == &module.shared)
                for (const Function &other : module.functions)
                    end = std::max(end, shared_extent(module, other));
            symbol.address = align(end + (end > 0 ? GAP : 0),
                                   std::max<uint64_t>(16, made.alignment));
            variables.push_back({made.name, space, symbol.address, made.size});
        }
    } else if (space == Space::local) {
        if (!function) fail("PTX line %u: .local outside of functions", lexer.peek().line);
        symbol.address = align(function->local_size, std::max<uint64_t>(16, made.alignment));
        function->local_size = symbol.address + made.size;
    } else if (space == Space::frame) {
        if (!function) fail("PTX line %u: .param outside of functions", lexer.peek().line);
        symbol.address = align(function->frame_size, std::max<uint64_t>(8, made.alignment));
        function->frame_size = symbol.address + made.size;
    } else {
        ModuleMemory &all = space == Space::constant ? module.constants : module.globals;
        auto memory = std::make_unique<uint64_t[]>(made.size / 8 + 33);
        auto *const start = reinterpret_cast<unsigned char *>(memory.get());
        const uint64_t host = align(reinterpret_cast<uint64_t>(start), 256);
        if (lexer.accept("=")) initialise(made, start + (host - reinterpret_cast<uint64_t>(start)));
        symbol.address = host;
        all.variables.push_back({made.name, space, host, made.size});
        all.memory.push_back(std::move(memory));
    }
    declare(made.name, symbol);
    lexer.expect(";");
}

/* .reg .b32 %r<10>, ... */
void Parser::registers() {
    lexer.next();
    const std::string name = lexer.word();
    const Type type = type_named(name.substr(1));
    if (type == Type::none)
        fail("PTX line %u: register type %s is not supported", lexer.peek().line, name.c_str());
    do {
        const std::string base = lexer.word();
        if (lexer.accept("<")) {
            const int64_t count = lexer.number();
            for (int64_t i = 0; i < count; i++)
                declare(base + std::to_string(i),
                        {true, function->registers++, type, Space::generic, 0, 0});
            lexer.expect(">");
        } else {
            declare(base, {true, function->registers++, type, Space::generic, 0, 0});
        }
    } while (lexer.accept(","));
    lexer.expect(";");
}

} // namespace ptx
