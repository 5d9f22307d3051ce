// SPDX-License-Identifier: Apache-2.0
#include "rulec/silence.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "eval/runtime.hpp"
#include "explain/truth.hpp"
#include "lang/check.hpp"
#include "lang/tree.hpp"
#include "output/json.hpp"
#include "output/render.hpp"
#include "rules/exception.hpp"

namespace sensor::rulec {
namespace {

constexpr std::size_t kMostName = 40;

/// Asks fields of the event at hand, by name.
class Fields {
public:
    explicit Fields(const fields::Context& context) : context_(context) {}

    /// Text of a single value that is there and not empty.
    std::optional<std::string> value(const std::string& field) const {
        lang::Program program;
        const lang::CheckedTerm checked = lang::check_output_term(field, program);
        if (!checked.ok || program.terms[checked.term].is_list) return std::nullopt;
        const auto runtime = eval::Runtime::create(program, fields::extractor);
        if (!runtime) return std::nullopt;
        eval::FrameMemory memory(**runtime);
        const Value value = (*runtime)->term(memory.begin(context_), checked.term);
        if (!value.present() || value.kind == Kind::List) return std::nullopt;
        std::string text = output::render_value(program.terms[checked.term], value, {});
        if (text.empty() || text == "<NA>") return std::nullopt;
        return text;
    }

private:
    const fields::Context& context_;
};

struct Proposal {
    std::string name;
    bool exists = false;  ///< an exception of the rule: only values are appended
    bool scalar = false;
    std::vector<std::string> fields, comps;
    std::vector<std::string> values;
};

bool is_plain(const std::string& value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("_/.:@+%-").find(c) != std::string_view::npos;
    });
}

/// A value as it must stand in a condition: quoted if anything in it means something there.
std::string condition_value(const std::string& value) {
    if (is_plain(value)) return value;
    const std::string quoted = lang::quote_if_needed(value);
    return quoted.starts_with('"') ? quoted : '"' + quoted + '"';
}

/// A YAML text in double quotes where it needs them.
std::string yaml_text(const std::string& text) {
    const bool plain = is_plain(text) && !text.empty() && text.front() != '-' &&
                       text.front() != '@' && text.front() != '%' && text.front() != ':' &&
                       text.back() != ':' && text.find(": ") == std::string::npos;
    if (plain) return text;
    return output::json_line(text);
}

std::string yaml_list(const std::vector<std::string>& items) {
    std::string out = "[";
    for (const std::string& item : items) out += (out.size() > 1 ? ", " : "") + item;
    return out + "]";
}

std::string to_yaml(const std::string& rule, const Proposal& p) {
    std::string out =
        "- rule: " +
        (rule.find_first_of(":#'\"{}[]&*!|>%@`") == std::string::npos ? rule
                                                                      : output::json_line(rule)) +
        "\n  exceptions:\n  - name: " + yaml_text(p.name) + "\n";
    std::vector<std::string> entries;
    for (std::size_t k = 0; k < p.values.size(); ++k) {
        const std::string value = yaml_text(condition_value(p.values[k]));
        entries.push_back(rules::takes_list(p.comps[k]) && !p.scalar ? "[" + value + "]" : value);
    }
    if (!p.exists) {
        out += "    fields: " + yaml_list(p.fields) + "\n    comps: " + yaml_list(p.comps) + "\n";
    }
    out += "    values:\n    - " + (p.scalar ? entries.front() : yaml_list(entries)) + "\n";
    return out + "  override:\n    exceptions: append\n";
}

std::string to_condition(const Proposal& p) {
    std::string out;
    for (std::size_t k = 0; k < p.values.size(); ++k) {
        const std::string value = condition_value(p.values[k]);
        out += (k == 0 ? "and not (" : " and ") + p.fields[k] + " " + p.comps[k] + " " +
               (rules::takes_list(p.comps[k]) ? "(" + value + ")" : value);
    }
    return out + ")";
}

/// Operators for which the event's own value as right side is true.
bool takes_own_value(const std::string& comp) {
    const std::string first = comp.substr(0, comp.find(' '));
    for (const char* good : {"=", "==", "in", "startswith", "endswith", "contains", "icontains",
                             "pmatch", "intersects", "<=", ">="}) {
        if (first == good) return true;
    }
    return false;
}

std::vector<Proposal> own_proposals(const rules::Rule& rule, const Fields& fields) {
    std::vector<Proposal> out;
    for (const rules::ExceptionInfo& e : rule.exceptions) {
        Proposal p{e.name, true, e.scalar, e.fields, e.comps, {}};
        bool good = e.fields.size() == e.comps.size();
        for (std::size_t k = 0; good && k < e.fields.size(); ++k) {
            const auto value = fields.value(e.fields[k]);
            good = value && takes_own_value(e.comps[k]);
            if (good) p.values.push_back(*value);
        }
        if (good) out.push_back(std::move(p));
    }
    return out;
}

std::string last_part(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    return slash == std::string::npos || slash + 1 == path.size() ? path : path.substr(slash + 1);
}

/// A name for an exception: "cat_shadow".
std::string name_of(const Proposal& p, const rules::Rule& rule) {
    std::string name;
    for (std::size_t k = 0; k < p.values.size(); ++k) {
        std::string word = last_part(p.values[k]);
        for (char& c : word) {
            if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
        }
        name += (k == 0 ? "" : "_") + word;
    }
    if (name.size() > kMostName) name.resize(kMostName);
    const auto taken = [&](const std::string& text) {
        return std::find(rule.exception_names.begin(), rule.exception_names.end(), text) !=
               rule.exception_names.end();
    };
    std::string unique = name;
    for (int k = 2; taken(unique); ++k) unique = name + "_" + std::to_string(k);
    return unique;
}

/// The program by its path, then what it did it to, then where.
Proposal general_proposal(const rules::Rule& rule, const Fields& fields) {
    Proposal p;
    const auto add = [&](const std::string& field) {
        const auto value = fields.value(field);
        if (!value || *value == "host") return false;
        p.fields.push_back(field);
        p.comps.emplace_back("=");
        p.values.push_back(*value);
        return true;
    };
    if (!add("proc.exepath")) add("proc.name");
    const std::string type = fields.value("evt.type").value_or("");
    const std::string kind = fields.value("fd.type").value_or("");
    if (type.starts_with("execve")) {
        add("proc.pexepath");
    } else if (kind == "ipv4" || kind == "ipv6") {
        add("fd.sip");
        add("fd.sport");
    } else {
        // A path the rule itself looks at, the kernel's own first.
        for (const char* field : {"fd.realpath", "fs.path.target", "fs.path.name", "fd.name"}) {
            const bool asked = rule.condition_compiled.find(field) != std::string::npos;
            if ((asked || std::string_view(field) == "fd.name") && add(field)) break;
        }
    }
    add("container.image.repository");
    p.name = name_of(p, rule);
    return p;
}

/// Loads the rules with the proposal behind them. out: set if the rule is silent then
std::optional<rules::RuleSet> proved(std::vector<rules::SourceFile> files, const rules::Rule& rule,
                                     const std::string& yaml, const fields::Context& context) {
    files.push_back({"silence.yaml", yaml});
    rules::LoadOptions how;
    how.trees = true;
    rules::RuleSet set = rules::load_rules(files, how);
    if (!set.ok()) return std::nullopt;
    for (const rules::Rule& now : set.rules) {
        if (now.name != rule.name || !now.tree) continue;
        auto explainer = explain::Explainer::create(*now.tree);
        if (!explainer || (*explainer)->holds(context)) return std::nullopt;
        return set;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Silence> find_silence(const std::vector<rules::SourceFile>& files,
                                    const rules::Rule& rule, const fields::Context& context) {
    const Fields fields(context);
    std::vector<Proposal> proposals = own_proposals(rule, fields);
    proposals.push_back(general_proposal(rule, fields));
    for (const Proposal& p : proposals) {
        if (p.fields.empty()) continue;
        const std::string yaml = to_yaml(rule.name, p);
        auto set = proved(files, rule, yaml, context);
        if (set) return Silence{yaml, to_condition(p), p.name, p.exists, p.fields, *std::move(set)};
    }
    return std::nullopt;
}

}  // namespace sensor::rulec
