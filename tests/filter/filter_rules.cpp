// SPDX-License-Identifier: Apache-2.0
#include "tests/filter/filter_rules.hpp"

#include <algorithm>

#include "event/field_table.hpp"
#include "tests/support/program_of.hpp"

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
    "proc.name = cat",   "proc.name = proc",       "user.uid = 0",   "evt.is_open_create = true",
    "fd.typechar = f",   "proc.aname exists",      "user.uid != 77", "fd.name contains sh",
    "fd.name regex /a*", "proc.cmdline contains x"};
const std::vector<std::string> kPatterns{"/etc/*",    "*/.ssh/id_*", "/a?c*",   "/usr/[a-z]*/x",
                                         "/lib64/**", "*shadow",     "*/tmp/*", "/etc/shad*"};
const std::vector<std::string> kDirectories{"/", "/etc", "/usr/bin",
                                            "/a/very/long/name/of/a/folder"};
const std::vector<std::string> kRelative{"shadow",      "./shadow", "../etc/shadow", ".",     "..",
                                         ".ssh/id_rsa", "x/",       "../../x",       "a/./b", "./"};

}  // namespace

std::string FilterRules::types() {
    std::string all = one_of(kTypes);
    for (std::size_t more = below(4); more > 0; --more) all += ", " + one_of(kTypes);
    return all;
}

std::string FilterRules::name() {
    if (!names_.empty()) return one_of(names_);
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
                                                 "fs.path.name", "evt.arg.name", "evt.rawarg.name",
                                                 "fd.realpath",  "fd.realpath"};
    static const std::vector<std::string> kCompare{"=", "!=", "<", "<=", ">", ">="};
    const std::string number = std::to_string(static_cast<int>(below(7)) - 3);
    switch (below(16)) {
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
        case 11: return one_of(kNames) + " pmatch " + list(&FilterRules::name);
        case 12: return one_of(kNames) + " glob " + one_of(kPatterns);
        case 13: return one_of(kNames) + " contains " + one_of(kParts);
        case 14: return one_of(kNames) + " pmatch (" + one_of(kPatterns) + ")";
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

TestEvent FilterRules::event(std::uint32_t tid) {
    const std::string& wanted = one_of(kTypes);
    const EventInfo* info = nullptr;
    for (const EventInfo& event : all_events()) {
        if (!event.enter && event.name == wanted) info = &event;
    }
    ParamList params;
    for (const ParamInfo& p : info->params) {
        if (below(10) == 0) continue;
        if (p.type == ParamType::FSPATH || p.type == ParamType::FSRELPATH)
            params.emplace_back(p.name, below(4) == 0   ? one_of(kOdd)
                                        : below(3) == 0 ? one_of(kRelative)
                                                        : name());
        else if (!is_variable(p.type))
            params.emplace_back(p.name,
                                static_cast<std::int64_t>(below(7)) - (is_signed(p.type) ? 3 : 0));
    }
    ExtraSpec extras;
    if (below(5) != 0) extras.dir = one_of(kDirectories);
    if (below(3) != 0) extras.real = below(9) == 0 ? one_of(kOdd) : name();
    HeadSpec head;
    head.tid = head.tgid = tid;
    if (below(8) == 0) head.flags = REC_F_ODD_DIR;
    return make_event(info->type, params, head, extras);
}

JudgedRules::JudgedRules(FilterRules& random, std::uint64_t seed) {
    for (std::size_t k = 0; k < 1 + seed % 4; ++k) conditions.push_back(random.condition());
    program = program_of(conditions);
    parts = filter::make_kernel_part(program);
    engine::EngineOptions interpreted;
    interpreted.native = false;
    engine = engine::Engine::create(program, interpreted);
    engine->kernel_image();  // from now on it knows interests
}

const filter::EventPart* JudgedRules::part_of(const Event& event) const {
    const auto part = std::find_if(parts.begin(), parts.end(), [&](const filter::EventPart& each) {
        return each.event == event.type();
    });
    return part == parts.end() ? nullptr : &*part;
}

std::string JudgedRules::text() const {
    std::string all;
    for (const std::string& line : conditions) all += line + "\n";
    return all;
}

}  // namespace sensor::testing
