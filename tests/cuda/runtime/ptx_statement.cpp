/* SPDX-License-Identifier: MIT */
#include "ptx_statement.h"

#include <algorithm>

namespace ptx {

bool Statement::take(const char *modifier) {
    const auto found = std::find(modifiers.begin(), modifiers.end(), modifier);
    if (found == modifiers.end()) return false;
    modifiers.erase(found);
    return true;
}

Type Statement::take_type() {
    for (auto at = modifiers.begin(); at != modifiers.end(); ++at) {
        const Type type = type_named(*at);
        if (type == Type::none) continue;
        modifiers.erase(at);
        return type;
    }
    return Type::none;
}

Space Statement::take_space() {
    if (take("global")) return Space::global;
    if (take("shared") || take("shared::cta")) return Space::shared;
    if (take("local")) return Space::local;
    if (take("const")) return Space::constant;
    if (take("param") || take("param::entry") || take("param::func")) return Space::parameter;
    return Space::generic;
}

Rounding Statement::take_rounding() {
    if (take("rz")) return Rounding::zero;
    if (take("rm")) return Rounding::down;
    if (take("rp")) return Rounding::up;
    take("rn");
    return Rounding::nearest;
}

int Statement::take_any(const std::vector<const char *> &names) {
    for (size_t i = 0; i < names.size(); i++)
        if (take(names[i])) return static_cast<int>(i);
    return -1;
}

bool Statement::place(Instruction &instruction, size_t count) const {
    if (arguments.size() != count) return false;
    size_t placed = 0;
    for (const Argument &argument : arguments)
        for (const Operand &operand : argument.operands) {
            if (placed == OPERANDS) return false;
            instruction.operands[placed++] = operand;
        }
    return true;
}

} // namespace ptx
