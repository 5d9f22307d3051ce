// SPDX-License-Identifier: Apache-2.0
#include "app/compare_known.hpp"

#include <algorithm>

#include "event/field_table.hpp"

namespace sensor::app {
namespace {

using Kind = ComparedValue::Kind;

/// Which differences of a field's values the reason is one for.
enum class When : std::uint8_t {
    Any,
    OneAbsent,   ///< one sensor has no value
    OneUnknown,  ///< one has `<UNKNOWN>` in it
    OneDoubled,  ///< one begins with two slashes
    OneRoot,     ///< one says root
    OneHost      ///< one says host
};

struct Known {
    std::string_view field;  ///< "proc.stdin.*" is all that begins so
    When when;
    bool rules;  ///< who writes a rule with this field should know
    std::string_view why;
};

constexpr std::string_view kNamespaceIds =
    "the peer stores the numbers of a user namespace as the host's";
constexpr std::string_view kJobs = "the peer does not see process groups change";
constexpr std::string_view kRoles = "roles come from connect and accept here, the peer guesses";
constexpr std::string_view kSeen = "only descriptors seen since the start count here";
constexpr std::string_view kJoined = "the directory below which the name lies is known here";
constexpr std::string_view kContainer =
    "the peer takes control groups of services for containers, or asks the runtime at another time";

constexpr Known kKnown[] = {
    {"user.uid", When::OneRoot, false, kNamespaceIds},
    {"user.name", When::OneRoot, false, kNamespaceIds},
    {"group.gid", When::OneRoot, false, kNamespaceIds},
    {"group.name", When::OneRoot, false, kNamespaceIds},
    {"proc.sid", When::Any, true, "the peer stores the number of the caller's PID namespace"},
    {"proc.sname", When::OneAbsent, false, "the peer does not find session leaders in containers"},
    {"proc.pgid", When::Any, true, kJobs},
    {"proc.vpgid", When::Any, true, kJobs},
    {"proc.vpgid.name", When::Any, true, kJobs},
    {"proc.is_vpgid_leader", When::Any, true, kJobs},
    {"fd.is_server", When::Any, true, kRoles},
    {"fd.lip", When::Any, true, kRoles},
    {"fd.lport", When::Any, true, kRoles},
    {"fd.rip", When::Any, true, kRoles},
    {"fd.rport", When::Any, true, kRoles},
    {"fd.types", When::Any, true, kSeen},
    {"proc.fdopencount", When::Any, true, kSeen},
    {"proc.fdusage", When::Any, true, kSeen},
    {"proc.stdin.*", When::OneAbsent, false, kSeen},
    {"proc.stdout.*", When::OneAbsent, false, kSeen},
    {"proc.stderr.*", When::OneAbsent, false, kSeen},
    {"fd.name", When::OneUnknown, false, kJoined},
    {"fd.directory", When::OneUnknown, false, kJoined},
    {"fs.path.*", When::OneUnknown, false, kJoined},
    {"evt.abspath", When::OneUnknown, false, kJoined},
    {"evt.abspath", When::OneDoubled, false, "the peer doubles the slash below /"},
    {"evt.hostname", When::Any, false, "of a capture it is the recorded machine's here"},
    {"evt.arg.spid", When::Any, false, "here it is whoever sent the signal, of every kind"},
    {"proc.exe_ino.ctime_duration_proc_start", When::Any, false,
     "the peer's is a huge number if the file changed after the start"},
    {"container.*", When::OneHost, false, kContainer},
    {"container.*", When::OneAbsent, false, kContainer},
    {"k8s.*", When::OneAbsent, false, kContainer},
};

bool fits(std::string_view field, std::string_view pattern) {
    if (!pattern.ends_with('*')) return field == pattern;
    pattern.remove_suffix(1);
    return field.starts_with(pattern);
}

bool holds(When when, const ComparedValue& a, const ComparedValue& b) {
    const auto one = [&](auto&& is) { return is(a) != is(b); };
    const bool both = a.kind != Kind::Null && b.kind != Kind::Null;
    switch (when) {
        case When::Any: return true;
        case When::OneAbsent: return one([](const auto& v) { return v.kind == Kind::Null; });
        case When::OneUnknown:
            return one([](const auto& v) { return v.text.find("<UNKNOWN>") != std::string::npos; });
        case When::OneDoubled: return one([](const auto& v) { return v.text.starts_with("//"); });
        case When::OneRoot:
            return both && one([](const auto& v) { return v.text == "0" || v.text == "root"; });
        case When::OneHost: return both && one([](const auto& v) { return v.text == "host"; });
    }
    return false;
}

enum class Where : std::uint8_t { LIVE, CAPTURE, BOTH, CONSTANT, NEVER };
struct Availability {
    FieldId field;
    Where where;
    std::string_view reason;
};
constexpr Availability kAvailable[] = {
#define AVAILABLE(id, where, reason) {FieldId::id, Where::where, reason},
#include "../../grammar/availability.def"
#undef AVAILABLE
};

/// The row of a field, with or without its argument: "proc.aname[2]".
const Availability* availability_of(std::string_view field) {
    const std::string_view name = field.substr(0, field.find('['));
    for (const Availability& row : kAvailable) {
        const std::string_view text = field_info(row.field).text;
        if (name == text || (name.starts_with(text) && name[text.size()] == '.')) return &row;
    }
    return nullptr;
}

bool is_blind(const Availability* row) {
    return row != nullptr && (row->where == Where::NEVER || row->where == Where::CONSTANT ||
                              row->where == Where::CAPTURE);
}

}  // namespace

std::string_view explained(std::string_view field, const ComparedValue& a, const ComparedValue& b) {
    if (const Availability* row = availability_of(field); is_blind(row)) return row->reason;
    for (const Known& known : kKnown) {
        if (fits(field, known.field) && holds(known.when, a, b)) return known.why;
    }
    return {};
}

FieldRemark remark_on(std::string_view field) {
    if (const Availability* row = availability_of(field); is_blind(row)) return {true, row->reason};
    const std::string_view name = field.substr(0, field.find('['));
    for (const Known& known : kKnown) {
        if (known.rules && fits(name, known.field)) return {false, known.why};
    }
    return {};
}

}  // namespace sensor::app
