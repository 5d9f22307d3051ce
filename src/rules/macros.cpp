// SPDX-License-Identifier: Apache-2.0
#include "rules/macros.hpp"

#include <algorithm>

#include "lang/check.hpp"
#include "lang/similar.hpp"
#include "rules/codes.hpp"
#include "rules/condition_text.hpp"
#include "rules/details.hpp"

namespace sensor::rules {
namespace {

constexpr std::size_t kRule = static_cast<std::size_t>(-1);
// Nodes of one condition, and of all of them, with macros replaced: some hundred bytes each.
constexpr std::size_t kMaxNodes = 250000;
constexpr std::size_t kMaxTotal = 2000000;
// Macros inside macros.
constexpr std::size_t kMaxDepth = 500;
constexpr std::size_t kChainShown = 4;
// Of other macros, where one is broken.
constexpr std::size_t kMostBeside = 1000;

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
    {
        const Reporter::Scope condition(reporter_, "macro condition", "", def.condition.at(0));
        entry.tree = parse_condition_text(entry.text, library_, reporter_);
    }
    if (!entry.tree) {
        entry.state = State::Broken;
        return;
    }
    warn_of_names(*entry.tree, entry.text, library_, reporter_);
    stamp(*entry.tree, static_cast<std::uint32_t>(macro + 1));
}

Origin MacroTable::place(const lang::TextPos& pos) const {
    return entries_[pos.text - 1].text.at(pos.offset);
}

void MacroTable::analyse(std::size_t macro, unsigned depth) {
    Entry& entry = entries_[macro];
    if (entry.state != State::Untouched) return;
    entry.state = State::Open;
    open_.push_back(macro);
    const MacroDef& def = library_.macros.items[macro];
    const Reporter::Scope scope(reporter_, "macro", def.name, def.at);
    const User user{macro, [this](const lang::TextPos& pos) { return place(pos); },
                    &entry.text.text, &entry.macros};
    const Extent extent = measure(*entry.tree, user, depth);
    open_.pop_back();
    sort_unique(entry.macros);
    entry.size = extent.size;
    entry.depth = extent.depth;
    entry.state = extent.ok ? State::Good : State::Broken;
    if (extent.ok &&
        reject_size(extent, "the macro '" + def.name + "'", def.condition.at(0), entry.macros)) {
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
        report_loop(macro, user.place(node.pos));
        return {1, 1, false};
    }
    if (depth > kMaxDepth) {
        reporter_.error(code::kValidate, user.place(node.pos),
                        "macros are nested more than " + std::to_string(kMaxDepth) + " levels deep",
                        {}, {expression_at(*user.text, node.pos), {}});
        return {1, 1, false};
    }
    analyse(macro, depth + 1);
    return {entries_[macro].size, entries_[macro].depth, entries_[macro].state == State::Good};
}

std::string MacroTable::line_of(std::size_t macro) const {
    return std::to_string(reporter_.files().position(library_.macros.items[macro].at).line);
}

/// The macros that are open from `macro` on are the loop.
void MacroTable::report_loop(std::size_t macro, Origin at) {
    std::string chain;
    std::string lines;
    for (auto it = std::find(open_.begin(), open_.end(), macro); it != open_.end(); ++it) {
        const std::string& name = library_.macros.items[*it].name;
        chain += name + " -> ";
        lines += (lines.empty() ? "'" : ", '") + name + "' is on line " + line_of(*it);
    }
    reporter_.error(
        code::kValidate, at,
        "macros name each other in a loop: " + chain + library_.macros.items[macro].name,
        std::move(lines));
}

/// out: true if that is too large, reported with the macros that make it so
bool MacroTable::reject_size(const Extent& extent, const std::string& what, Origin at,
                             const std::vector<std::string>& named) {
    total_ += extent.size;
    std::string message;
    if (extent.depth > lang::kMaxTreeDepth) {
        message = what + " is nested more than " + std::to_string(lang::kMaxTreeDepth) +
                  " levels deep once its macros are replaced";
    } else if (extent.size > kMaxNodes) {
        message = what + " has more than " + std::to_string(kMaxNodes) +
                  " parts once its macros are replaced";
    } else if (total_ > kMaxTotal) {
        message = "all conditions together have more than " + std::to_string(kMaxTotal) +
                  " parts once their macros are replaced";
    } else {
        return false;
    }
    std::string chain;
    const std::vector<std::string>* names = &named;
    for (std::size_t shown = 0; shown < kChainShown && !names->empty(); ++shown) {
        const auto size = [&](const std::string& name) {
            const auto found = library_.macros.index.find(name);
            return found == library_.macros.index.end() ? 0 : entries_[found->second].size;
        };
        const std::string& largest = *std::max_element(
            names->begin(), names->end(),
            [&](const std::string& a, const std::string& b) { return size(a) < size(b); });
        chain += (chain.empty() ? "" : " -> ") + largest;
        const auto found = library_.macros.index.find(largest);
        if (found == library_.macros.index.end()) break;
        names = &entries_[found->second].macros;
        if (shown + 1 == kChainShown && !names->empty()) chain += " -> ...";
    }
    reporter_.error(code::kValidate, at, std::move(message),
                    chain.empty() ? "split the rule in several" : "most of it comes from " + chain);
    return true;
}

bool MacroTable::reject_name(const lang::Node& node, const User& user, bool later) {
    if (library_.macros.broken.contains(node.macro) && !later)
        return false;  // said where it is defined
    const auto found = library_.macros.index.find(node.macro);
    const bool itself = found != library_.macros.index.end() && found->second == user.macro;
    std::string hint;
    if (itself) {
        hint = "a macro cannot use itself";
    } else if (later) {
        hint = "it is defined below, on line " + line_of(found->second) + ": move it up";
    } else {
        std::vector<std::string_view> names;
        for (const MacroDef& def : library_.macros.items) names.push_back(def.name);
        hint = lang::did_you_mean(node.macro, names);
    }
    reporter_.error(code::kValidate, user.place(node.pos),
                    "Undefined macro '" + node.macro + "' used in filter.", std::move(hint),
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

lang::NodePtr MacroTable::without_broken(const lang::Node& tree, std::size_t& room) const {
    if (tree.kind == lang::Node::Kind::Macro) {
        const auto found = library_.macros.index.find(tree.macro);
        if (found == library_.macros.index.end()) return nullptr;
        const Entry& entry = entries_[found->second];
        if (entry.state != State::Good || entry.size > room) return nullptr;
        room -= entry.size;
        return replaced(tree);
    }
    if (tree.children.empty()) return lang::clone(tree);
    auto copy = std::make_unique<lang::Node>();
    copy->kind = tree.kind;
    copy->pos = tree.pos;
    for (const lang::NodePtr& child : tree.children) {
        lang::NodePtr kept = without_broken(*child, room);
        if (kept) copy->children.push_back(std::move(kept));
    }
    if (copy->children.empty()) return nullptr;
    const bool alone = copy->children.size() == 1 && tree.kind != lang::Node::Kind::Not;
    return alone ? std::move(copy->children.front()) : std::move(copy);
}

lang::NodePtr MacroTable::without_broken(const lang::Node& tree) const {
    std::size_t room = kMostBeside;
    return without_broken(tree, room);
}

lang::NodePtr MacroTable::expand(const lang::Node& tree,
                                 const std::function<Origin(const lang::TextPos&)>& place,
                                 const std::string& text, std::vector<std::string>& named) {
    const User user{kRule, place, &text, &named};
    const Extent extent = measure(tree, user, 0);
    sort_unique(named);
    if (!extent.ok) return nullptr;
    if (reject_size(extent, "the condition", place(tree.pos), named)) return nullptr;
    return replaced(tree);
}

lang::NodePtr MacroTable::tree(std::size_t macro) const {
    return entries_[macro].state == State::Good ? replaced(*entries_[macro].tree) : nullptr;
}

}  // namespace sensor::rules
