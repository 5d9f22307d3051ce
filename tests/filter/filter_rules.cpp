// SPDX-License-Identifier: Apache-2.0
#include "tests/filter/filter_rules.hpp"

#include "event/field_table.hpp"

namespace sensor::testing {
namespace {

const std::vector<std::string> kTypes{"open",    "openat", "openat2", "creat", "unlinkat",
                                      "mkdirat", "lseek",  "kill",    "close", "fchmodat"};
const std::vector<std::string> kParts{"/etc",      "/etc/shadow",
                                      "/etc/shad", "/usr",
                                      "/bin",      "/a",
                                      "/abcdefg",  "/abcdefgh",
                                      "/lib64",    "/.ssh",
                                      "/id_rsa",   "/x",
                                      "/tmp",      "/a/very/long/name/of/a/folder"};
const std::vector<std::string> kOdd{
    "relative", "",   "/",  "//etc/shadow", "/etc/../etc/shadow", "/etc/./shadow", "/etc/shadow/",
    "/etc/..",  "/.", "..", "/etc/...",     "/etc/.shadow",       "(NULL)",        "<NA>"};
const std::vector<std::string> kUnknown{
    "proc.name = cat", "user.uid = 0",      "fd.name contains sh", "evt.is_open_create = true",
    "fd.typechar = f", "proc.aname exists", "fd.name glob /etc/*"};

}  // namespace

std::string FilterRules::types() {
    std::string all = one_of(kTypes);
    for (std::size_t more = below(4); more > 0; --more) all += ", " + one_of(kTypes);
    return all;
}

std::string FilterRules::name() {
    std::string text;
    for (std::size_t parts = 1 + below(3); parts > 0; --parts) text += one_of(kParts);
    return text;
}

std::string FilterRules::end_of(const std::string& text) { return text.substr(below(text.size())); }

std::string FilterRules::list(std::string (FilterRules::*item)()) {
    std::string all = (this->*item)();
    for (std::size_t more = below(5); more > 0; --more) all += ", " + (this->*item)();
    return "(" + all + ")";
}

std::string FilterRules::check() {
    static const std::vector<std::string> kNames{"fd.name",      "fd.name",      "fd.nameraw",
                                                 "fs.path.name", "evt.arg.name", "evt.rawarg.name"};
    static const std::vector<std::string> kCompare{"=", "!=", "<", "<=", ">", ">="};
    const std::string number = std::to_string(static_cast<int>(below(7)) - 3);
    switch (below(12)) {
        case 0: return one_of(kNames) + " in " + list(&FilterRules::name);
        case 1: return one_of(kNames) + (below(2) == 0 ? " = " : " != ") + name();
        case 2: return one_of(kNames) + " startswith " + name();
        case 3: return one_of(kNames) + " endswith " + end_of(name());
        case 4: return "fd.directory in " + list(&FilterRules::name);
        case 5: return "fd.filename = " + one_of(kParts).substr(1);
        case 6:
            return std::string("evt.is_open_") + (below(2) == 0 ? "read" : "write") +
                   (below(2) == 0 ? " = true" : " = false");
        case 7: return "evt.failed = " + std::string(below(2) == 0 ? "true" : "false");
        case 8: return "evt.rawres " + one_of(kCompare) + " " + number;
        case 9: return "fd.num " + one_of(kCompare) + " " + number;
        case 10: return "evt.rawarg.mode " + one_of(kCompare) + " " + std::to_string(below(4));
        default: return one_of(kUnknown);
    }
}

std::string FilterRules::any_of(unsigned depth) {
    if (depth == 0 || below(4) == 0) return below(4) == 0 ? "not " + check() : check();
    std::string text = any_of(depth - 1);
    const char* op = below(2) == 0 ? " and " : " or ";
    for (std::size_t more = 1 + below(2); more > 0; --more) text += op + any_of(depth - 1);
    return (below(5) == 0 ? "not (" : "(") + text + ")";
}

TestEvent FilterRules::event() {
    const std::string& wanted = one_of(kTypes);
    const EventInfo* info = nullptr;
    for (const EventInfo& event : all_events()) {
        if (!event.enter && event.name == wanted) info = &event;
    }
    ParamList params;
    for (const ParamInfo& p : info->params) {
        if (below(10) == 0) continue;
        if (p.type == ParamType::FSPATH || p.type == ParamType::FSRELPATH)
            params.emplace_back(p.name, below(4) == 0 ? one_of(kOdd) : name());
        else if (!is_variable(p.type))
            params.emplace_back(p.name,
                                static_cast<std::int64_t>(below(7)) - (is_signed(p.type) ? 3 : 0));
    }
    return make_event(info->type, params, {});
}

}  // namespace sensor::testing
