// SPDX-License-Identifier: Apache-2.0
#include "event_case.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace kernel_test {
namespace {

/// In the process of a case nothing can be told to the test but the end.
[[noreturn]] void give_up(const char* what, const char* param) {
    std::fprintf(stderr, "case: %s: %s\n", param, what);
    std::_Exit(98);
}

}  // namespace

std::vector<EventCase>& event_cases() {
    static std::vector<EventCase> all;
    return all;
}

Expect::Row* Expect::add(const char* param, Kind kind) {
    if (rows_ == kMostRows) give_up("too many expectations", param);
    if (std::strlen(param) >= kMostName) give_up("too long a name", param);
    Row* const row = &row_[rows_++];
    std::strcpy(row->param, param);
    row->kind = kind;
    row->selects = false;
    return row;
}

void Expect::between(const char* param, std::int64_t least, std::int64_t most) {
    Row* const row = add(param, Kind::Number);
    row->least = least;
    row->most = most;
}

void Expect::only(const char* param, std::int64_t value) {
    between(param, value, value);
    row_[rows_ - 1].selects = true;
}

void Expect::text(const char* param, std::string_view bytes) {
    if (bytes.size() > kMostText) give_up("too long a text", param);
    Row* const row = add(param, Kind::Text);
    row->bytes = static_cast<std::uint32_t>(bytes.size());
    std::memcpy(row->text, bytes.data(), bytes.size());
}

void Expect::some(const char* param) { add(param, Kind::Some); }
void Expect::absent(const char* param) { add(param, Kind::Absent); }

void Expect::unavailable(const char* reason) {
    std::snprintf(unavailable_, sizeof unavailable_, "%s", reason);
}

}  // namespace kernel_test
