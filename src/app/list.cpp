// SPDX-License-Identifier: Apache-2.0
#include "app/list.hpp"

#include <algorithm>
#include <vector>

#include "app/versions.hpp"
#include "base/log.hpp"
#include "event/field_table.hpp"
#include "event/schema.hpp"

namespace sensor::app {
namespace {

constexpr std::size_t kColumn = 30;
constexpr std::size_t kWidth = 120;

constexpr ClassText kClasses[] = {
    {FieldClass::EVT_ANY, "evt", "All event types", "These fields can be used for all event types"},
    {FieldClass::EVT, "evt", "Syscall events only", "Event fields applicable to syscall events."},
    {FieldClass::PROCESS, "process", "",
     "Information about the process and thread that made the call."},
    {FieldClass::USER, "user", "", "Information about the user behind the event."},
    {FieldClass::GROUP, "group", "", "Information about the user group."},
    {FieldClass::FD, "fd", "", "The file, socket or other object an event works on."},
    {FieldClass::FS_PATH, "fs.path", "", "Paths of calls that name one file or two."},
    {FieldClass::UTIL, "util", "", "Values that do not come from the event."},
    {FieldClass::FDLIST, "fdlist", "", "The descriptors polled by poll and its kin."},
    {FieldClass::CONTAINER, "container", "", "The container a process runs in."},
    {FieldClass::K8S, "k8s", "", "The Kubernetes pod a process runs in."},
};

std::string wrapped(std::string_view name, std::string_view text) {
    std::string out =
        name.size() < kColumn ? format("{:<30}", name) : format("{}\n{:<30}", name, "");
    std::size_t column = kColumn;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (column + end >= kWidth && column > kColumn) {
            out += format("\n{:<30}", "");
            column = kColumn;
        }
        out += text.substr(0, end);
        out += ' ';
        column += end + 1;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    out.back() = '\n';
    return out;
}

std::string class_text(const ClassText& cls, bool with_types) {
    std::string fields;
    for (const FieldInfo& field : all_fields()) {
        if (field.cls != cls.cls || !is_listed(field)) continue;
        std::string doc = with_types ? format("(Type: {}) {}", to_text(field.type), field.doc)
                                     : std::string(field.doc);
        fields += wrapped(field.text, doc);
    }
    if (fields.empty()) return fields;
    std::string head = "-------------------------------\n";
    const std::string title = cls.short_text.empty() ? std::string(cls.name)
                                                     : format("{} ({})", cls.name, cls.short_text);
    head += format("{:<30}{}\n", "Field Class:", title);
    head += wrapped("Description:", cls.description);
    head += format("{:<30}{}\n\n", "Event Sources:", "syscall ");
    return head + fields + "\n";
}

std::string params_text(const EventInfo& event) {
    std::string text;
    for (const ParamInfo& param : event.params) {
        if (!text.empty()) text += ", ";
        text += format("{} **{}**", to_text(param.type), param.name);
        const auto symbols = flag_symbols(param.table);
        for (std::size_t k = 0; k < symbols.size(); ++k)
            text += format("{}{}", k == 0 ? ": " : ", ", symbols[k].name);
    }
    return text;
}

std::string section(const EventSection& of) {
    std::string text = format("## {}\n\n", of.title);
    for (const EventInfo& event : all_events()) {
        if (event.source != of.source || event.type == EventType::generic) continue;
        text += format("{} {}({})\n", event.enter ? '>' : '<', event.name, params_text(event));
    }
    if (of.generic_calls) {
        for (const SyscallInfo& call : all_syscalls()) {
            if (call.event == EventType::generic) text += format("< {}()\n", call.name);
        }
    }
    return text + "\n";
}

constexpr EventSection kSections[] = {
    {"Syscall events", EventSource::SYSCALL, true},
    {"Tracepoint events", EventSource::TRACEPOINT, false},
    {"Plugin events", EventSource::PLUGIN, false},
    {"Metaevents", EventSource::METAEVENT, false},
};

}  // namespace

std::span<const ClassText> field_classes() noexcept { return kClasses; }
std::span<const EventSection> event_sections() noexcept { return kSections; }

bool is_listed(const FieldInfo& field) noexcept {
    return (field.flags & (field_flag::HIDDEN | field_flag::DEPRECATED)) == 0;
}

bool is_default(const SyscallInfo& call) noexcept {
    return (call.flags & sc_flag::SC_HIGH_VOLUME_IO) == 0;
}

bool is_default(const EventInfo& event) noexcept {
    if (event.source != EventSource::SYSCALL) return true;
    const SyscallInfo* call = syscall_info(event.name);
    return call == nullptr || is_default(*call);
}

Result<std::string> fields_text(const std::string& source, bool names_only, bool with_types,
                                ListFormat how) {
    if (!source.empty() && source != "syscall") {
        return Error(
            format("Value for --list must be a valid source type: syscall, not '{}'", source));
    }
    if (how == ListFormat::Json) return fields_json(names_only);
    std::string text;
    if (names_only) {
        for (const FieldInfo& field : all_fields()) {
            if (is_listed(field)) text += format("{}\n", field.text);
        }
        return text;
    }
    if (how == ListFormat::Markdown) return fields_markdown();
    for (const ClassText& cls : kClasses) text += class_text(cls, with_types);
    return text;
}

std::string events_text(ListFormat how) {
    if (how == ListFormat::Json) return events_json();
    if (how == ListFormat::Markdown) return events_markdown();
    std::string text =
        format("The events below are valid for Falco *Schema Version*: {}\n", kSchemaVersion);
    for (const EventSection& of : kSections) text += section(of);
    return text;
}

std::string ignored_text() {
    std::vector<std::string_view> names;
    for (const SyscallInfo& call : all_syscalls()) {
        if (!is_default(call)) names.push_back(call.name);
    }
    std::sort(names.begin(), names.end());
    std::string text = "Ignored syscall(s):\n";
    for (const std::string_view name : names) text += format("- {}\n", name);
    return text + "\n";
}

}  // namespace sensor::app
