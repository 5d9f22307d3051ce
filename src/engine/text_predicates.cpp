// SPDX-License-Identifier: Apache-2.0
#include "engine/text_predicates.hpp"

#include <algorithm>

namespace sensor::engine {
namespace {

/// An absolute path without empty components.
bool is_plain_path(std::string_view text) noexcept {
    unsigned empty = 0;  // without a branch, so that compilers look at many bytes at once
    for (std::size_t k = 1; k < text.size(); ++k)
        empty |= static_cast<unsigned>(text[k - 1] == '/') & static_cast<unsigned>(text[k] == '/');
    return text.starts_with('/') && empty == 0;
}

/// What a text has to contain, begin or end with to match a pattern; empty: nothing is known.
struct Literals {
    std::string_view head, tail, middle;
};

Literals literals_of(std::string_view pattern) {
    constexpr std::string_view kSpecial = "*?[]\\";
    const std::size_t first = pattern.find_first_of(kSpecial);
    if (first == std::string_view::npos) return {pattern, pattern, pattern};
    Literals found{
        pattern.substr(0, first), pattern.substr(pattern.find_last_of(kSpecial) + 1), {}};
    if (pattern.find_first_of("[]\\") != std::string_view::npos) return found;
    for (std::size_t at = first; at < pattern.size();) {
        const std::size_t end = std::min(pattern.find_first_of(kSpecial, at), pattern.size());
        if (end - at > found.middle.size()) found.middle = pattern.substr(at, end - at);
        at = end + 1;
    }
    return found;
}

}  // namespace

std::span<const std::uint32_t> Unusual::sorted() noexcept {
    if (too_many()) return {};
    const auto end = all_.begin() + static_cast<std::ptrdiff_t>(count_);
    std::sort(all_.begin(), end);
    count_ = static_cast<std::size_t>(std::unique(all_.begin(), end) - all_.begin());
    return {all_.data(), count_};
}

bool usual_answer(const lang::Predicate& predicate) noexcept {
    return predicate.op == Op::ne || predicate.op == Op::exists;
}

void ask(eval::Frame& frame, std::uint32_t predicate, Unusual& out) noexcept {
    const eval::Runtime& runtime = *frame.runtime;
    if (runtime.answer(frame, predicate) != usual_answer(runtime.program().predicates[predicate]))
        out.add(predicate);
}

TextPredicates::TextPredicates(const lang::Program& program, std::uint32_t term,
                               const std::vector<std::uint32_t>& predicates)
    : term_(term), all_(predicates) {
    for (const std::uint32_t k : predicates) {
        const lang::Predicate& predicate = program.predicates[k];
        if (usual_answer(predicate)) usually_true_.push_back(k);
        if (!enter(predicate, k)) asked_.push_back(k);
    }
    finish();
}

void TextPredicates::finish() {
    starts_.finish();
    ends_.finish();
    contains_.finish();
    equal_sieve_.finish();
    start_sieve_.finish();
    end_sieve_.finish();
    part_sieve_.finish();
}

void TextPredicates::enter_start(std::string_view text, std::uint32_t id) {
    starts_.add(text, id);
    start_sieve_.add(text);
}
void TextPredicates::enter_end(std::string_view text, std::uint32_t id) {
    ends_.add(std::string(text.rbegin(), text.rend()), id);
    end_sieve_.add(text);
}
void TextPredicates::enter_part(std::string_view text, std::uint32_t id) {
    contains_.add(text, id);
    part_sieve_.add(text);
}

/// Enters a predicate into the table of its operator. out: false: there is none
bool TextPredicates::enter(const lang::Predicate& predicate, std::uint32_t k) {
    if (predicate.quantifier != lang::Quantifier::One || predicate.modifier != Modifier::none)
        return false;
    if (predicate.op == Op::exists) return true;  // as usual for all texts
    const bool plain = std::all_of(
        predicate.constants.begin(), predicate.constants.end(),
        [](const lang::Constant& c) { return c.kind == Kind::Text && !c.bytes.empty(); });
    if (!plain) return false;
    if (predicate.op == Op::in || predicate.op == Op::eq || predicate.op == Op::ne) {
        for (const lang::Constant& c : predicate.constants) {
            equal_[c.bytes].push_back(k);
            equal_sieve_.add(c.bytes);
        }
        return true;
    }
    if (predicate.op == Op::glob || predicate.op == Op::pmatch) return enter_patterns(predicate, k);
    if (predicate.constants.size() != 1) return false;
    const std::string& text = predicate.constants.front().bytes;
    switch (predicate.op) {
        case Op::startswith: enter_start(text, k); return true;
        case Op::endswith: enter_end(text, k); return true;
        case Op::contains: enter_part(text, k); return true;
        default: return false;
    }
}

/// Patterns are asked when what stands before, between or behind their wildcards is there.
bool TextPredicates::enter_patterns(const lang::Predicate& predicate, std::uint32_t k) {
    const bool is_path = predicate.op == Op::pmatch;
    const bool all = std::all_of(
        predicate.constants.begin(), predicate.constants.end(), [&](const lang::Constant& c) {
            const Literals known = literals_of(c.bytes);
            return !known.head.empty() ||
                   (!is_path && !(known.tail.empty() && known.middle.empty()));
        });
    if (!all) return false;
    if (is_path) {
        if (!std::all_of(predicate.constants.begin(), predicate.constants.end(),
                         [](const lang::Constant& c) { return is_plain_path(c.bytes); }))
            return false;
        paths_.push_back(k);
    }
    for (const lang::Constant& c : predicate.constants) {
        auto [head, tail, middle] = literals_of(c.bytes);
        if (!head.empty()) {
            // A path also matches without the slash at its end.
            while (is_path && head.size() > 1 && head.ends_with('/')) head.remove_suffix(1);
            enter_start(head, k | kAsk);
        } else if (tail.size() > 1 || middle.empty()) {
            enter_end(tail, k | kAsk);
        } else {
            enter_part(middle, k | kAsk);
        }
    }
    return true;
}

void TextPredicates::find(eval::Frame& frame, Unusual& out) const noexcept {
    const Value value = frame.runtime->term(frame, term_);
    if (!value.present()) {  // then none of them holds
        for (const std::uint32_t k : usually_true_) out.add(k);
    } else if (value.kind == Kind::Text) {
        find_text(frame, value.text(), out);
    } else {
        for (const std::uint32_t k : all_) ask(frame, k, out);
    }
}

void TextPredicates::find_text(eval::Frame& frame, std::string_view text,
                               Unusual& out) const noexcept {
    const Edges edges(text);
    if (equal_sieve_.perhaps(edges, text.size())) {
        const auto same = equal_.find(text);
        if (same != equal_.end()) {
            for (const std::uint32_t k : same->second) out.add(k);
        }
    }
    const auto report = [&](std::uint32_t k) {
        if ((k & kAsk) == 0) return out.add(k);
        ask(frame, k & ~kAsk, out);
    };
    if (start_sieve_.perhaps(edges.first)) starts_.starts(text.begin(), text.end(), report);
    if (end_sieve_.perhaps(edges.last)) ends_.starts(text.rbegin(), text.rend(), report);
    if (part_sieve_.perhaps(text)) contains_.occurs(text, report);
    for (const std::uint32_t k : asked_) ask(frame, k, out);
    if (paths_.empty() || is_plain_path(text)) return;
    for (const std::uint32_t k : paths_) ask(frame, k, out);
}

}  // namespace sensor::engine
