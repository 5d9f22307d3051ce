// SPDX-License-Identifier: Apache-2.0
#include "engine/text_predicates.hpp"

#include <algorithm>

#include "eval/hash.hpp"

namespace sensor::engine {
namespace {

constexpr std::uint64_t kSeed = 0x2545f4914f6cdd1dULL;

bool is_plain_path(std::string_view text) noexcept {
    return text.starts_with('/') && text.find("//") == std::string_view::npos;
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

TextPredicates::TextPredicates(const lang::Program& program, std::uint32_t term,
                               const std::vector<std::uint32_t>& predicates)
    : program_(program), term_(term), all_(predicates) {
    for (const std::uint32_t k : predicates) {
        const lang::Predicate& predicate = program.predicates[k];
        if (usual_answer(predicate)) usually_true_.push_back(k);
        if (!enter(predicate, k)) asked_.push_back(k);
    }
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

/// Patterns are asked when what stands before their first wildcard, or behind their last, is there.
bool TextPredicates::enter_patterns(const lang::Predicate& predicate, std::uint32_t k) {
    constexpr std::string_view kSpecial = "*?[]\\";
    const auto head = [&](const std::string& text) {
        return text.substr(0, text.find_first_of(kSpecial));
    };
    const auto tail = [&](const std::string& text) {
        return text.substr(text.find_last_of(kSpecial) + 1);
    };
    const bool all = std::all_of(
        predicate.constants.begin(), predicate.constants.end(), [&](const lang::Constant& c) {
            return !head(c.bytes).empty() || (predicate.op == Op::glob && !tail(c.bytes).empty());
        });
    if (!all) return false;
    if (predicate.op == Op::pmatch) {
        if (!std::all_of(predicate.constants.begin(), predicate.constants.end(),
                         [](const lang::Constant& c) { return is_plain_path(c.bytes); }))
            return false;
        paths_.push_back(k);
    }
    for (const lang::Constant& c : predicate.constants) {
        std::string text = head(c.bytes);
        if (!text.empty()) {
            // A path also matches without the slash at its end.
            while (predicate.op == Op::pmatch && text.size() > 1 && text.ends_with('/'))
                text.pop_back();
            starts_.add(text, k | kAsk);
            continue;
        }
        text = tail(c.bytes);
        ends_.add(std::string(text.rbegin(), text.rend()), k | kAsk);
    }
    return true;
}

void TextPredicates::ask(eval::Frame& frame, std::uint32_t predicate, Unusual& out) const noexcept {
    if (frame.runtime->predicate(frame, predicate) != usual_answer(program_.predicates[predicate]))
        out.add(predicate);
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
    const auto report = [&](std::uint32_t k) {
        if ((k & kAsk) == 0) return out.add(k);
        ask(frame, k & ~kAsk, out);
    };
    starts_.starts(text.begin(), text.end(), report);
    ends_.starts(text.rbegin(), text.rend(), report);
    contains_.occurs(text, report);
    for (const std::uint32_t k : asked_) ask(frame, k, out);
    if (paths_.empty() || is_plain_path(text)) return;
    for (const std::uint32_t k : paths_) ask(frame, k, out);
}

}  // namespace sensor::engine
