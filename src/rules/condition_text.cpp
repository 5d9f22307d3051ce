// SPDX-License-Identifier: Apache-2.0
#include "rules/condition_text.hpp"

#include "lang/parse.hpp"
#include "lang/similar.hpp"
#include "rules/codes.hpp"

namespace sensor::rules {
namespace {

constexpr std::size_t kItemsShown = 3;

/// The word of the source at a byte, up to what ends a name.
std::string_view source_word(const Files& files, Origin at) {
    const std::string_view rest = std::string_view(files.file(at.file).text).substr(at.offset);
    return rest.substr(0, rest.find_first_of(" \t\r\n(),=\"'"));
}

/// The list whose items stand at byte `k` of `text`; nullptr if the author wrote what is there.
const ListDef* list_at(const Sourced& text, std::size_t k, const Library& library,
                       const Files& files) {
    if (k >= text.text.size()) return nullptr;
    const auto found = library.lists.index.find(std::string(source_word(files, text.at(k))));
    if (found == library.lists.index.end()) return nullptr;
    const std::string& name = found->first;
    return text.text.compare(k, name.size(), name) == 0 ? nullptr
                                                        : &library.lists.items[found->second];
}

std::string items_of(const ListDef& list) {
    std::string items;
    for (std::size_t k = 0; k < list.items.size(); ++k) {
        if (k == kItemsShown) return items + ", ...";
        items += (k == 0 ? "" : ", ") + list.items[k].text;
    }
    return items;
}

class NameWatch {
public:
    NameWatch(const Sourced& text, const Library& library, Reporter& reporter)
        : text_(text), library_(library), reporter_(reporter) {
        for (const ListDef& list : library.lists.items) lists_.push_back(list.name);
    }

    void look(const lang::Node& node) {
        for (const lang::NodePtr& child : node.children) look(*child);
        if (node.kind != lang::Node::Kind::Check || !node.right) return;
        const bool many = node.op == Op::in || node.op == Op::intersects || node.op == Op::pmatch ||
                          node.modifier != Modifier::none;
        if (!many) return;
        look(*node.right);
        for (const lang::Operand& item : node.right->items) look(item);
    }

private:
    /// Names of lists and macros are told from values by their underscores.
    void look(const lang::Operand& value) {
        const std::string& word = value.text;
        if (value.kind != lang::Operand::Kind::Text || value.quoted ||
            word.find('_') == std::string::npos)
            return;
        const Origin at = text_.at(value.pos.offset);
        if (source_word(reporter_.files(), at) != word) return;  // an item of a list
        std::string hint = library_.macros.index.contains(word)
                               ? "macros stand alone, joined by 'and' and 'or'"
                               : lang::did_you_mean(word, lists_);
        if (hint.empty()) return;
        const bool macro = library_.macros.index.contains(word);
        reporter_.warning(code::kConditionWarning, at,
                          "'" + word + "' is compared as a text: it is " +
                              (macro ? "the name of a macro, not of a list" : "not a list"),
                          std::move(hint));
    }

    const Sourced& text_;
    const Library& library_;
    Reporter& reporter_;
    std::vector<std::string_view> lists_;
};

}  // namespace

lang::NodePtr parse_condition_text(const Sourced& text, const Library& library,
                                   Reporter& reporter) {
    lang::ParseResult parsed = lang::parse_condition(text.text);
    if (!parsed.error) return std::move(parsed.root);
    const std::size_t place = parsed.error->pos.offset;
    Reporter::More more{expression_at(text.text, parsed.error->pos), {}};
    const ListDef* list = list_at(text, place, library, reporter.files());
    if (list == nullptr) {
        reporter.error(code::kCompileCondition, text.at(place), parsed.error->message,
                       parsed.error->hint, std::move(more));
    } else {
        reporter.error(code::kCompileCondition, text.at(place),
                       "the list '" + list->name + "' cannot stand here",
                       "a field is compared with it by 'in (" + list->name + ")'; it stands for " +
                           items_of(*list),
                       std::move(more));
    }
    return nullptr;
}

void warn_of_names(const lang::Node& tree, const Sourced& text, const Library& library,
                   Reporter& reporter) {
    NameWatch(text, library, reporter).look(tree);
}

}  // namespace sensor::rules
