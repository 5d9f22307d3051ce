// SPDX-License-Identifier: Apache-2.0
// The output text of a rule with everything the configuration appends to it.
#include <algorithm>

#include "rules/codes.hpp"
#include "rules/compile.hpp"

namespace sensor::rules {
namespace {

constexpr std::string_view kContainerInfo = "%container.info";

bool applies(const AppendOutput& entry, const RuleDef& def) {
    if (!entry.match_rule.empty() && entry.match_rule != def.name) return false;
    if (!entry.match_source.empty() && entry.match_source != def.source) return false;
    return std::all_of(
        entry.match_tags.begin(), entry.match_tags.end(), [&](const std::string& tag) {
            return std::find(def.tags.begin(), def.tags.end(), tag) != def.tags.end();
        });
}

/// " a_b=%a.b" for every field that is suggested, in table order.
std::string suggested_fields() {
    std::string text;
    for (const FieldInfo& field : all_fields()) {
        if ((field.flags & field_flag::SUGGESTED) == 0) continue;
        std::string key(field.text);
        std::replace(key.begin(), key.end(), '.', '_');
        text += " " + key + "=%" + std::string(field.text);
    }
    return text;
}

}  // namespace

Sourced Compiler::full_output(const RuleDef& def) {
    const std::string& written = def.output.text;
    for (const FieldInfo& field : all_fields()) {
        const bool gone = (field.flags & field_flag::NEVER) != 0;
        if ((field.flags & field_flag::DEPRECATED) == 0 || gone) continue;
        const std::size_t hit = written.find("%" + std::string(field.text));
        if (hit == std::string::npos) continue;
        reporter_.warning(
            code::kDeprecated, def.output.at(hit),
            "field '" + std::string(field.text) + "' is deprecated: " + std::string(field.doc));
    }
    Sourced full;
    std::size_t at = 0;
    for (std::size_t hit = written.find(kContainerInfo); hit != std::string::npos;
         hit = written.find(kContainerInfo, at)) {
        reporter_.warning(code::kDeprecated, def.output.at(hit),
                          "'%container.info' is deprecated and replaced by nothing: what it stood "
                          "for is appended by append_output");
        full.append(def.output.part(at, hit - at));
        at = hit + kContainerInfo.size();
    }
    full.append(def.output.part(at, written.size() - at));
    const Origin end = def.output.at(written.size());
    for (const AppendOutput& entry : options_.append_output) {
        if (!applies(entry, def)) continue;
        if (!entry.extra_output.empty()) full.append(" " + entry.extra_output, end);
        if (entry.suggested_output) full.append(suggested_fields(), end);
    }
    return full;
}

}  // namespace sensor::rules
