// SPDX-License-Identifier: Apache-2.0
// Rules, macros, lists and fields of an installation, loaded as the sensor would load them: what
// the loader refuses or skips, and what their fields mean here.
#include <algorithm>
#include <map>
#include <set>

#include "app/compare_known.hpp"
#include "app/migrate_parts.hpp"
#include "base/log.hpp"
#include "event/field_table.hpp"
#include "lang/similar.hpp"
#include "rules/codes.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {
namespace {

using lang::Diagnostic;
using lang::Severity;

constexpr const char* kSourceAdvice =
    "leave this rule to Falco with that plugin, or take it out; the others are not touched by it";

std::string counted(std::size_t number, const char* word) {
    return format("{} {}{}", number, word, number == 1 ? "" : "s");
}

std::string place_of(const std::string& file, std::size_t line) {
    return line == 0 ? file : format("{}:{}", file, line);
}

/// What was said of an item, by its kind and name: "rule", "Shadow opened".
using ItemKey = std::pair<std::string, std::string>;
using ByItem = std::map<ItemKey, std::vector<const Diagnostic*>>;

ItemKey item_of(const Diagnostic& diagnostic) {
    for (const lang::Location& location : diagnostic.context) {
        if (location.item_type == "rule" || location.item_type == "macro" ||
            location.item_type == "list")
            return {location.item_type, location.item_name};
    }
    return {"file", diagnostic.position.file};
}

std::string message_of(const Diagnostic& diagnostic) {
    const std::string place =
        diagnostic.position.line == 0
            ? std::string()
            : format(" (line {}, column {})", diagnostic.position.line, diagnostic.position.column);
    return diagnostic.message + place;
}

bool is_left_out(const Diagnostic& diagnostic) {
    return diagnostic.code == rules::code::kUnknownSource ||
           diagnostic.code == rules::code::kUnknownFilter;
}

bool never_holds(const Diagnostic& diagnostic) {
    return diagnostic.code == rules::code::kDeprecated &&
           diagnostic.message.find(" never holds") != std::string::npos;
}

/// Makes the finding at least as bad as `verdict`; the worst reason is the one that is said.
void worsen(Finding& finding, Verdict verdict, std::string reason, std::string advice) {
    if (verdict <= finding.verdict) return;
    finding.verdict = verdict;
    finding.reason = std::move(reason);
    finding.advice = std::move(advice);
}

class RuleReviewer {
public:
    RuleReviewer(const rules::RuleSet& set, Findings& findings) : set_(set), findings_(findings) {
        for (const Diagnostic& one : set.diagnostics) by_item_[item_of(one)].push_back(&one);
    }

    void review() {
        for (const rules::Rule& rule : set_.rules) review_rule(rule);
        for (const rules::Rule& rule : set_.idle) review_rule(rule);
        for (const rules::MacroInfo& macro : set_.macros) review_macro(macro);
        for (const rules::ListInfo& list : set_.lists) {
            Finding finding{
                Part::Lists, Verdict::Same, list.name, place_of(list.file, list.line), {}, {}};
            add(std::move(finding), {"list", list.name});
        }
        review_plugins();
        review_rest();
        review_fields();
    }

private:
    void add(Finding finding, const ItemKey& key) {
        const auto found = by_item_.find(key);
        if (found != by_item_.end()) {
            for (const Diagnostic* one : found->second) said(finding, *one);
            by_item_.erase(found);
        }
        findings_.all.push_back(std::move(finding));
    }

    static void said(Finding& finding, const Diagnostic& one) {
        if (one.severity == Severity::Error) {
            worsen(finding, Verdict::Unsupported, "refused: " + message_of(one), one.hint);
        } else if (is_left_out(one)) {
            worsen(finding, Verdict::Unsupported, message_of(one),
                   one.code == rules::code::kUnknownSource ? kSourceAdvice : one.hint);
        } else if (never_holds(one)) {
            worsen(finding, Verdict::Changed, message_of(one), one.hint);
        }
    }

    /// Fields of a condition decide; those of an output are only shown.
    void judge_fields(Finding& finding, const std::vector<std::string>& fields, bool condition) {
        for (const std::string& field : fields) {
            const FieldRemark remark = remark_on(field);
            if (remark.text.empty()) continue;
            const bool blind = remark.never && condition;
            worsen(finding, blind ? Verdict::Unsupported : Verdict::Changed,
                   format("{}{}: {}", field, condition ? "" : " in the output", remark.text), "");
        }
    }

    void review_rule(const rules::Rule& rule) {
        Finding finding{Part::Rules, Verdict::Same, rule.name, place_of(rule.file, rule.line), {},
                        {}};
        if (rule.enabled) {
            judge_fields(finding, rule.details.fields, true);
            judge_fields(finding, rule.output_fields, false);
            for (const std::string& field : rule.details.fields) ++in_conditions_[field];
            for (const std::string& field : rule.output_fields) ++in_outputs_[field];
        }
        add(std::move(finding), {"rule", rule.name});
    }

    void review_macro(const rules::MacroInfo& macro) {
        Finding finding{
            Part::Macros, Verdict::Same, macro.name, place_of(macro.file, macro.line), {}, {}};
        judge_fields(finding, macro.details.fields, true);
        add(std::move(finding), {"macro", macro.name});
    }

    void review_plugins() {
        for (const rules::PluginRequirement& one : set_.required_plugins) {
            std::string names;
            bool met = false;
            for (const auto& choice : one.choices) {
                names += (names.empty() ? "" : " or ") + choice.name;
                met = met || choice.name == "container";
            }
            findings_.add(Part::Plugins, met ? Verdict::Same : Verdict::Unsupported,
                          names + " (required_plugin_versions)", place_of(one.file, one.line),
                          met ? "" : "this plugin is not available",
                          met ? "" : "leave this file to Falco with that plugin");
        }
    }

    /// What belongs to no item that was loaded: items that were refused, and whole files.
    void review_rest() {
        for (const auto& [key, said_of] : by_item_) {
            Finding finding{part_of(key.first), Verdict::Same, key.second, {}, {}, {}};
            for (const Diagnostic* one : said_of) {
                if (finding.place.empty() || one->severity == Severity::Error)
                    finding.place = place_of(one->position.file, one->position.line);
                said(finding, *one);
            }
            if (finding.verdict != Verdict::Same) findings_.all.push_back(std::move(finding));
        }
    }
    static Part part_of(const std::string& item_type) {
        if (item_type == "macro") return Part::Macros;
        return item_type == "list" ? Part::Lists : Part::Rules;
    }

    /// Why there is no such field, or nothing.
    static std::string unknown(const std::string& field) {
        if (field.starts_with("static.")) return {};  // of the configuration
        const std::size_t at = field.find('[');
        const std::string name = field.substr(0, at);
        std::string bracket;
        if (at != std::string::npos) bracket = field.substr(at + 1, field.size() - at - 2);
        const auto found = resolve_field(name, at == std::string::npos ? nullptr : &bracket);
        return found ? std::string() : found.error().text;
    }

    void review_fields() {
        std::set<std::string> all;
        for (const auto& [field, count] : in_conditions_) all.insert(field);
        for (const auto& [field, count] : in_outputs_) all.insert(field);
        for (const std::string& field : all) {
            const FieldRemark remark = remark_on(field);
            Finding finding{Part::Fields, Verdict::Same, field, {}, std::string(remark.text), {}};
            const std::size_t uses = in_conditions_[field], shown = in_outputs_[field];
            if (std::string why = unknown(field); !why.empty()) {
                finding.verdict = Verdict::Unsupported;
                finding.reason = std::move(why);
                finding.advice = lang::unknown_field_hint(field);
            } else if (!remark.text.empty()) {
                finding.verdict = remark.never ? Verdict::Unsupported : Verdict::Changed;
            }
            if (!finding.reason.empty())
                finding.reason +=
                    format(" (in {}, {})", counted(uses, "condition"), counted(shown, "output"));
            findings_.all.push_back(std::move(finding));
        }
    }

    const rules::RuleSet& set_;
    Findings& findings_;
    ByItem by_item_;
    std::map<std::string, std::size_t> in_conditions_, in_outputs_;
};

}  // namespace

void find_rules(const config::Config& config, const std::vector<std::string>& files,
                Findings& findings) {
    std::vector<rules::SourceFile> sources;
    for (const std::string& path : files) {
        Result<std::vector<rules::SourceFile>> found = rules::read_rules_path(path);
        if (!found) {
            findings.unreadable.push_back(found.error().text);
            findings.starts = false;
            continue;
        }
        for (rules::SourceFile& file : *found) {
            findings.looked_at.push_back(file.name);
            sources.push_back(std::move(file));
        }
    }
    if (sources.empty())
        findings.add(Part::Rules, Verdict::Unsupported, "rules_files", {},
                     "none of the files and folders of rules_files is there",
                     "name the rules files that there are");
    rules::LoadOptions how;
    how.least = config.priority;
    how.selections = config.selections;
    how.append_output = config.append_output;
    how.static_fields = config.static_fields;
    how.describe = true;
    const rules::RuleSet set = rules::load_rules(sources, how);
    findings.starts = findings.starts && set.ok() && !sources.empty();
    RuleReviewer(set, findings).review();
}

}  // namespace sensor::app
