// SPDX-License-Identifier: Apache-2.0
#include "engine/text_predicates.hpp"

#include <algorithm>

#include "eval/hash.hpp"

namespace sensor::engine {
namespace {

constexpr std::uint64_t kSeed = 0x2545f4914f6cdd1dULL;

constexpr std::string_view kEmptyComponent = "//";

bool is_plain_path(std::string_view text) noexcept {
    return text.starts_with('/') && text.find(kEmptyComponent) == std::string_view::npos;
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
    if (!paths_.empty()) contains_.add(kEmptyComponent, kIrregular);
    starts_.finish();
    ends_.finish();
    contains_.finish();
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
            perhaps_equal_.set(eval::text_hash(c.bytes, kSeed) % kFilterBits);
        }
        return true;
    }
    if (predicate.op == Op::glob || predicate.op == Op::pmatch) return enter_patterns(predicate, k);
    if (predicate.constants.size() != 1) return false;
    const std::string& text = predicate.constants.front().bytes;
    switch (predicate.op) {
        case Op::startswith: starts_.add(text, k); return true;
        case Op::endswith: ends_.add(std::string(text.rbegin(), text.rend()), k); return true;
        case Op::contains: contains_.add(text, k); return true;
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
            starts_.add(head, k | kAsk);
        } else if (tail.size() > 1 || middle.empty()) {
            ends_.add(std::string(tail.rbegin(), tail.rend()), k | kAsk);
        } else {
            contains_.add(middle, k | kAsk);
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
    if (perhaps_equal_[eval::text_hash(text, kSeed) % kFilterBits]) {
        const auto same = equal_.find(text);
        if (same != equal_.end()) {
            for (const std::uint32_t k : same->second) out.add(k);
        }
    }
    bool is_regular = text.starts_with('/');
    const auto report = [&](std::uint32_t k) {
        if ((k & kAsk) == 0) return out.add(k);
        if (k == kIrregular) {
            is_regular = false;
        } else {
            ask(frame, k & ~kAsk, out);
        }
    };
    starts_.starts(text.begin(), text.end(), report);
    ends_.starts(text.rbegin(), text.rend(), report);
    contains_.occurs(text, report);
    for (const std::uint32_t k : asked_) ask(frame, k, out);
    if (is_regular) return;
    for (const std::uint32_t k : paths_) ask(frame, k, out);
}

}  // namespace sensor::engine
