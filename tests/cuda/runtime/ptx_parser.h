/* SPDX-License-Identifier: MIT */
#ifndef TIGRILLO_PTX_PARSER_H
#define TIGRILLO_PTX_PARSER_H

#include <memory>
#include <string>

#include "ptx_module.h"

namespace ptx {

/* The module that the text describes. Instructions that the interpreter does not know are noted,
 * and end the test when they are reached; text that makes no sense ends it now. */
std::unique_ptr<Module> parse(const std::string &text);

} // namespace ptx

#endif
