// SPDX-License-Identifier: Apache-2.0
#include "containers/users.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sensor::containers {
namespace {

constexpr std::size_t kMostFields = 7;
using Fields = std::array<std::string_view, kMostFields>;

/// out: how many fields the line has, no more than kMostFields
std::size_t split(std::string_view line, Fields& fields) {
    std::size_t count = 0;
    while (count < kMostFields) {
        const std::size_t colon = line.find(':');
        fields[count++] = line.substr(0, colon);
        if (colon == std::string_view::npos) break;
        line.remove_prefix(colon + 1);
    }
    return count;
}

bool number(std::string_view text, std::uint32_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size();
}

template <typename F>
void each_line(std::string_view text, F&& visit) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        Fields fields;
        const std::size_t count = split(text.substr(0, end), fields);
        visit(fields, count);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace

std::vector<UserEntry> parse_users(std::string_view passwd) {
    std::vector<UserEntry> all;
    each_line(passwd, [&](const Fields& of, std::size_t count) {
        UserEntry user;
        if (count < kMostFields || of[0].empty() || all.size() == kMostUsers) return;
        if (!number(of[2], user.uid) || !number(of[3], user.gid)) return;
        user.name = of[0];
        user.home = of[5];
        user.shell = of[6];
        all.push_back(std::move(user));
    });
    return all;
}

std::vector<GroupEntry> parse_groups(std::string_view group) {
    std::vector<GroupEntry> all;
    each_line(group, [&](const Fields& of, std::size_t count) {
        GroupEntry entry;
        if (count < 3 || of[0].empty() || all.size() == kMostUsers) return;
        if (!number(of[2], entry.gid)) return;
        entry.name = of[0];
        all.push_back(std::move(entry));
    });
    return all;
}

}  // namespace sensor::containers
