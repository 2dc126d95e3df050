/* SPDX-License-Identifier: MIT */
#include "ptx_lexer.h"

#include <cctype>
#include <cstdlib>

#include "report.h"

namespace ptx {

static bool in_word(char c) {
    return isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '%' || c == '.';
}

Lexer::Lexer(const std::string &text) {
    uint32_t line = 1;
    size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '\n') {
            line++;
            at++;
        } else if (isspace(static_cast<unsigned char>(c))) {
            at++;
        } else if (text.compare(at, 2, "//") == 0) {
            at = text.find('\n', at);
            if (at == std::string::npos) break;
        } else if (text.compare(at, 2, "/*") == 0) {
            const size_t close = text.find("*/", at + 2);
            if (close == std::string::npos) break;
            for (; at < close + 2; at++) line += text[at] == '\n';
        } else if (c == '"') {
            size_t close = at + 1;
            while (close < text.size() && text[close] != '"') close += text[close] == '\\' ? 2 : 1;
            tokens.push_back({Token::text, text.substr(at + 1, close - at - 1), line});
            at = close + 1;
        } else if (in_word(c)) {
            const size_t begin = at;
            while (at < text.size() && (in_word(text[at]) || text.compare(at, 2, "::") == 0))
                at += text[at] == ':' ? 2 : 1;
            tokens.push_back({Token::word, text.substr(begin, at - begin), line});
        } else {
            tokens.push_back({Token::sign, std::string(1, c), line});
            at++;
        }
    }
    tokens.push_back({Token::end, "", line});
}

Token Lexer::next() {
    const Token token = peek();
    if (next_token + 1 < tokens.size()) next_token++;
    return token;
}

bool Lexer::accept(const char *value) {
    if (peek().kind == Token::text || peek().value != value) return false;
    next();
    return true;
}

void Lexer::expect(const char *value) {
    if (!accept(value))
        fail("PTX line %u: %s expected, not \"%s\"", peek().line, value, peek().value.c_str());
}

std::string Lexer::word() {
    if (peek().kind != Token::word)
        fail("PTX line %u: a word expected, not \"%s\"", peek().line, peek().value.c_str());
    return next().value;
}

int64_t Lexer::number() {
    const uint32_t line = peek().line;
    bool negative = false;
    while (peek().kind == Token::sign && (peek().value == "-" || peek().value == "+"))
        if (next().value == "-") negative = !negative;
    const std::string value = word();
    uint64_t bits;
    if (!literal(value, &bits))
        fail("PTX line %u: a number expected, not \"%s\"", line, value.c_str());
    return static_cast<int64_t>(negative ? 0 - bits : bits);
}

void Lexer::skip_line() {
    const uint32_t line = peek().line;
    while (peek().kind != Token::end && peek().line == line) next();
}

void Lexer::skip_statement() {
    while (peek().kind != Token::end && !accept(";")) next();
}

void Lexer::skip_braces() {
    expect("{");
    for (unsigned depth = 1; depth > 0 && peek().kind != Token::end;) {
        const Token token = next();
        if (token.kind != Token::sign) continue;
        if (token.value == "{") depth++;
        if (token.value == "}") depth--;
    }
}

bool literal(const std::string &word, uint64_t *bits) {
    if (word.empty() || !isdigit(static_cast<unsigned char>(word[0]))) return false;
    const bool floating = word.size() > 2 && word[0] == '0' &&
                          (tolower(word[1]) == 'f' || tolower(word[1]) == 'd') &&
                          (word.size() == 10 || word.size() == 18);
    const bool binary = word.size() > 2 && word[0] == '0' && tolower(word[1]) == 'b';
    const char *digits = word.c_str() + (floating || binary ? 2 : 0);
    char *end;
    *bits = strtoull(digits, &end, floating ? 16 : binary ? 2 : 0);
    return end != digits && (*end == '\0' || (*end == 'U' && end[1] == '\0'));
}

} // namespace ptx
