// SPDX-License-Identifier: Apache-2.0
#include "rulec/show.hpp"

#include <arpa/inet.h>

#include <array>

#include "lang/tree.hpp"

namespace sensor::rulec {
namespace {

using lang::Constant;
using lang::Program;
using lang::Term;

std::string address_text(const Constant& c) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(c.kind == Kind::Ip4 ? AF_INET : AF_INET6, c.bytes.data(), text.data(), text.size());
    std::string shown = text.data();
    if (c.is_net) shown += "/" + std::to_string(c.prefix);
    return shown;
}

std::string hex_text(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

std::string constant_text(const Constant& c, Op op) {
    switch (c.kind) {
        case Kind::Bool: return c.bits != 0 ? "true" : "false";
        case Kind::Int: return std::to_string(static_cast<std::int64_t>(c.bits));
        case Kind::Double: return std::to_string(__builtin_bit_cast(double, c.bits));
        case Kind::Bytes:
            if (op == Op::bcontains || op == Op::bstartswith) return hex_text(c.bytes);
            return lang::quote_if_needed(c.bytes);
        case Kind::Text: return lang::quote_if_needed(c.bytes);
        case Kind::Ip4:
        case Kind::Ip6: return address_text(c);
        default: return std::to_string(c.bits);
    }
}

}  // namespace

std::string show_term(const Program& program, std::uint32_t number) {
    const Term& term = program.terms[number];
    switch (term.kind) {
        case Term::Kind::Field: return to_text(term.field);
        case Term::Kind::Constant: return constant_text(term.constant, Op::eq);
        default: break;
    }
    std::string text =
        term.kind == Term::Kind::List ? "(" : std::string(to_text(term.transformer)) + "(";
    for (std::size_t k = 0; k < term.args.size(); ++k)
        text += (k == 0 ? "" : ", ") + show_term(program, term.args[k]);
    text += ")";
    if (term.has_option) text += "[" + term.option + "]";
    return text;
}

std::string show_predicate(const Program& program, const lang::Predicate& p, std::size_t at_most) {
    std::string text = show_term(program, p.left) + " ";
    text += p.op == Op::eq ? "=" : op_info(p.op).text;
    if (p.modifier != Modifier::none) text += " " + std::string(to_text(p.modifier));
    if (p.op == Op::exists) return text;
    if (p.right_is_term) return text + " val(" + show_term(program, p.right) + ")";
    const bool list = op_info(p.op).right == RightSide::MANY || p.modifier != Modifier::none;
    if (!list && p.constants.size() == 1)
        return text + " " + constant_text(p.constants.front(), p.op);
    text += " (";
    for (std::size_t k = 0; k < p.constants.size() && k < at_most; ++k)
        text += (k == 0 ? "" : ", ") + constant_text(p.constants[k], p.op);
    if (p.constants.size() > at_most)
        text += ", and " + std::to_string(p.constants.size() - at_most) + " more";
    return text + ")";
}

}  // namespace sensor::rulec
