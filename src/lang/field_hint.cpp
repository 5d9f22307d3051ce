// SPDX-License-Identifier: Apache-2.0
#include "lang/field_hint.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "event/field_table.hpp"
#include "lang/similar.hpp"

namespace sensor::lang {
namespace {

const FieldInfo* find_field(std::string_view text) {
    const auto fields = all_fields();
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const FieldInfo& f) { return f.text == text; });
    return found == fields.end() ? nullptr : &*found;
}

bool takes_key(FieldArgSpec spec) {
    return spec == FieldArgSpec::OPT_KEY || spec == FieldArgSpec::REQ_KEY ||
           spec == FieldArgSpec::OPT_KEY_OR_INDEX || spec == FieldArgSpec::REQ_KEY_OR_INDEX;
}

/// The longest known field that `name` continues with a dot; nullptr if there is none.
const FieldInfo* base_of(std::string_view name) {
    for (std::size_t dot = name.rfind('.'); dot != std::string_view::npos && dot > 0;
         dot = name.rfind('.', dot - 1)) {
        if (const FieldInfo* base = find_field(name.substr(0, dot))) return base;
    }
    return nullptr;
}

std::string parameter_hint(const FieldInfo& field, std::string_view wrong) {
    std::set<std::string_view> names;
    for (const EventInfo& event : all_events()) {
        for (const ParamInfo& parameter : event.params) names.insert(parameter.name);
    }
    const std::string prefix = std::string(field.text) + ".";
    std::vector<std::string> whole;
    for (const std::string_view name : names) whole.push_back(prefix + std::string(name));
    std::string hint = did_you_mean(prefix + std::string(wrong),
                                    std::vector<std::string_view>(whole.begin(), whole.end()));
    return hint.empty() ? "falco-ebpf --list-events shows the parameters of every event" : hint;
}

/// Ways to write the field, by the arguments it takes.
std::string forms(const FieldInfo& field) {
    const std::string name(field.text);
    switch (field.arg) {
        case FieldArgSpec::NO_ARG: return "write " + name;
        case FieldArgSpec::OPT_INDEX:
        case FieldArgSpec::REQ_INDEX: return "write a number, such as " + name + "[1]";
        case FieldArgSpec::OPT_KEY:
        case FieldArgSpec::REQ_KEY: return "write " + name + "[KEY]";
        case FieldArgSpec::OPT_KEY_OR_INDEX:
        case FieldArgSpec::REQ_KEY_OR_INDEX: return "write " + name + "[KEY] or " + name + "[0]";
        case FieldArgSpec::OPT_DOT:
        case FieldArgSpec::REQ_DOT: return "write " + name + ".NAME";
        case FieldArgSpec::REQ_DOT_OR_INDEX: return "write " + name + ".NAME or " + name + "[0]";
    }
    return {};
}

}  // namespace

std::string keyed_field_hint(std::string_view name) {
    const FieldInfo* base = base_of(name);
    if (base == nullptr || !takes_key(base->arg)) return {};
    return "a key stands in brackets: write " + std::string(base->text) + "[" +
           std::string(name.substr(base->text.size() + 1)) + "]";
}

std::string field_hint(const FieldUse& use) {
    const FieldInfo* field = find_field(use.name);
    if (field == nullptr) {
        const FieldInfo* base = base_of(use.name);
        if (base != nullptr && (base->id == FieldId::evt_arg || base->id == FieldId::evt_rawarg))
            return parameter_hint(*base, use.name.substr(base->text.size() + 1));
        if (base != nullptr && base->id == FieldId::evt_abspath) return {};
        std::string hint = keyed_field_hint(use.name);
        return hint.empty() ? unknown_field_hint(use.name) : hint;
    }
    if (field->arg == FieldArgSpec::NO_ARG && use.bracket) {
        const std::size_t dot = field->text.find('.');
        const std::string ancestor = std::string(field->text.substr(0, dot)) + ".a" +
                                     std::string(field->text.substr(dot + 1));
        const FieldInfo* other = find_field(ancestor);
        if (other != nullptr && (other->flags & field_flag::ANY_ANCESTOR) != 0)
            return "for an ancestor write " + ancestor + "[" + *use.bracket + "]";
    }
    return forms(*field);
}

}  // namespace sensor::lang
