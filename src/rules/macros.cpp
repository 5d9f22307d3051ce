// SPDX-License-Identifier: Apache-2.0
#include "rules/macros.hpp"

#include <algorithm>

#include "lang/parse.hpp"
#include "lang/similar.hpp"
#include "rules/codes.hpp"

namespace sensor::rules {
namespace {

constexpr std::size_t kRule = static_cast<std::size_t>(-1);
constexpr std::size_t kMaxNodes = 20000;
constexpr std::size_t kMaxDepth = 500;

void stamp(lang::Operand& operand, std::uint32_t text) {
    operand.pos.text = text;
    for (lang::Operand& arg : operand.transform.args) stamp(arg, text);
    for (lang::Operand& item : operand.items) stamp(item, text);
}

/// Marks every position of a tree as one of that text.
void stamp(lang::Node& node, std::uint32_t text) {
    node.pos.text = text;
    node.op_pos.text = text;
    stamp(node.left, text);
    if (node.right) stamp(*node.right, text);
    for (lang::NodePtr& child : node.children) stamp(*child, text);
}

void sort_unique(std::vector<std::string>& names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

MacroTable::MacroTable(Library& library, ListExpander& lists, Reporter& reporter)
    : library_(library), lists_(lists), reporter_(reporter), entries_(library.macros.items.size()) {
    for (std::size_t k = 0; k < entries_.size(); ++k) parse(k);
    for (std::size_t k = 0; k < entries_.size(); ++k) analyse(k, 0);
}

void MacroTable::parse(std::size_t macro) {
    const MacroDef& def = library_.macros.items[macro];
    Entry& entry = entries_[macro];
    const Reporter::Scope scope(reporter_, "macro", def.name, def.at);
    entry.text = lists_.expand(def.condition, entry.lists);
    lang::ParseResult parsed = lang::parse_condition(entry.text.text);
    if (parsed.error) {
        const Reporter::Scope condition(reporter_, "macro condition", "", def.condition.at(0));
        reporter_.error(code::kCompileCondition, entry.text.at(parsed.error->pos.offset),
                        parsed.error->message,
                        parsed.error->found.empty() ? "" : "found " + parsed.error->found,
                        {expression_at(entry.text.text, parsed.error->pos), {}});
        entry.state = State::Broken;
        return;
    }
    entry.tree = std::move(parsed.root);
    stamp(*entry.tree, static_cast<std::uint32_t>(macro + 1));
}

Origin MacroTable::place(const lang::TextPos& pos) const {
    return entries_[pos.text - 1].text.at(pos.offset);
}

void MacroTable::analyse(std::size_t macro, unsigned depth) {
    Entry& entry = entries_[macro];
    if (entry.state != State::Untouched) return;
    entry.state = State::Open;
    const MacroDef& def = library_.macros.items[macro];
    const Reporter::Scope scope(reporter_, "macro", def.name, def.at);
    const User user{macro, [this](const lang::TextPos& pos) { return place(pos); },
                    &entry.text.text, &entry.macros};
    const Extent extent = measure(*entry.tree, user, depth);
    sort_unique(entry.macros);
    entry.size = extent.size;
    entry.depth = extent.depth;
    entry.state = extent.ok ? State::Good : State::Broken;
    if (extent.ok && (extent.size > kMaxNodes || extent.depth > kMaxDepth)) {
        reporter_.error(code::kValidate, def.condition.at(0),
                        "Macro '" + def.name + "' is too large once the macros in it are replaced");
        entry.state = State::Broken;
    }
}

MacroTable::Extent MacroTable::measure(const lang::Node& node, const User& user, unsigned depth) {
    if (node.kind == lang::Node::Kind::Macro) return measure_name(node, user, depth);
    Extent extent{1, 1, true};
    for (const lang::NodePtr& child : node.children) {
        const Extent inner = measure(*child, user, depth + 1);
        extent.size = std::min(extent.size + inner.size, kMaxNodes + 1);
        extent.depth = std::max(extent.depth, inner.depth + 1);
        extent.ok = extent.ok && inner.ok;
    }
    return extent;
}

MacroTable::Extent MacroTable::measure_name(const lang::Node& node, const User& user,
                                            unsigned depth) {
    user.named->push_back(node.macro);
    const auto found = library_.macros.index.find(node.macro);
    if (found == library_.macros.index.end()) return {1, 1, reject_name(node, user, false)};
    const std::size_t macro = found->second;
    MacroDef& def = library_.macros.items[macro];
    if (user.macro != kRule) {
        const bool visible =
            macro != user.macro && def.first_seq < library_.macros.items[user.macro].latest_seq;
        if (!visible) return {1, 1, reject_name(node, user, macro != user.macro)};
    }
    def.used = true;
    if (entries_[macro].state == State::Open) {
        reporter_.error(code::kValidate, user.place(node.pos),
                        "Macro loop: '" + node.macro + "' is part of its own definition", {},
                        {expression_at(*user.text, node.pos), {}});
        return {1, 1, false};
    }
    if (depth > kMaxDepth) {
        reporter_.error(code::kValidate, user.place(node.pos),
                        "Macros are nested more than " + std::to_string(kMaxDepth) + " levels deep",
                        {}, {expression_at(*user.text, node.pos), {}});
        return {1, 1, false};
    }
    analyse(macro, depth + 1);
    return {entries_[macro].size, entries_[macro].depth, entries_[macro].state == State::Good};
}

bool MacroTable::reject_name(const lang::Node& node, const User& user, bool later) {
    if (library_.macros.broken.contains(node.macro) && !later)
        return false;  // said where it is defined
    std::string hint = later ? "the macro is defined later: move it up" : "";
    if (hint.empty()) {
        std::vector<std::string_view> names;
        for (const MacroDef& def : library_.macros.items) names.push_back(def.name);
        hint = lang::did_you_mean(node.macro, names);
    }
    reporter_.error(code::kValidate, user.place(node.pos),
                    "Undefined macro '" + node.macro + "' used in filter.", hint,
                    {expression_at(*user.text, node.pos), {}});
    return false;
}

void MacroTable::mark_used(const lang::Node& tree) {
    if (tree.kind == lang::Node::Kind::Macro) {
        if (MacroDef* def = library_.macros.find(tree.macro)) def->used = true;
    }
    for (const lang::NodePtr& child : tree.children) mark_used(*child);
}

lang::NodePtr MacroTable::replaced(const lang::Node& node) const {
    if (node.kind == lang::Node::Kind::Macro) {
        lang::NodePtr body = replaced(*entries_[library_.macros.index.at(node.macro)].tree);
        body->label = lang::Node::Label::Macro;
        body->label_name = node.macro;
        return body;
    }
    if (node.children.empty()) return lang::clone(node);
    auto copy = std::make_unique<lang::Node>();
    copy->kind = node.kind;
    copy->pos = node.pos;
    copy->label = node.label;
    copy->label_name = node.label_name;
    for (const lang::NodePtr& child : node.children) copy->children.push_back(replaced(*child));
    return copy;
}

lang::NodePtr MacroTable::expand(const lang::Node& tree,
                                 const std::function<Origin(const lang::TextPos&)>& place,
                                 const std::string& text, std::vector<std::string>& named) {
    const User user{kRule, place, &text, &named};
    const Extent extent = measure(tree, user, 0);
    sort_unique(named);
    if (!extent.ok) return nullptr;
    if (extent.size > kMaxNodes || extent.depth > kMaxDepth) {
        reporter_.error(code::kValidate, place(tree.pos),
                        "The condition is too large once its macros are replaced");
        return nullptr;
    }
    return replaced(tree);
}

lang::NodePtr MacroTable::tree(std::size_t macro) const {
    return entries_[macro].state == State::Good ? replaced(*entries_[macro].tree) : nullptr;
}

}  // namespace sensor::rules
