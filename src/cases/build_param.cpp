// SPDX-License-Identifier: Apache-2.0
// The value of a parameter from its text in a case: numbers, flags by name, error names, addresses,
// blocks of texts, bytes in hex.
#include <charconv>
#include <sstream>

#include "cases/build.hpp"

namespace sensor::cases {
namespace {

std::optional<std::int64_t> number(const std::string& text) {
    std::int64_t value = 0;
    const bool hex = text.rfind("0x", 0) == 0;
    const char* first = text.data() + (hex ? 2 : 0);
    const auto [end, error] =
        std::from_chars(first, text.data() + text.size(), value, hex ? 16 : 10);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string unhex(const std::string& text, Place at) {
    std::string out;
    if (text.size() % 2 != 0) throw CaseError{at, "hex of an odd number of digits: " + text};
    for (std::size_t k = 0; k + 1 < text.size(); k += 2) {
        const auto byte = number("0x" + text.substr(k, 2));
        if (!byte) throw CaseError{at, "not hex: " + text};
        out.push_back(static_cast<char>(*byte));
    }
    return out;
}

std::int64_t error_number(const std::string& text, Place at) {
    if (text == "SUCCESS") return 0;
    for (std::uint32_t k = 1; k < 600; ++k) {
        if (errno_name(k) == text) return -static_cast<std::int64_t>(k);
    }
    throw CaseError{at, "neither a number nor an error name: " + text};
}

std::int64_t signal_number(const std::string& text, Place at) {
    for (std::uint32_t k = 1; k < 32; ++k) {
        if (signal_name(k) == text) return k;
    }
    throw CaseError{at, "no signal: " + text};
}

std::string encode_sockaddr(const std::string& text, Place at) {
    if (text.rfind("unix:", 0) == 0) return encode::sockaddr_unix(text.substr(5));
    const HostPort end = host_port(text, at);
    return encode::sockaddr_ip(end.ip, end.port);
}

std::string encode_bytes(const YAML::Node& node) {
    if (node.IsSequence()) {  // a block of texts
        std::string out;
        for (const auto& item : node) out += item.as<std::string>() + '\0';
        return out;
    }
    const auto text = node.as<std::string>();
    if (text.rfind("hex:", 0) == 0) return unhex(text.substr(4), place_of(node));
    return text;
}

std::int64_t encode_number(const std::string& text, const ParamInfo& info, Place at) {
    if (info.table != FlagTable::none)
        return static_cast<std::int64_t>(encode_flags(text, info.table, at));
    switch (info.type) {
        case ParamType::ERRNO:
        case ParamType::INT64: return error_number(text, at);
        case ParamType::SIGTYPE: return signal_number(text, at);
        case ParamType::SYSCALLID:
            if (const SyscallInfo* call = syscall_info(text)) return call->sc;
            throw CaseError{at, "no system call: " + text};
        case ParamType::FD:
            if (text == "AT_FDCWD") return -100;
            return error_number(text, at);
        default: throw CaseError{at, "not a number: " + text};
    }
}

}  // namespace

HostPort host_port(const std::string& text, Place at) {
    const std::size_t colon = text.rfind(':');
    const auto port = colon == std::string::npos ? std::nullopt : number(text.substr(colon + 1));
    if (!port || *port < 0 || *port > 65535)
        throw CaseError{at, "address is not HOST:PORT: " + text, "as 10.0.0.1:80 or [::1]:80"};
    std::string host = text.substr(0, colon);
    if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
    const std::optional<std::string> ip = encode::ip(host);
    if (!ip) throw CaseError{at, "no address: " + host, "as 10.0.0.1:80 or [::1]:80"};
    return {*ip, static_cast<std::uint16_t>(*port)};
}

std::uint64_t encode_flags(const std::string& text, FlagTable table, Place at) {
    std::uint64_t out = 0;
    std::istringstream in(text);
    for (std::string word; std::getline(in, word, '|');) {
        bool found = false;
        for (const FlagInfo& flag : flag_symbols(table)) {
            if (flag.name != word) continue;
            out |= flag.value;
            found = true;
            break;
        }
        if (found) continue;
        const auto value = number(word);
        if (!value) throw CaseError{at, "unknown flag " + word};
        out |= static_cast<std::uint64_t>(*value);
    }
    return out;
}

std::string encode_tuple(const std::string& text, Place at) {
    if (text.rfind("unix:", 0) == 0) return encode::tuple_unix(0x10, 0x20, text.substr(5));
    const std::size_t arrow = text.find("->");
    if (arrow == std::string::npos)
        throw CaseError{at, "tuple is not FROM->TO: " + text,
                        "as 10.0.0.1:4000->10.0.0.2:80 or unix:/path"};
    const HostPort from = host_port(text.substr(0, arrow), at);
    const HostPort to = host_port(text.substr(arrow + 2), at);
    if (from.ip.size() != to.ip.size()) throw CaseError{at, "addresses of two families: " + text};
    return encode::tuple_ip(from.ip, from.port, to.ip, to.port);
}

ParamValue build_param(const YAML::Node& node, const ParamInfo& info, const World& world) {
    const Place at = place_of(node);
    if (node.IsNull()) return std::nullopt;
    if (info.type == ParamType::SOCKADDR) return encode_sockaddr(node.as<std::string>(), at);
    if (info.type == ParamType::SOCKTUPLE) return encode_tuple(node.as<std::string>(), at);
    if (is_variable(info.type)) return encode_bytes(node);
    const auto text = node.as<std::string>();
    if (!text.empty() && text.front() == '@') {  // the number of a given process
        const auto found = world.ids.find(text.substr(1));
        if (found == world.ids.end())
            throw CaseError{at, "no given process " + text, "give one with that id under given:"};
        return found->second;
    }
    if (const auto value = number(text)) return *value;
    return encode_number(text, info, at);
}

}  // namespace sensor::cases
