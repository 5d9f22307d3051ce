// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "event/field_table.hpp"
#include "event/schema.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;

TEST_CASE("events have unique codes and at most 32 parameters") {
    std::set<EventType> seen;
    for (const EventInfo& event : all_events()) {
        INFO(event.name);
        CHECK(seen.insert(event.type).second);
        CHECK(event.params.size() <= REC_MAX_PARAMS);
        CHECK(event_info(event.type).name == event.name);
        for (const ParamInfo& param : event.params) {
            CHECK(param.dirfd < static_cast<int>(event.params.size()));
            if (param.dirfd >= 0)
                CHECK(event.params[static_cast<std::size_t>(param.dirfd)].type == ParamType::FD);
        }
    }
    CHECK(seen.size() == 196);
}

TEST_CASE("system calls name an event and have unique numbers") {
    std::set<std::uint16_t> numbers;
    std::set<std::string_view> names;
    for (const SyscallInfo& call : all_syscalls()) {
        INFO(call.name);
        CHECK(numbers.insert(call.sc).second);
        CHECK(names.insert(call.name).second);
        CHECK(syscall_info(call.sc) == &call);
        CHECK(syscall_info(call.name) == &call);
    }
    CHECK(syscall_info("openat")->event == EventType::openat);
    CHECK(syscall_info("nosuch") == nullptr);
}

TEST_CASE("flag tables keep print order") {
    const auto flags = flag_symbols(FlagTable::file_flags);
    std::size_t rdwr = 0, rdonly = 0;
    for (std::size_t k = 0; k < flags.size(); ++k) {
        if (flags[k].name == "O_RDWR") rdwr = k;
        if (flags[k].name == "O_RDONLY") rdonly = k;
    }
    CHECK(rdwr < rdonly);
    CHECK(flag_table_is_enum(FlagTable::socket_families));
    CHECK_FALSE(flag_table_is_enum(FlagTable::file_flags));
    CHECK(errno_name(2) == "ENOENT");
    CHECK(signal_name(9) == "SIGKILL");
    CHECK(errno_name(9999).empty());
}

TEST_CASE("every field resolves from its own text, and prints back") {
    for (const FieldInfo& field : all_fields()) {
        INFO(field.text);
        const bool dotted =
            field.arg == FieldArgSpec::REQ_DOT || field.arg == FieldArgSpec::REQ_DOT_OR_INDEX;
        const bool bracket = field.arg == FieldArgSpec::REQ_KEY ||
                             field.arg == FieldArgSpec::REQ_KEY_OR_INDEX ||
                             field.arg == FieldArgSpec::REQ_INDEX;
        const std::string one = "1";
        const std::string name = std::string(field.text) + (dotted ? ".fd" : "");
        const auto ref = resolve_field(name, bracket ? &one : nullptr);
        REQUIRE(ref.has_value());
        CHECK(ref->id == field.id);
        CHECK(to_text(*ref) == name + (bracket ? "[1]" : ""));
    }
}

TEST_CASE("field arguments are checked") {
    const std::string two = "2", word = "x", empty;
    CHECK(resolve_field("proc.aname", &two)->arg.index == 2);
    CHECK_FALSE(resolve_field("proc.aname", &word).has_value());
    CHECK_FALSE(resolve_field("proc.name", &two).has_value());
    CHECK_FALSE(resolve_field("container.mount.dest", nullptr).has_value());
    CHECK(resolve_field("container.mount.dest", &word)->arg.key == "x");
    CHECK(resolve_field("proc.env", &empty)->arg.kind == FieldArg::Kind::Key);
    CHECK_FALSE(resolve_field("evt.arg.zzz", nullptr).has_value());
    CHECK(resolve_field("evt.rawarg.res", nullptr)->type == ParamType::ERRNO);
    CHECK_FALSE(resolve_field("evt.rawarg", &two).has_value());
    CHECK_FALSE(resolve_field("thread.cgroup", &word).has_value());
    CHECK(resolve_field("thread.cgroup.cpu", nullptr)->arg.key == "cpu");
    CHECK_FALSE(resolve_field("proc.nobody", nullptr).has_value());
}
