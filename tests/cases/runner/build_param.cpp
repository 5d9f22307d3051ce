// SPDX-License-Identifier: Apache-2.0
// The value of a parameter from its text in a case: numbers, flags by name, error names, addresses,
// blocks of texts, bytes in hex.
#include <charconv>
#include <sstream>

#include "tests/cases/runner/build.hpp"

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

std::string unhex(const std::string& text, std::size_t line) {
    std::string out;
    for (std::size_t k = 0; k + 1 < text.size(); k += 2) {
        const auto byte = number("0x" + text.substr(k, 2));
        if (!byte) throw CaseError{line, "not hex: " + text};
        out.push_back(static_cast<char>(*byte));
    }
    return out;
}

std::int64_t error_number(const std::string& text, std::size_t line) {
    if (text == "SUCCESS") return 0;
    for (std::uint32_t k = 1; k < 600; ++k) {
        if (errno_name(k) == text) return -static_cast<std::int64_t>(k);
    }
    throw CaseError{line, "neither a number nor an error name: " + text};
}

std::int64_t signal_number(const std::string& text, std::size_t line) {
    for (std::uint32_t k = 1; k < 32; ++k) {
        if (signal_name(k) == text) return k;
    }
    throw CaseError{line, "no signal: " + text};
}

struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};

HostPort host_port(const std::string& text, std::size_t line) {
    const std::size_t colon = text.rfind(':');
    const auto port = colon == std::string::npos ? std::nullopt : number(text.substr(colon + 1));
    if (!port) throw CaseError{line, "address is not HOST:PORT: " + text};
    std::string host = text.substr(0, colon);
    if (!host.empty() && host.front() == '[') host = host.substr(1, host.size() - 2);
    return {host, static_cast<std::uint16_t>(*port)};
}

std::string encode_sockaddr(const std::string& text, std::size_t line) {
    if (text.rfind("unix:", 0) == 0) return testing::sockaddr_unix(text.substr(5));
    const HostPort end = host_port(text, line);
    return testing::sockaddr_ip(end.host, end.port);
}

std::string encode_bytes(const YAML::Node& node) {
    if (node.IsSequence()) {  // a block of texts
        std::string out;
        for (const auto& item : node) out += item.as<std::string>() + '\0';
        return out;
    }
    const auto text = node.as<std::string>();
    if (text.rfind("hex:", 0) == 0) return unhex(text.substr(4), line_of(node));
    return text;
}

std::int64_t encode_number(const std::string& text, const ParamInfo& info, std::size_t line) {
    if (info.table != FlagTable::none)
        return static_cast<std::int64_t>(encode_flags(text, info.table, line));
    switch (info.type) {
        case ParamType::ERRNO:
        case ParamType::INT64: return error_number(text, line);
        case ParamType::SIGTYPE: return signal_number(text, line);
        case ParamType::SYSCALLID:
            if (const SyscallInfo* call = syscall_info(text)) return call->sc;
            throw CaseError{line, "no system call: " + text};
        case ParamType::FD:
            if (text == "AT_FDCWD") return -100;
            return error_number(text, line);
        default: throw CaseError{line, "not a number: " + text};
    }
}

}  // namespace

std::uint64_t encode_flags(const std::string& text, FlagTable table, std::size_t line) {
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
        if (!value) throw CaseError{line, "unknown flag " + word};
        out |= static_cast<std::uint64_t>(*value);
    }
    return out;
}

std::string encode_tuple(const std::string& text, std::size_t line) {
    if (text.rfind("unix:", 0) == 0) return testing::tuple_unix(0x10, 0x20, text.substr(5));
    const std::size_t arrow = text.find("->");
    if (arrow == std::string::npos) throw CaseError{line, "tuple is not FROM->TO: " + text};
    const HostPort from = host_port(text.substr(0, arrow), line);
    const HostPort to = host_port(text.substr(arrow + 2), line);
    return testing::tuple_ip(from.host, from.port, to.host, to.port);
}

testing::ParamValue build_param(const YAML::Node& node, const ParamInfo& info, const World& world) {
    const std::size_t line = line_of(node);
    if (node.IsNull()) return std::nullopt;
    if (info.type == ParamType::SOCKADDR) return encode_sockaddr(node.as<std::string>(), line);
    if (info.type == ParamType::SOCKTUPLE) return encode_tuple(node.as<std::string>(), line);
    if (is_variable(info.type)) return encode_bytes(node);
    const auto text = node.as<std::string>();
    if (!text.empty() && text.front() == '@') {  // the number of a given process
        const auto found = world.ids.find(text.substr(1));
        if (found == world.ids.end()) throw CaseError{line, "no given process " + text};
        return found->second;
    }
    if (const auto value = number(text)) return *value;
    return encode_number(text, info, line);
}

}  // namespace sensor::cases
