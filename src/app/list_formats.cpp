// SPDX-License-Identifier: Apache-2.0
// --list and --list-events as Markdown tables and as JSON, from the tables of grammar/.
#include <nlohmann/json.hpp>

#include "app/list.hpp"
#include "app/versions.hpp"
#include "base/log.hpp"

namespace sensor::app {
namespace {

using nlohmann::json;

std::string type_text(const FieldInfo& field) {
    const std::string type(to_text(field.type));
    return (field.flags & field_flag::LIST) != 0 ? "LIST(" + type + ")" : type;
}

/// A text inside a table's cell.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

/// null: the field takes no argument.
json argument(FieldArgSpec spec) {
    const auto made = [](bool required, std::initializer_list<const char*> types) {
        return json{{"required", required},
                    {"type", std::vector<std::string>(types.begin(), types.end())}};
    };
    switch (spec) {
        case FieldArgSpec::NO_ARG: return nullptr;
        case FieldArgSpec::OPT_INDEX: return made(false, {"INDEX"});
        case FieldArgSpec::REQ_INDEX: return made(true, {"INDEX"});
        case FieldArgSpec::OPT_KEY:
        case FieldArgSpec::OPT_DOT: return made(false, {"KEY"});
        case FieldArgSpec::REQ_KEY:
        case FieldArgSpec::REQ_DOT: return made(true, {"KEY"});
        case FieldArgSpec::OPT_KEY_OR_INDEX: return made(false, {"INDEX", "KEY"});
        case FieldArgSpec::REQ_KEY_OR_INDEX:
        case FieldArgSpec::REQ_DOT_OR_INDEX: return made(true, {"INDEX", "KEY"});
    }
    return nullptr;
}

json field_json(const FieldInfo& field) {
    return {{"name", field.text},
            {"type", to_text(field.type)},
            {"desc", field.doc},
            {"is_list", (field.flags & field_flag::LIST) != 0},
            {"argument", argument(field.arg)}};
}

json param_json(const ParamInfo& param) {
    json out = {{"type", to_text(param.type)}, {"name", param.name}};
    for (const FlagInfo& symbol : flag_symbols(param.table)) out["flags"].push_back(symbol.name);
    return out;
}

json event_json(std::string_view name, bool enter, bool available, json params) {
    return {{"name", name},
            {"dir", enter ? ">" : "<"},
            {"available", available},
            {"params", std::move(params)}};
}

std::string params_cell(const EventInfo& event) {
    std::string text;
    for (const ParamInfo& param : event.params) {
        text += format("{}{} **{}**", text.empty() ? "" : ", ", to_text(param.type), param.name);
        const char* before = ": ";
        for (const FlagInfo& symbol : flag_symbols(param.table)) {
            text += format("{}{}", before, symbol.name);
            before = ", ";
        }
    }
    return text;
}

/// Calls on_event(name, enter, default, event or nullptr) for all of a section.
template <typename F>
void for_each_event(const EventSection& section, F&& on_event) {
    for (const EventInfo& event : all_events()) {
        if (event.source == section.source && event.type != EventType::generic)
            on_event(event.name, event.enter, is_default(event), &event);
    }
    if (!section.generic_calls) return;
    for (const SyscallInfo& call : all_syscalls()) {
        if (call.event == EventType::generic)
            on_event(call.name, false, is_default(call), static_cast<const EventInfo*>(nullptr));
    }
}

}  // namespace

std::string fields_markdown() {
    std::string text;
    for (const ClassText& cls : field_classes()) {
        std::string rows;
        for (const FieldInfo& field : all_fields()) {
            if (field.cls == cls.cls && is_listed(field))
                rows += format("`{}` | {} | {}\n", field.text, type_text(field), cell(field.doc));
        }
        if (rows.empty()) continue;
        text += format("## Field Class: {}\n\n{}\n\nEvent Sources: syscall \n\n", cls.name,
                       cls.description);
        text += "Name | Type | Description\n:----|:-----|:-----------\n" + rows + "\n";
    }
    return text;
}

std::string fields_json(bool names_only) {
    json names = json::array(), classes = json::array();
    for (const FieldInfo& field : all_fields()) {
        if (is_listed(field)) names.push_back(field.text);
    }
    if (names_only) return json{{"fieldnames", names}}.dump(2) + "\n";
    for (const ClassText& cls : field_classes()) {
        json fields = json::array();
        for (const FieldInfo& field : all_fields()) {
            if (field.cls == cls.cls && is_listed(field)) fields.push_back(field_json(field));
        }
        if (fields.empty()) continue;
        classes.push_back({{"name", cls.name},
                           {"desc", cls.description},
                           {"event_sources", {"syscall"}},
                           {"fields", std::move(fields)}});
    }
    return json{{"fieldclasses", classes}}.dump(2) + "\n";
}

std::string events_markdown() {
    std::string text =
        format("The events below are valid for Falco *Schema Version*: {}\n", kSchemaVersion);
    for (const EventSection& section : event_sections()) {
        text += format("## {}\n\nDefault | Dir | Name | Params \n:-------|:----|:-----|:-----\n",
                       section.title);
        for_each_event(section, [&](std::string_view name, bool enter, bool by_default,
                                    const EventInfo* event) {
            text += format("{} | `{}` | `{}` | {}\n", by_default ? "Yes" : "No", enter ? '>' : '<',
                           name, event == nullptr ? "" : params_cell(*event));
        });
        text += "\n";
    }
    return text;
}

std::string events_json() {
    json whole = {{"schema_version", kSchemaVersion}};
    for (const EventSection& section : event_sections()) {
        json& events = whole[std::string(section.title)] = json::array();
        for_each_event(section, [&](std::string_view name, bool enter, bool by_default,
                                    const EventInfo* event) {
            json params = json::array();
            if (event != nullptr) {
                for (const ParamInfo& param : event->params) params.push_back(param_json(param));
            }
            events.push_back(event_json(name, enter, by_default, std::move(params)));
        });
    }
    return whole.dump(2) + "\n";
}

}  // namespace sensor::app
