// SPDX-License-Identifier: Apache-2.0
#include "rules/reporter.hpp"

#include <utility>

namespace sensor::rules {

Reporter::Scope::Scope(Reporter& reporter, std::string type, std::string name, Origin at)
    : reporter_(reporter) {
    reporter_.context_.push_back({std::move(type), std::move(name), reporter.files_.position(at)});
}

void Reporter::error(std::string_view code, Origin at, std::string message, std::string hint,
                     More more) {
    add(lang::Severity::Error, code, at, std::move(message), std::move(hint), std::move(more));
}

void Reporter::warning(std::string_view code, Origin at, std::string message, std::string hint,
                       More more) {
    add(lang::Severity::Warning, code, at, std::move(message), std::move(hint), std::move(more));
}

void Reporter::add(lang::Severity severity, std::string_view code, Origin at, std::string message,
                   std::string hint, More more) {
    std::string key(code);
    key += '\n' + std::to_string(at.file) + ' ' + std::to_string(at.offset) + ' ' + message;
    if (!said_.insert(std::move(key)).second) return;
    has_errors_ = has_errors_ || severity == lang::Severity::Error;
    lang::Diagnostic d;
    d.severity = severity;
    d.code = std::string(code);
    d.message = std::move(message);
    d.hint = std::move(hint);
    d.position = files_.position(at);
    d.context = context_;
    // An append in one file to an item of another: the file of the mistake is what counts.
    const lang::Location content{"rules content", "", files_.position({at.file, 0})};
    if (d.context.empty() || d.context.front().item_type != content.item_type)
        d.context.insert(d.context.begin(), content);
    else
        d.context.front() = content;
    d.snippet = files_.snippet(at);
    d.expression = std::move(more.expression);
    d.deprecated_field = std::move(more.deprecated_field);
    out_.push_back(std::move(d));
}

}  // namespace sensor::rules
