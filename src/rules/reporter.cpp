// SPDX-License-Identifier: Apache-2.0
#include "rules/reporter.hpp"

#include <utility>

namespace sensor::rules {

Reporter::Scope::Scope(Reporter& reporter, std::string type, std::string name, Origin at)
    : reporter_(reporter) {
    reporter_.context_.push_back({std::move(type), std::move(name), reporter.files_.position(at)});
}

void Reporter::error(std::string_view code, Origin at, std::string message, std::string hint) {
    add(lang::Severity::Error, code, at, std::move(message), std::move(hint));
}

void Reporter::warning(std::string_view code, Origin at, std::string message, std::string hint) {
    add(lang::Severity::Warning, code, at, std::move(message), std::move(hint));
}

void Reporter::add(lang::Severity severity, std::string_view code, Origin at, std::string message,
                   std::string hint) {
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
    d.snippet = files_.snippet(at);
    out_.push_back(std::move(d));
}

}  // namespace sensor::rules
