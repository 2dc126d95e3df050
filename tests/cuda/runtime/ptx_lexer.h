/* SPDX-License-Identifier: MIT */
/* PTX text as words, signs and strings. */
#ifndef TIGRILLO_PTX_LEXER_H
#define TIGRILLO_PTX_LEXER_H

#include <cstdint>
#include <string>
#include <vector>

namespace ptx {

struct Token {
    enum Kind { word, sign, text, end };
    Kind kind;
    std::string value; /* a sign is one character; a word may hold dots and "::" */
    uint32_t line;
};

class Lexer {
  public:
    explicit Lexer(const std::string &text);

    const Token &peek(size_t ahead = 0) const {
        return tokens[next_token + ahead < tokens.size() ? next_token + ahead : tokens.size() - 1];
    }
    Token next();
    bool accept(const char *value); /* taken if it is next */
    void expect(const char *value);
    std::string word();
    int64_t number();      /* an integer, perhaps with a sign */
    void skip_line();      /* all that is left of the next token's line */
    void skip_statement(); /* all up to and with a semicolon */
    void skip_braces();    /* from { to its } */

  private:
    std::vector<Token> tokens;
    size_t next_token = 0;
};

/* The bits of a number as PTX writes it, 0f and 0d included; false if it is none. */
bool literal(const std::string &word, uint64_t *bits);

} // namespace ptx

#endif
