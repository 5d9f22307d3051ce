// SPDX-License-Identifier: Apache-2.0
#include "lang/value_hint.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "event/well_known_ports.hpp"
#include "lang/literal.hpp"
#include "lang/literal_net.hpp"
#include "lang/similar.hpp"
#include "lang/tree.hpp"

namespace sensor::lang {
namespace {

/// The field that compares what `address` yields with networks.
std::string_view network_field(FieldId address) {
    switch (address) {
        case FieldId::fd_ip: return "fd.net";
        case FieldId::fd_cip: return "fd.cnet";
        case FieldId::fd_sip: return "fd.snet";
        case FieldId::fd_lip: return "fd.lnet";
        case FieldId::fd_rip: return "fd.rnet";
        default: return {};
    }
}

std::string address_hint(const TermUse& left, std::string_view value) {
    const std::string_view field = network_field(left.field);
    if (!field.empty() && parse_network(ParamType::IPNET, value))
        return "networks are compared with " + std::string(field) + ": " + std::string(field) +
               " = " + std::string(value);
    return "write an address such as 10.0.0.1 or 2001:db8::1";
}

std::string network_hint(std::string_view value) {
    const std::string_view host = value.substr(0, value.find('/'));
    const Result<Constant> address = parse_address(ParamType::IPADDR, host);
    if (!address) return "write a network such as 10.0.0.0/8 or 2001:db8::/32";
    const bool v4 = address->kind == Kind::Ip4;
    return std::string(host) + (v4 ? "/32" : "/128") + " is this address alone, " +
           (v4 ? "10.0.0.0/8" : "2001:db8::/32") + " a whole network";
}

std::string port_hint(std::string_view value) {
    const bool digits = value.find_first_not_of("0123456789") == std::string_view::npos;
    if (digits) return "a port is a number from 0 to 65535";
    std::vector<std::string_view> names;
    for (const WellKnownPort& service : kWellKnownPorts) names.push_back(service.name);
    const std::string near = did_you_mean(value, names);
    return near.empty() ? "write the number of the port" : near;
}

std::string bool_hint(std::string_view value) {
    const std::string word = lower_case(value);
    for (const std::string_view yes : {"true", "yes", "on", "1", "y"})
        if (word == yes) return "write 'true'";
    for (const std::string_view no : {"false", "no", "off", "0", "n"})
        if (word == no) return "write 'false'";
    return "write 'true' or 'false'";
}

/// Decimal text of a hexadecimal number; "" if it is none.
std::string decimal_of(std::string_view value) {
    if (!value.starts_with("0x") && !value.starts_with("0X")) return {};
    value.remove_prefix(2);
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), number, 16);
    if (error != std::errc{} || end != value.data() + value.size()) return {};
    return std::to_string(number);
}

/// Greatest and least number that a literal of the type may be, found by asking for them.
std::string range_hint(const LiteralType& type, Op op) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSigned = {
        {{"-128", "127"},
         {"-32768", "32767"},
         {"-2147483648", "2147483647"},
         {"-9223372036854775808", "9223372036854775807"}}};
    constexpr std::array<std::string_view, 4> kUnsigned = {"255", "65535", "4294967295",
                                                           "18446744073709551615"};
    for (std::size_t k = kUnsigned.size(); k-- > 0;) {
        const bool is_signed = sensor::is_signed(type.type);
        const std::string_view most = is_signed ? kSigned[k].second : kUnsigned[k];
        if (!parse_literal(type, op, most)) continue;
        return "numbers here go from " + std::string(is_signed ? kSigned[k].first : "0") + " to " +
               std::string(most);
    }
    return {};
}

std::string integer_hint(const Node& node, const TermUse& left, std::string_view value) {
    if (const std::string decimal = decimal_of(value); !decimal.empty())
        return "write it in decimal: " + decimal;
    const bool digits = value.find_first_not_of("+-0123456789") == std::string_view::npos;
    if (digits && !value.empty())
        return range_hint({left.type, left.field == FieldId::evt_rawarg}, node.op);
    if (left.field == FieldId::evt_rawarg) {
        const std::string name = node.left.field.name.substr(std::string("evt.rawarg").size());
        return "names are compared with the text: evt.arg" + name + " contains " +
               std::string(value);
    }
    return "write a number: " + to_text(node.left) + " " + std::string(op_info(node.op).text) +
           (node.op == Op::in || node.op == Op::intersects ? " (3)" : " 3");
}

}  // namespace

std::string value_hint(const Node& node, const TermUse& left, std::string_view value) {
    if (left.type == ParamType::PORT) return port_hint(value);
    switch (type_class_of(left.type)) {
        case type_class::BOOL: return bool_hint(value);
        case type_class::ADDR: return address_hint(left, value);
        case type_class::NET: return network_hint(value);
        case type_class::INT: return integer_hint(node, left, value);
        case type_class::BYTES:
            if (node.op == Op::bcontains || node.op == Op::bstartswith)
                return "two hexadecimal digits make a byte: cafe01";
            [[fallthrough]];
        case type_class::TEXT:
            if (value.size() > kMaxValueBytes)
                return "compare with a part of it: startswith, endswith or contains";
            return {};
        default: return {};
    }
}

std::string regex_hint(const Node& node, std::string_view pattern) {
    if (pattern.find("(?i)") != std::string_view::npos)
        return "for any case compare tolower(" + to_text(node.left) +
               ") with a pattern in lower case";
    if (pattern.find("(?") != std::string_view::npos)
        return "groups of the form (?...) and looking around are not there";
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kClasses = {
        {{"\\d", "[0-9]"}, {"\\w", "[A-Za-z0-9_]"}, {"\\s", "[[:space:]]"}, {"\\b", "nothing"}}};
    for (const auto& [perl, posix] : kClasses) {
        if (pattern.find(perl) != std::string_view::npos)
            return "write " + std::string(posix) + " for " + std::string(perl);
    }
    const auto lacks = [&](char open, char close) {
        return std::count(pattern.begin(), pattern.end(), open) !=
               std::count(pattern.begin(), pattern.end(), close);
    };
    if (lacks('[', ']')) return "close the bracket, or write \\\\[ for the character";
    if (lacks('(', ')')) return "close the parenthesis, or write \\\\( for the character";
    if (pattern.starts_with('*') || pattern.starts_with('+') || pattern.starts_with('?'))
        return "write .* for any text; the operator glob takes a * alone";
    return {};
}

std::string flag_hint(const Node& node, std::string_view value) {
    constexpr std::string_view kPrefix = "evt.arg.";
    const std::string_view field = node.left.field.name;
    if (node.left.kind != Operand::Kind::Field || !field.starts_with(kPrefix)) return {};
    std::set<std::string_view> flags;
    for (const EventInfo& event : all_events()) {
        for (const ParamInfo& parameter : event.params) {
            if (parameter.name != field.substr(kPrefix.size())) continue;
            for (const FlagInfo& flag : flag_symbols(parameter.table)) flags.insert(flag.name);
        }
    }
    while (!flags.empty() && !value.empty()) {
        const std::string_view word = value.substr(0, value.find('|'));
        value.remove_prefix(std::min(word.size() + 1, value.size()));
        const bool part = std::any_of(flags.begin(), flags.end(), [&](std::string_view flag) {
            return flag.find(word) != std::string_view::npos;
        });
        if (part) continue;
        std::string near = did_you_mean(word, {flags.begin(), flags.end()});
        if (!near.empty()) return near;
    }
    return {};
}

std::string typographic_quotes_hint(std::string_view value) {
    constexpr std::string_view kQuotes[] = {"\u201c", "\u201d", "\u201e", "\u2018", "\u2019"};
    const auto is_quote = [&](std::string_view text) {
        return std::find(std::begin(kQuotes), std::end(kQuotes), text) != std::end(kQuotes);
    };
    if (value.size() < 3 || !is_quote(value.substr(0, 3))) return {};
    value.remove_prefix(3);
    if (value.size() >= 3 && is_quote(value.substr(value.size() - 3))) value.remove_suffix(3);
    return "these quotes are part of the value; write \"" + std::string(value) + "\"";
}

}  // namespace sensor::lang
