// SPDX-License-Identifier: Apache-2.0
// Every row of the table of fields against every event.
#include <algorithm>

#include "tests/unit/fields/fixture.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

// An argument every field with that kind of argument accepts.
FieldArg some_argument(const FieldInfo& info) {
    FieldArg arg;
    switch (info.arg) {
        case FieldArgSpec::NO_ARG: break;
        case FieldArgSpec::OPT_INDEX:
        case FieldArgSpec::REQ_INDEX:
        case FieldArgSpec::REQ_DOT_OR_INDEX:
            arg.kind = FieldArg::Kind::Index;
            arg.index = 1;
            break;
        case FieldArgSpec::OPT_DOT:
        case FieldArgSpec::REQ_DOT:
            arg.kind = FieldArg::Kind::Name;
            arg.key = "dst";
            break;
        default:
            arg.kind = FieldArg::Kind::Key;
            arg.key = "/*";
            break;
    }
    link_field_arg(info.id, arg);
    return arg;
}

}  // namespace

TEST_CASE("every field of every event gives a value of its type or none") {
    Fixture f;
    for (const EventInfo& info : all_events()) {
        for (const bool filled : {false, true}) {
            ParamList params;
            for (const ParamInfo& p : info.params) {
                if (!filled) break;
                bool twice = false;
                for (const auto& [name, value] : params) twice = twice || name == p.name;
                if (twice) continue;
                if (p.type == ParamType::SOCKTUPLE)
                    params.emplace_back(p.name, tuple_ip("10.0.0.1", 4000, "10.0.0.2", 80));
                else if (p.type == ParamType::SOCKADDR)
                    params.emplace_back(p.name, sockaddr_ip("10.0.0.2", 80));
                else if (p.type == ParamType::FDLIST)
                    params.emplace_back(p.name, fd_list({{3, 1}, {99, 4}}));
                else if (p.type == ParamType::DYN)
                    params.emplace_back(p.name, dyn(0, raw(std::uint64_t{5})));
                else if (is_variable(p.type))
                    params.emplace_back(p.name, "rel/x");
                else
                    params.emplace_back(p.name, 3);
            }
            f.begin(info.type, params);
            for (const FieldInfo& field : all_fields()) {
                INFO(info.name << " " << field.text);
                for (const FieldArg& arg : {FieldArg{}, some_argument(field)}) {
                    const Value value = fields::extractor(field.id)(f.context, arg);
                    if ((field.flags & field_flag::NEVER) != 0) CHECK_FALSE(value.present());
                    if (value.kind == Kind::List) CHECK(value.len <= 128);
                    CHECK(f.arena.overflows() == 0);
                }
                if (f.arena.left() < 300'000) f.arena.reset();
            }
        }
    }
}

TEST_CASE("nothing is made up for an event without a thread") {
    Fixture f;
    f.begin(EventType::drop_enter, {{"ratio", 1}});
    for (const FieldInfo& field : all_fields()) {
        INFO(field.text);
        const bool of_process = field.cls == FieldClass::PROCESS || field.cls == FieldClass::USER ||
                                field.cls == FieldClass::FD || field.cls == FieldClass::GROUP ||
                                field.cls == FieldClass::FS_PATH ||
                                field.cls == FieldClass::CONTAINER;
        if (of_process)
            CHECK_FALSE(fields::extractor(field.id)(f.context, some_argument(field)).present());
    }
}

namespace {

enum class Where { LIVE, CAPTURE, BOTH, CONSTANT, NEVER };
struct Availability {
    FieldId id;
    Where where;
};
constexpr Availability kAvailability[] = {
#define AVAILABLE(id, where, reason) {FieldId::id, Where::where},
#include "../../../grammar/availability.def"
#undef AVAILABLE
};

bool equal(const Value& a, const Value& b) {
    return a.kind == b.kind && (a.kind == Kind::Text ? a.text() == b.text() : a.bits == b.bits);
}

}  // namespace

TEST_CASE("fields that never have a value have none, constant ones always the same") {
    Fixture f;
    std::vector<std::pair<FieldId, Value>> first;
    for (const Availability& row : kAvailability) {
        const FieldInfo& field = field_info(row.id);
        INFO(field.text);
        if ((field.flags & field_flag::NEVER) != 0) CHECK(row.where == Where::NEVER);
    }
    for (const EventInfo& info : all_events()) {
        f.begin(info.type, {});
        for (const Availability& row : kAvailability) {
            const FieldInfo& field = field_info(row.id);
            const Value value = fields::extractor(row.id)(f.context, some_argument(field));
            INFO(field.text << " of " << info.name);
            if (row.where == Where::NEVER) REQUIRE_FALSE(value.present());
            if (row.where != Where::CONSTANT || !value.present()) continue;
            const auto known = std::find_if(first.begin(), first.end(),
                                            [&](const auto& one) { return one.first == row.id; });
            if (known == first.end())
                first.emplace_back(row.id, value);
            else
                REQUIRE(equal(known->second, value));
        }
    }
}
