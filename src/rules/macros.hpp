// SPDX-License-Identifier: Apache-2.0
// MacroTable: macros parsed and checked against each other, and put into conditions as trees (so
// no precedence leaks). A macro sees macros first defined before its own latest definition.
#pragma once

#include <functional>

#include "lang/ast.hpp"
#include "rules/lists.hpp"

namespace sensor::rules {

class MacroTable {
public:
    /// Parses every macro; reports syntax errors, undefined macros and loops.
    MacroTable(Library& library, ListExpander& lists, Reporter& reporter);

    /// Replaces macro names in the parsed condition `text`. `place` maps its positions to files.
    /// out: names of the macros used directly are added to `named`
    /// fails: null, reported (or caused by a macro already reported)
    lang::NodePtr expand(const lang::Node& tree,
                         const std::function<Origin(const lang::TextPos&)>& place,
                         const std::string& text, std::vector<std::string>& named);

    /// The condition without macros that are broken or not there, each other one replaced: what is
    /// left can be checked all the same. Large macros are left out, too.
    /// out: null if nothing is left
    lang::NodePtr without_broken(const lang::Node& tree) const;

    /// Marks the macros named in a condition that is not checked.
    void mark_used(const lang::Node& tree);
    /// Place of a position inside macro `text - 1`.
    Origin place(const lang::TextPos& pos) const;
    const std::string& text(const lang::TextPos& pos) const {
        return entries_[pos.text - 1].text.text;
    }
    /// The tree of a macro with the macros in it replaced; null if it is broken.
    lang::NodePtr tree(std::size_t macro) const;
    /// Names in a macro.
    const std::vector<std::string>& macros_named(std::size_t macro) const {
        return entries_[macro].macros;
    }
    const std::vector<std::string>& lists_named(std::size_t macro) const {
        return entries_[macro].lists;
    }

private:
    enum class State : std::uint8_t { Untouched, Open, Good, Broken };
    struct Entry {
        Sourced text;  // lists replaced
        lang::NodePtr tree;
        State state = State::Untouched;
        std::size_t size = 0;   // nodes, macros inside replaced
        std::size_t depth = 0;  // levels, likewise
        std::vector<std::string> macros, lists;
    };
    struct Extent {
        std::size_t size = 0;
        std::size_t depth = 0;
        bool ok = true;
    };
    /// Whose text is looked at: which macros it sees and where its positions are.
    struct User {
        std::size_t macro;  // npos: a rule
        std::function<Origin(const lang::TextPos&)> place;
        const std::string* text;
        std::vector<std::string>* named;
    };

    void parse(std::size_t macro);
    void analyse(std::size_t macro, unsigned depth);
    Extent measure(const lang::Node& node, const User& user, unsigned depth);
    Extent measure_name(const lang::Node& node, const User& user, unsigned depth);
    std::string line_of(std::size_t macro) const;
    void report_loop(std::size_t macro, Origin at);
    bool reject_size(const Extent& extent, const std::string& what, Origin at,
                     const std::vector<std::string>& named);
    bool reject_name(const lang::Node& node, const User& user, bool later);
    lang::NodePtr replaced(const lang::Node& node) const;
    lang::NodePtr without_broken(const lang::Node& tree, std::size_t& room) const;

    Library& library_;
    ListExpander& lists_;
    Reporter& reporter_;
    std::vector<Entry> entries_;
    std::vector<std::size_t> open_;  // being analysed, outermost first
    std::size_t total_ = 0;          // nodes of everything expanded so far
};

}  // namespace sensor::rules
