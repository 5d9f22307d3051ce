// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "lang/parse.hpp"
#include "output/json.hpp"
#include "rulec/emit.hpp"
#include "rulec/report.hpp"
#include "rules/codes.hpp"

namespace sensor::rulec {
namespace {

using Json = nlohmann::ordered_json;
using lang::Node;
using lang::Operand;

struct Tree {
    const char* kind;
    std::string name, file;
    std::size_t line = 0;
    lang::NodePtr root;
};

/// Is it there that the text cannot be read, whatever the names in it mean?
bool is_syntax(const lang::Diagnostic& d) {
    return d.severity == lang::Severity::Error &&
           (d.code == rules::code::kYamlParse || d.code == rules::code::kYamlValidate);
}

class Trees {
public:
    explicit Trees(const LoadedRules& loaded) : loaded_(loaded) {}

    Result<std::vector<Tree>> parse() {
        for (const lang::Diagnostic& d : loaded_.set.diagnostics) {
            if (is_syntax(d)) errors_ += problem_text(d, Paint(false));
        }
        for (const rules::MacroInfo& macro : loaded_.set.macros)
            add("macro", macro.name, macro.condition, macro.file, macro.line);
        for (const rules::Rule& rule : loaded_.set.rules)
            add("rule", rule.name, rule.condition, rule.file, rule.line);
        for (const rules::Rule& rule : loaded_.set.idle)
            add("rule", rule.name, rule.condition, rule.file, rule.line);
        if (!errors_.empty()) return Error(errors_);
        std::sort(trees_.begin(), trees_.end(), [&](const Tree& a, const Tree& b) {
            return std::tuple(file_number(a.file), a.line, std::string_view(a.name)) <
                   std::tuple(file_number(b.file), b.line, std::string_view(b.name));
        });
        return std::move(trees_);
    }

private:
    void add(const char* kind, const std::string& name, const std::string& condition,
             const std::string& file, std::size_t line) {
        lang::ParseResult parsed = lang::parse_condition(condition);
        if (parsed.root) {
            trees_.push_back({kind, name, file, line, std::move(parsed.root)});
            return;
        }
        // The loader says the same with the place in the file.
        for (const lang::Diagnostic& d : loaded_.set.diagnostics) {
            if (d.message != parsed.error->message) continue;
            const std::string said = problem_text(d, Paint(false));
            if (errors_.find(said) == std::string::npos) errors_ += said;
            return;
        }
        errors_ += file + ":" + std::to_string(line) + ": error: " + parsed.error->message + "\n";
    }

    std::size_t file_number(const std::string& name) const {
        const auto& files = loaded_.files;
        return static_cast<std::size_t>(
            std::find_if(files.begin(), files.end(),
                         [&](const auto& f) { return f.name == name; }) -
            files.begin());
    }

    const LoadedRules& loaded_;
    std::vector<Tree> trees_;
    std::string errors_;
};

void print(const Node& node, std::size_t depth, std::string& out) {
    out.append(2 * depth, ' ');
    switch (node.kind) {
        case Node::Kind::And: out += "and\n"; break;
        case Node::Kind::Or: out += "or\n"; break;
        case Node::Kind::Not: out += "not\n"; break;
        case Node::Kind::Macro: out += "macro " + node.macro + "\n"; break;
        case Node::Kind::Check: out += to_text(node) + "\n"; break;
    }
    for (const lang::NodePtr& child : node.children) print(*child, depth + 1, out);
}

Json operand_json(const Operand& operand) {
    Json out;
    switch (operand.kind) {
        case Operand::Kind::Field:
            out["field"] = operand.field.name;
            if (operand.field.bracket) out["argument"] = *operand.field.bracket;
            break;
        case Operand::Kind::Transform:
            out["transformer"] = to_text(operand.transform.transformer);
            for (const Operand& arg : operand.transform.args)
                out["arguments"].push_back(operand_json(arg));
            if (operand.transform.bracket) out["option"] = *operand.transform.bracket;
            break;
        case Operand::Kind::Text: out["text"] = operand.text; break;
        case Operand::Kind::Number: out["number"] = operand.text; break;
        case Operand::Kind::List:
            out["list"] = Json::array();
            for (const Operand& item : operand.items) out["list"].push_back(operand_json(item));
            break;
    }
    return out;
}

Json node_json(const Node& node) {
    Json out;
    switch (node.kind) {
        case Node::Kind::And: out["kind"] = "and"; break;
        case Node::Kind::Or: out["kind"] = "or"; break;
        case Node::Kind::Not: out["kind"] = "not"; break;
        case Node::Kind::Macro:
            out["kind"] = "macro";
            out["name"] = node.macro;
            break;
        case Node::Kind::Check:
            out["kind"] = "check";
            out["left"] = operand_json(node.left);
            out["operator"] = op_info(node.op).text;
            if (node.modifier != Modifier::none) out["modifier"] = to_text(node.modifier);
            if (node.right) out["right"] = operand_json(*node.right);
            break;
    }
    out["offset"] = node.pos.offset;
    for (const lang::NodePtr& child : node.children) out["children"].push_back(node_json(*child));
    return out;
}

}  // namespace

Result<std::string> ast_text(const LoadedRules& loaded) {
    SENSOR_TRY(const std::vector<Tree> trees, Trees(loaded).parse());
    std::string out;
    for (const Tree& tree : trees) {
        out += (out.empty() ? "" : "\n") + std::string(tree.kind) + " '" + tree.name + "' (" +
               tree.file + ":" + std::to_string(tree.line) + ")\n";
        print(*tree.root, 1, out);
    }
    return out;
}

Result<std::string> ast_json(const LoadedRules& loaded) {
    SENSOR_TRY(const std::vector<Tree> trees, Trees(loaded).parse());
    Json out = Json::array();
    for (const Tree& tree : trees) {
        out.push_back({{"kind", tree.kind},
                       {"name", tree.name},
                       {"file", tree.file},
                       {"line", tree.line},
                       {"tree", node_json(*tree.root)}});
    }
    return output::json_lines(out);
}

}  // namespace sensor::rulec
