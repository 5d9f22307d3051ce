// SPDX-License-Identifier: Apache-2.0
// ListExpander: replaces list names in condition texts by their items, before parsing. Lists inside
// lists are replaced first, to any depth; a list that contains itself by way of others is an error.
#pragma once

#include "rules/library.hpp"
#include "rules/reporter.hpp"

namespace sensor::rules {

class ListExpander {
public:
    /// Resolves every list of the library; reports cycles.
    ListExpander(Library& library, Reporter& reporter);

    /// The text with list names replaced. Names of the lists found are added to `named`.
    /// A replaced name's text is said to come from where the name stood.
    Sourced expand(const Sourced& text, std::vector<std::string>& named);

    const std::vector<std::string>& items(std::size_t list) const { return resolved_[list].items; }

private:
    enum class State : std::uint8_t { Untouched, Open, Done };
    struct Resolved {
        State state = State::Untouched;
        std::vector<std::string> items;
        std::string joined;
    };

    void report_loop(std::size_t list, Origin at);
    void resolve(std::size_t list, unsigned depth);
    Sourced replace_names_with_blanks(const Sourced& text, std::vector<std::string>& named);
    void put(std::size_t list, const Sourced& text, std::size_t begin, std::size_t& end,
             Sourced& out, std::vector<std::string>& named);

    Library& library_;
    Reporter& reporter_;
    std::vector<Resolved> resolved_;
    std::vector<std::size_t> open_;       // being resolved, outermost first
    std::vector<std::size_t> odd_names_;  // lists whose names hold delimiters
};

}  // namespace sensor::rules
