// SPDX-License-Identifier: Apache-2.0
#include "lang/literal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <optional>

#include "lang/literal_net.hpp"

namespace sensor::lang {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

Constant number_constant(Kind kind, std::uint64_t bits) {
    Constant c;
    c.kind = kind;
    c.bits = bits;
    return c;
}

/// Bits of an integer type, 64 for those that are as wide as a register.
unsigned width_of(ParamType type) {
    switch (type) {
        case ParamType::INT8:
        case ParamType::UINT8:
        case ParamType::FLAGS8:
        case ParamType::ENUMFLAGS8:
        case ParamType::SIGTYPE:
        case ParamType::L4PROTO:
        case ParamType::SOCKFAMILY: return 8;
        case ParamType::INT16:
        case ParamType::UINT16:
        case ParamType::FLAGS16:
        case ParamType::ENUMFLAGS16:
        case ParamType::PORT:
        case ParamType::SYSCALLID: return 16;
        case ParamType::INT32:
        case ParamType::UINT32:
        case ParamType::FLAGS32:
        case ParamType::ENUMFLAGS32:
        case ParamType::MODE: return 32;
        default: return 64;
    }
}

/// Decimal digits with an optional sign, leading blanks allowed, nothing behind.
struct Decimal {
    bool negative = false;
    std::uint64_t magnitude = 0;
    bool overflow = false;
};

std::optional<Decimal> read_decimal(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t\n\v\f\r");
    if (start == std::string_view::npos) return std::nullopt;
    text.remove_prefix(start);
    Decimal d;
    if (text[0] == '-' || text[0] == '+') {
        d.negative = text[0] == '-';
        text.remove_prefix(1);
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), d.magnitude);
    if (text.empty() || end != text.data() + text.size() || error == std::errc::invalid_argument)
        return std::nullopt;
    d.overflow = error == std::errc::result_out_of_range;
    return d;
}

bool asks_equality(Op op) {
    return op == Op::eq || op == Op::eq1 || op == Op::ne || op == Op::in || op == Op::intersects;
}

Error out_of_range(std::string_view text, ParamType type) {
    return Error(quoted(text) + " is out of range for the type " + std::string(to_text(type)));
}

Result<Constant> parse_integer(const LiteralType& type, Op op, std::string_view text) {
    const std::optional<Decimal> d = read_decimal(text);
    if (!d)
        return Error(quoted(text) + " is not a decimal number, which the type " +
                     std::string(to_text(type.type)) + " needs");
    const unsigned width = type.wide ? 64 : width_of(type.type);
    if (is_signed(type.type)) {
        const std::uint64_t limit = std::uint64_t{1} << (width - 1);
        if (d->overflow || d->magnitude > (d->negative ? limit : limit - 1))
            return out_of_range(text, type.type);
        return number_constant(Kind::Int, d->negative ? ~d->magnitude + 1 : d->magnitude);
    }
    const std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max() >> (64 - width);
    if (d->negative && d->magnitude != 0) {
        // -1 is how people write "no such id"; the kernel's own value for it is all ones.
        if (d->magnitude != 1 || !asks_equality(op)) return out_of_range(text, type.type);
        return number_constant(Kind::Uint, greatest);
    }
    if (d->overflow || d->magnitude > greatest) return out_of_range(text, type.type);
    return number_constant(Kind::Uint, d->magnitude);
}

Result<Constant> parse_double(std::string_view text) {
    const std::optional<Decimal> d = read_decimal(text);
    if (!d || d->overflow) return Error(quoted(text) + " is not a whole decimal number");
    const double value = static_cast<double>(d->magnitude) * (d->negative ? -1 : 1);
    return number_constant(Kind::Double, std::bit_cast<std::uint64_t>(value));
}

Result<Constant> parse_bool(std::string_view text) {
    if (text == "true") return number_constant(Kind::Bool, 1);
    if (text == "false") return number_constant(Kind::Bool, 0);
    return Error(quoted(text) + " is neither 'true' nor 'false'");
}

Result<Constant> parse_port(std::string_view text) {
    if (text.empty()) return number_constant(Kind::Uint, 0);
    const bool digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits) return parse_integer({ParamType::PORT}, Op::eq, text);
    const std::optional<std::uint16_t> port = service_port(text);
    if (!port) return Error(quoted(text) + " is neither a port number nor a known service name");
    return number_constant(Kind::Uint, *port);
}

Result<Constant> parse_hex_bytes(std::string_view text) {
    if (text.size() % 2 != 0) return Error(quoted(text) + " has an odd number of hex digits");
    Constant c;
    c.kind = Kind::Bytes;
    for (std::size_t k = 0; k < text.size(); k += 2) {
        unsigned byte = 0;
        const auto [end, error] = std::from_chars(text.data() + k, text.data() + k + 2, byte, 16);
        if (error != std::errc{} || end != text.data() + k + 2)
            return Error(quoted(text) + " is not a text of hex digits");
        c.bytes += static_cast<char>(byte);
    }
    return c;
}

Result<Constant> parse_text(std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        return Error("a text value cannot hold a NUL byte");
    return text_constant(text);
}

Result<Constant> limited(Result<Constant> constant) {
    if (constant && constant->bytes.size() > kMaxValueBytes) {
        return Error("the value is " + std::to_string(constant->bytes.size()) +
                     " bytes long, at most " + std::to_string(kMaxValueBytes) + " are allowed");
    }
    return constant;
}

}  // namespace

Constant text_constant(std::string_view text) {
    Constant c;
    c.kind = Kind::Text;
    c.bytes = std::string(text);
    return c;
}

Result<Constant> parse_literal(const LiteralType& type, Op op, std::string_view text) {
    switch (type_class_of(type.type)) {
        case type_class::BOOL: return parse_bool(text);
        case type_class::TEXT: return limited(parse_text(text));
        case type_class::BYTES: {
            if (op == Op::bcontains || op == Op::bstartswith) return limited(parse_hex_bytes(text));
            Constant c = text_constant(text);
            c.kind = Kind::Bytes;
            return limited(c);
        }
        case type_class::ADDR: return parse_address(type.type, text);
        case type_class::NET: return parse_network(type.type, text);
        case type_class::INT: break;
        default:
            return Error("values of type " + std::string(to_text(type.type)) +
                         " cannot be compared");
    }
    if (type.type == ParamType::DOUBLE) return parse_double(text);
    if (type.type == ParamType::PORT) return parse_port(text);
    return parse_integer(type, op, text);
}

}  // namespace sensor::lang
