// SPDX-License-Identifier: Apache-2.0
// The output of a rule with everything the configuration appends to it: text at its end, and
// values that only output_fields shows.
#include <algorithm>

#include "lang/text_index.hpp"
#include "rules/codes.hpp"
#include "rules/compile.hpp"
#include "rules/old_meaning.hpp"

namespace sensor::rules {
namespace {

bool applies(const AppendOutput& entry, const RuleDef& def) {
    if (!entry.match_rule.empty() && entry.match_rule != def.name) return false;
    if (!entry.match_source.empty() && entry.match_source != def.source) return false;
    return std::all_of(
        entry.match_tags.begin(), entry.match_tags.end(), [&](const std::string& tag) {
            return std::find(def.tags.begin(), def.tags.end(), tag) != def.tags.end();
        });
}

std::string named_value(std::string_view field) {
    std::string key(field);
    std::replace(key.begin(), key.end(), '.', '_');
    return " " + key + "=%" + std::string(field);
}

/// Place of byte `offset`, line and column from 1, in a text of any lines.
lang::Expression expression_of(std::string_view text, std::size_t offset) {
    return expression_at(text, lang::TextIndex(text).at(offset));
}

/// A bare field keeps its type: it becomes a field of the output like those in the text.
void add_bare(const lang::OutputFormat& extra, lang::OutputFormat& output) {
    for (const lang::OutputField& field : extra.fields)
        output.add_field(extra.key(field), field.term);
}

}  // namespace

/// " a_b=%a.b" for every field that is suggested, in table order.
std::string Compiler::suggested_fields() const {
    std::string text;
    for (const FieldInfo& field : all_fields()) {
        if ((field.flags & field_flag::SUGGESTED) != 0) text += named_value(field.text);
    }
    for (const auto& [name, value] : options_.static_fields) text += named_value(name);
    return text;
}

void Compiler::warn_deprecated(const Sourced& output) {
    for (const FieldInfo& field : all_fields()) {
        const bool gone = (field.flags & field_flag::NEVER) != 0;
        if ((field.flags & field_flag::DEPRECATED) == 0 || gone) continue;
        const std::string name(field.text);
        const std::size_t hit = output.text.find("%" + name);
        if (hit == std::string::npos) continue;
        reporter_.warning(code::kDeprecated, output.at(hit),
                          "field '" + name + "' is deprecated: " + std::string(field.doc), {},
                          {expression_of(output.text, hit), name});
    }
}

Sourced Compiler::full_output(const RuleDef& def) {
    Sourced whole = def.output;
    const Origin end = def.output.at(whole.text.size());
    for (const AppendOutput& entry : options_.append_output) {
        if (!applies(entry, def)) continue;
        if (!entry.extra_output.empty()) whole.append(" " + entry.extra_output, end);
        if (entry.suggested_output) whole.append(suggested_fields(), end);
    }
    warn_deprecated(whole);
    Sourced kept;
    std::size_t at = 0;
    for (std::size_t hit = whole.text.find(kContainerInfo); hit != std::string::npos;
         hit = whole.text.find(kContainerInfo, at)) {
        reporter_.warning(code::kDeprecated, whole.at(hit),
                          "'%container.info' is deprecated and replaced by nothing: what it stood "
                          "for is appended by append_output",
                          {}, {expression_of(whole.text, hit), "container.info"});
        kept.append(whole.part(at, hit - at));
        at = hit + kContainerInfo.size();
    }
    kept.append(whole.part(at, whole.text.size() - at));
    return kept;
}

/// Reports what is wrong with a text of the output. out: Good if only warnings were
Compiler::Outcome Compiler::report_output(const RuleDef& def, const lang::OutputParse& parsed,
                                          const std::string& text, const PlaceOf& place,
                                          const std::string& what) {
    const auto is_hard = [](const lang::OutputProblem& p) {
        return p.is_error && !p.unknown_field;
    };
    const bool forgive = def.skip_if_unknown &&
                         std::none_of(parsed.problems.begin(), parsed.problems.end(), is_hard);
    for (const lang::OutputProblem& p : parsed.problems) {
        const Origin at = place(p.offset);
        Reporter::More more{expression_of(text, p.offset), {}};
        if (!p.is_error) {
            reporter_.warning(code::kOutputWarning, at, what + p.message, p.hint, std::move(more));
        } else if (forgive) {
            reporter_.warning(code::kUnknownFilter, at, what + p.message, p.hint, std::move(more));
        } else {
            reporter_.error(code::kCompileOutput, at, what + p.message, p.hint, std::move(more));
        }
    }
    if (parsed.ok) return Outcome::Good;
    return forgive ? Outcome::Dropped : Outcome::Failed;
}

Compiler::Outcome Compiler::compile_output(const RuleDef& def, lang::Program& program, Rule& rule) {
    const Reporter::Scope scope(reporter_, "rule output", "", def.output.at(0));
    const Sourced full = full_output(def);
    rule.output_compiled = full.text;
    lang::Program scratch = empty_program();
    lang::OutputParse parsed = lang::parse_output(full.text, def.one_line ? scratch : program);
    const Outcome outcome = report_output(
        def, parsed, full.text, [&](std::size_t offset) { return full.at(offset); }, "");
    if (outcome != Outcome::Good) return outcome;
    if (def.one_line) {  // positions were those of the text as it is written
        parsed = lang::parse_output(output_with_old_meaning(full.text), program);
        restore_keys(parsed.format);
    }
    rule.format = std::move(parsed.format);
    rule.output_fields.clear();
    for (const lang::OutputField& field : rule.format.fields)
        rule.output_fields.emplace_back(rule.format.key(field));
    return compile_extras(def, program, rule);
}

Compiler::Outcome Compiler::compile_extras(const RuleDef& def, lang::Program& program, Rule& rule) {
    rule.extra_formats.clear();
    for (const AppendOutput& entry : options_.append_output) {
        if (!applies(entry, def)) continue;
        for (const ExtraField& extra : entry.extra_fields) {
            if (extra.format.empty()) continue;
            const std::string text = (extra.bare ? "%" : "") + extra.format;
            lang::OutputParse parsed = lang::parse_output(text, program);
            // A bare field is one whole field, nothing behind it.
            if (parsed.ok && extra.bare && parsed.format.parts.size() != 1) {
                parsed = {};
                parsed.problems.push_back(
                    {true, 0, "'" + extra.format + "' is not one field", {}, true});
            }
            const Outcome outcome = report_output(
                def, parsed, text, [&](std::size_t) { return def.output.at(0); },
                "extra field '" + extra.key + "': ");
            if (outcome != Outcome::Good) return outcome;
            if (extra.bare) {
                add_bare(parsed.format, rule.format);
            } else {
                std::erase_if(rule.extra_formats,
                              [&](const ExtraFormat& known) { return known.key == extra.key; });
                rule.extra_formats.push_back({extra.key, extra.format, std::move(parsed.format)});
            }
        }
    }
    return Outcome::Good;
}

}  // namespace sensor::rules
