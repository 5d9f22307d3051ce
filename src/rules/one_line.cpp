// SPDX-License-Identifier: Apache-2.0
#include "rules/one_line.hpp"

#include <algorithm>
#include <cctype>

#include "base/utf8.hpp"
#include "lang/parse.hpp"
#include "lang/similar.hpp"
#include "rules/codes.hpp"

namespace sensor::rules {
namespace {

constexpr std::string_view kBlanks = " \t\r";
// Of a rule that names neither priority nor output.
constexpr Priority kPriority = Priority::Notice;
constexpr std::string_view kOutput =
    "%evt.type by %proc.name (user=%user.name command=%proc.cmdline file=%fd.name "
    "parent=%proc.pname)";
constexpr std::string_view kLevels =
    "one of emergency, alert, critical, error, warning, notice, informational, debug, or the "
    "beginning of one";

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_name(char c) { return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Length of the name if this is `name :`, else 0.
std::size_t macro_name(std::string_view line) {
    if (line.empty() || !is_letter(line[0])) return 0;
    const auto end = std::find_if_not(line.begin(), line.end(), is_name);
    const auto length = static_cast<std::size_t>(end - line.begin());
    const std::size_t next = line.find_first_not_of(kBlanks, length);
    return next != std::string_view::npos && line[next] == ':' ? length : 0;
}

/// Place of the bar that ends the condition: not in quotes, not inside a bare text.
std::size_t find_bar(std::string_view line) {
    char quote = 0;
    for (std::size_t k = 0; k < line.size(); ++k) {
        const char c = line[k];
        const char before = k == 0 ? ' ' : line[k - 1];
        if (quote != 0) {
            if (c == quote && before != '\\') quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '|' && (kBlanks.find(before) != std::string_view::npos || before == ')' ||
                                before == '"' || before == '\'')) {
            return k;
        }
    }
    return std::string_view::npos;
}

void find_macros(const lang::Node& node, std::vector<const lang::Node*>& out) {
    if (node.kind == lang::Node::Kind::Macro) out.push_back(&node);
    for (const lang::NodePtr& child : node.children) find_macros(*child, out);
}

class LineReader {
public:
    LineReader(std::uint32_t file, Reporter& reporter, Library& library)
        : file_(file), reporter_(reporter), library_(library) {}

    void read() {
        const std::string_view all = reporter_.files().file(file_).text;
        std::size_t begin = all.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
        for (number_ = 1; begin < all.size(); ++number_) {
            const std::size_t end = std::min(all.find('\n', begin), all.size());
            const std::string_view line = trimmed(all.substr(begin, end - begin));
            if (!line.empty() && line[0] != '#')
                read_line(line, static_cast<std::uint32_t>(line.data() - all.data()));
            begin = end + 1;
        }
    }

private:
    void read_line(std::string_view line, std::uint32_t offset) {
        const std::size_t name = macro_name(line);
        if (name != 0) {
            const std::string text(line.substr(0, name));
            const Reporter::Scope scope(reporter_, "macro", text, {file_, offset});
            read_macro(text, line.substr(line.find(':') + 1), offset + line.find(':') + 1);
        } else {
            const std::string text = "line " + std::to_string(number_);
            const Reporter::Scope scope(reporter_, "rule", text, {file_, offset});
            read_rule(text, line, offset);
        }
    }

    Sourced sourced(std::string_view text, std::size_t offset) const {
        Sourced made;
        made.text = text;
        for (std::size_t k = 0; k < text.size(); ++k)
            made.origin.push_back({file_, static_cast<std::uint32_t>(offset + k)});
        return made.trimmed();
    }

    void wrong(std::string_view code, std::size_t offset, std::string message,
               std::string hint = {}) {
        reporter_.error(code, {file_, static_cast<std::uint32_t>(offset)}, std::move(message),
                        std::move(hint));
    }

    void read_macro(const std::string& name, std::string_view text, std::size_t offset) {
        if (name[0] == '_')
            return wrong(code::kValidate, offset - 1, "the name of a macro begins with a letter");
        MacroDef macro;
        macro.condition = sourced(text, offset);
        if (macro.condition.text.empty())
            return wrong(code::kValidate, offset, "the macro has no condition");
        if (!resolve(macro.condition)) return;
        macro.at = macro.condition.at(0);
        macro.file = file_;
        macro.first_seq = macro.latest_seq = ++library_.seq;
        // What is defined again is so for the lines below, not for those above.
        macro.name = name;
        if (library_.macros.find(name) != nullptr) {
            macro.name += "_line" + std::to_string(number_);
            while (library_.macros.find(macro.name) != nullptr) macro.name += "_";
        }
        meant_[name] = macro.name;
        library_.macros.add(std::move(macro));
    }

    void read_rule(const std::string& name, std::string_view line, std::size_t offset) {
        const std::size_t bar = find_bar(line);
        RuleDef rule;
        rule.name = library_.rules.find(name) == nullptr
                        ? name
                        : name + " of " + reporter_.files().file(file_).name;
        rule.condition = sourced(line.substr(0, bar), offset);
        if (rule.condition.text.empty())
            return wrong(code::kValidate, offset, "there is no condition before the bar");
        rule.description = rule.condition.text;
        rule.at = {file_, static_cast<std::uint32_t>(offset)};
        rule.file = file_;
        rule.priority = kPriority;
        rule.one_line = true;
        rule.output.append(kOutput, rule.at);
        if (bar < line.size() && line.substr(bar).starts_with("||"))
            return wrong(code::kCompileCondition, offset + bar, "unexpected '||'", "write 'or'");
        bool ok = resolve(rule.condition);
        if (bar != std::string_view::npos)
            ok = read_output(line.substr(bar + 1), offset + bar + 1, rule) && ok;
        if (ok) library_.rules.add(std::move(rule));
    }

    /// `PRIORITY output` behind the bar.
    bool read_output(std::string_view text, std::size_t offset, RuleDef& rule) {
        const std::size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
        const std::size_t end = std::min(text.find_first_of(kBlanks, first), text.size());
        const std::string_view word = text.substr(first, end - first);
        if (!parse_priority_start(word, rule.priority)) {
            wrong(code::kValidate, offset + first,
                  word.empty() ? "there is nothing behind the bar"
                               : "unknown priority '" + std::string(word) + "'",
                  std::string(kLevels));
            return false;
        }
        const Sourced output = sourced(text.substr(end), offset + end);
        if (output.text.empty()) {
            wrong(code::kValidate, offset + end, "there is no output behind the priority");
            return false;
        }
        rule.output = output;
        return true;
    }

    /// Checks the syntax, and that macros are defined above; names those defined again.
    bool resolve(Sourced& condition) {
        const lang::ParseResult parsed = lang::parse_condition(condition.text);
        if (parsed.error) {
            const Origin at = condition.at(parsed.error->pos.offset);
            wrong(code::kCompileCondition, at.offset, parsed.error->message, parsed.error->hint);
            return false;
        }
        std::vector<const lang::Node*> macros;
        find_macros(*parsed.root, macros);
        std::sort(macros.begin(), macros.end(), [](const lang::Node* a, const lang::Node* b) {
            return a->pos.offset > b->pos.offset;
        });
        bool ok = true;
        for (const lang::Node* macro : macros) ok = name_macro(*macro, condition) && ok;
        return ok;
    }

    bool name_macro(const lang::Node& macro, Sourced& condition) {
        const auto meant = meant_.find(macro.macro);
        const Origin at = condition.at(macro.pos.offset);
        if (meant == meant_.end()) {
            if (library_.macros.find(macro.macro) != nullptr) return true;  // of a file before
            std::vector<std::string_view> names;
            names.reserve(meant_.size());
            for (const auto& [name, internal] : meant_) names.push_back(name);
            std::string hint = lang::did_you_mean(macro.macro, names);
            if (hint.empty()) hint = "a macro is defined on a line above its use";
            wrong(code::kValidate, at.offset, "undefined macro '" + macro.macro + "'",
                  std::move(hint));
            return false;
        }
        if (meant->second == macro.macro) return true;
        const std::size_t behind = macro.pos.offset + macro.macro.size();
        Sourced changed = condition.part(0, macro.pos.offset);
        changed.append(meant->second, at);
        changed.append(condition.part(behind, condition.text.size() - behind));
        condition = std::move(changed);
        return true;
    }

    const std::uint32_t file_;
    Reporter& reporter_;
    Library& library_;
    std::size_t number_ = 0;                              // of the line at hand
    std::unordered_map<std::string, std::string> meant_;  // macro here: its name in the library
};

}  // namespace

bool is_one_line_format(const SourceFile& file) {
    const auto ends = [&](std::string_view with) { return file.name.ends_with(with); };
    if (ends(".conf")) return true;
    if (ends(".yaml") || ends(".yml")) return false;
    std::string_view text = file.text;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line[0] == '#') continue;
        return std::string_view("-[{%&!").find(line[0]) == std::string_view::npos;
    }
    return false;
}

void read_one_line_file(std::uint32_t file, Reporter& reporter, Library& library) {
    LineReader(file, reporter, library).read();
}

}  // namespace sensor::rules
