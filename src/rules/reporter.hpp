// SPDX-License-Identifier: Apache-2.0
// Reporter: collects diagnostics with their place and what they are inside of. The same thing said
// twice (a macro's mistake found again in each rule that uses it) is kept once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "lang/ast.hpp"
#include "rules/source_text.hpp"

namespace sensor::rules {

inline lang::Expression expression_at(std::string_view text, const lang::TextPos& pos) {
    return {std::string(text.substr(0, lang::kExpressionBegin)), snippet_of(text, pos.offset),
            pos.line, pos.column, pos.offset};
}

class Reporter {
public:
    Reporter(const Files& files, lang::Diagnostics& out) : files_(files), out_(out) {}

    /// Said beside the place in a file.
    struct More {
        std::optional<lang::Expression> expression;
        std::string deprecated_field;
    };

    void error(std::string_view code, Origin at, std::string message, std::string hint = {},
               More more = {});
    void warning(std::string_view code, Origin at, std::string message, std::string hint = {},
                 More more = {});
    void add(lang::Severity severity, std::string_view code, Origin at, std::string message,
             std::string hint, More more = {});

    const Files& files() const { return files_; }
    bool has_errors() const { return has_errors_; }

    /// While it lives, diagnostics are inside this item.
    class Scope {
    public:
        Scope(Reporter& reporter, std::string type, std::string name, Origin at);
        ~Scope() { reporter_.context_.pop_back(); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        Reporter& reporter_;
    };

private:
    const Files& files_;
    lang::Diagnostics& out_;
    std::vector<lang::Location> context_;
    std::unordered_set<std::string> said_;
    bool has_errors_ = false;
};

}  // namespace sensor::rules
