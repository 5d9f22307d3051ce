// SPDX-License-Identifier: Apache-2.0
#include "app/list.hpp"
#include "event/field_table.hpp"
#include "event/schema.hpp"
#include "rulec/listing.hpp"
#include "rulec/terminal.hpp"
#include "rulec/wrap.hpp"

namespace sensor::rulec {
namespace {

using Json = nlohmann::ordered_json;

struct Word {
    unsigned bit;
    std::string_view text;
};
constexpr Word kFlagWords[] = {
    {field_flag::LIST, "a list"},
    {field_flag::ANY_ANCESTOR, "without argument any ancestor may match"},
    {field_flag::EITHER_END, "either end may match"},
    {field_flag::NEVER, "always absent"},
    {field_flag::FILTER_ONLY, "conditions only"},
    {field_flag::PRINT_ONLY, "outputs only"},
    {field_flag::NO_RHS, "not on the right side"},
    {field_flag::NO_TRANSFORM, "no transformers"},
    {field_flag::DEPRECATED, "deprecated"},
    {field_flag::SUGGESTED, "suggested for outputs"},
};
constexpr Word kTypeWords[] = {
    {type_class::INT, "numbers"},    {type_class::BOOL, "true and false"},
    {type_class::TEXT, "texts"},     {type_class::BYTES, "buffers"},
    {type_class::ADDR, "addresses"}, {type_class::NET, "networks"},
    {type_class::LISTF, "lists"},
};

template <std::size_t N>
std::vector<std::string> words_of(const Word (&words)[N], unsigned bits) {
    std::vector<std::string> found;
    for (const Word& word : words) {
        if ((bits & word.bit) != 0) found.emplace_back(word.text);
    }
    return found;
}

struct ArgumentText {
    std::string_view text;
    bool required = false;
};
ArgumentText argument_text(FieldArgSpec spec) {
    switch (spec) {
        case FieldArgSpec::NO_ARG: return {};
        case FieldArgSpec::OPT_INDEX: return {"[N]", false};
        case FieldArgSpec::REQ_INDEX: return {"[N]", true};
        case FieldArgSpec::OPT_KEY: return {"[NAME]", false};
        case FieldArgSpec::REQ_KEY: return {"[NAME]", true};
        case FieldArgSpec::OPT_KEY_OR_INDEX: return {"[NAME|N]", false};
        case FieldArgSpec::REQ_KEY_OR_INDEX: return {"[NAME|N]", true};
        case FieldArgSpec::OPT_DOT: return {".NAME", false};
        case FieldArgSpec::REQ_DOT: return {".NAME", true};
        case FieldArgSpec::REQ_DOT_OR_INDEX: return {".NAME|[N]", true};
    }
    return {};
}

/// "name  TYPE  text ...", the text in its own column; a long name has a line of its own.
std::string entry_text(const std::string& name, const std::string& type, const std::string& text) {
    constexpr std::size_t kNameEnd = 30, kTextBegin = 41;
    std::string line = "  " + name;
    if (line.size() >= kNameEnd)
        line += "\n" + std::string(kNameEnd, ' ');
    else
        line.resize(kNameEnd, ' ');
    line += type;
    line.append(type.size() < kTextBegin - kNameEnd ? kTextBegin - kNameEnd - type.size() : 1, ' ');
    return line + wrapped_words(text, kTextBegin, kTextBegin);
}

std::string field_text(const FieldInfo& field) {
    const ArgumentText argument = argument_text(field.arg);
    std::vector<std::string> notes = words_of(kFlagWords, field.flags);
    if (!argument.text.empty() && !argument.required)
        notes.insert(notes.begin(), "argument may be left out");
    std::string text(field.doc);
    if (!notes.empty()) text += " (" + joined(notes) + ")";
    return entry_text(std::string(field.text) + std::string(argument.text),
                      std::string(to_text(field.type)), text);
}

Json field_json(const FieldInfo& field, const app::ClassText& cls) {
    const ArgumentText argument = argument_text(field.arg);
    Json out;
    out["name"] = field.text;
    out["type"] = to_text(field.type);
    out["class"] = cls.name;
    out["argument"] = argument.text;
    out["argument_required"] = argument.required;
    out["flags"] = words_of(kFlagWords, field.flags);
    out["description"] = field.doc;
    return out;
}

std::string_view right_text(RightSide right) {
    switch (right) {
        case RightSide::NUMBER: return "a number or a field";
        case RightSide::ONE: return "a value or a field";
        case RightSide::MANY: return "a list";
        case RightSide::NONE: return "nothing";
    }
    return "";
}

}  // namespace

Listing list_fields(const rules::RuleSet&) {
    Listing listing;
    for (const app::ClassText& cls : app::field_classes()) {
        std::string fields;
        for (const FieldInfo& field : all_fields()) {
            if (field.cls != cls.cls || (field.flags & field_flag::HIDDEN) != 0) continue;
            fields += field_text(field);
            listing.json.push_back(field_json(field, cls));
        }
        if (fields.empty()) continue;
        listing.text += listing.text.empty() ? "" : "\n";
        listing.text += std::string(cls.name) + ": " + std::string(cls.description) + "\n" + fields;
    }
    return listing;
}

Listing list_events(const rules::RuleSet&) {
    Listing listing;
    std::vector<std::string> plain;
    for (const EventInfo& event : all_events()) {
        if (!event.for_rules || event.enter || event.type == EventType::generic) continue;
        std::vector<std::string> params;
        Json json = Json::array();
        for (const ParamInfo& param : event.params) {
            params.push_back(std::string(param.name) + " " + std::string(to_text(param.type)));
            json.push_back({{"name", param.name}, {"type", to_text(param.type)}});
        }
        listing.text += std::string(event.name) + "\n";
        if (!params.empty()) listing.text += wrapped_list(params, 4);
        listing.json.push_back({{"name", event.name},
                                {"category", to_text(event.category)},
                                {"parameters", std::move(json)}});
    }
    for (const SyscallInfo& call : all_syscalls()) {
        if (call.event != EventType::generic) continue;
        plain.emplace_back(call.name);
        listing.json.push_back({{"name", call.name},
                                {"category", to_text(call.category)},
                                {"parameters", Json::array()}});
    }
    listing.text += "\nwithout arguments:\n" + wrapped_list(plain, 4);
    return listing;
}

Listing list_operators(const rules::RuleSet&) {
    Listing listing;
    Columns columns({false, false, false});
    columns.add({"OPERATOR", "RIGHT SIDE", "LEFT SIDE"});
    for (const OpInfo& op : all_ops()) {
        const std::vector<std::string> types = words_of(kTypeWords, op.types);
        columns.add({std::string(op.text), std::string(right_text(op.right)), joined(types)});
        listing.json.push_back(
            {{"operator", op.text}, {"right_side", right_text(op.right)}, {"left_side", types}});
    }
    listing.text = columns.text(0);
    return listing;
}

Listing list_transformers(const rules::RuleSet&) {
    Listing listing;
    Columns columns({false, false});
    columns.add({"TRANSFORMER", "ARGUMENTS"});
    for (const TransformerInfo& t : all_transformers()) {
        std::string arguments = std::to_string(t.min_args);
        if (t.max_args == 0)
            arguments += " or more";
        else if (t.max_args != t.min_args)
            arguments += " to " + std::to_string(t.max_args);
        columns.add({std::string(t.text) + "()", arguments});
        listing.json.push_back({{"transformer", t.text},
                                {"least_arguments", t.min_args},
                                {"most_arguments", t.max_args == 0 ? Json() : Json(t.max_args)}});
    }
    listing.text = columns.text(0);
    return listing;
}

Listing list_priorities(const rules::RuleSet&) {
    Listing listing;
    for (unsigned k = 0; k <= static_cast<unsigned>(rules::Priority::Debug); ++k) {
        const std::string_view name = to_text(static_cast<rules::Priority>(k));
        listing.text += std::to_string(k) + "  " + std::string(name) + "\n";
        listing.json.push_back({{"priority", name}, {"level", k}});
    }
    return listing;
}

}  // namespace sensor::rulec
