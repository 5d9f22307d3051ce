// SPDX-License-Identifier: Apache-2.0
// TextPredicates: all predicates on one term at once. Most say of most texts the same, their usual
// answer ("is not that name"); a look into tables finds the few that say otherwise, so the cost
// does not grow with the number of predicates.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/text_sieve.hpp"
#include "engine/text_trie.hpp"
#include "eval/runtime.hpp"
#include "lang/program.hpp"

namespace sensor::engine {

/// Predicates whose answer is not the usual one, in no order, some perhaps twice.
class Unusual {
public:
    void add(std::uint32_t predicate) noexcept {
        if (count_ < all_.size()) all_[count_] = predicate;
        ++count_;
    }
    void clear() noexcept { count_ = 0; }
    /// In order, each once. Nothing if there were too many to keep.
    std::span<const std::uint32_t> sorted() noexcept;
    bool empty() const noexcept { return count_ == 0; }
    bool too_many() const noexcept { return count_ > all_.size(); }

private:
    std::array<std::uint32_t, 512> all_{};
    std::size_t count_ = 0;
};

/// What a predicate says of a text that is none of those it names.
bool usual_answer(const lang::Predicate& predicate) noexcept;

/// Adds the predicate if its answer for the frame is not the usual one.
void ask(eval::Frame& frame, std::uint32_t predicate, Unusual& out) noexcept;

class TextPredicates {
public:
    /// predicates: on this term, with constants on the right side
    TextPredicates(const lang::Program& program, std::uint32_t term,
                   const std::vector<std::uint32_t>& predicates);

    std::uint32_t term() const noexcept { return term_; }
    std::size_t count() const noexcept { return all_.size(); }
    /// Adds those whose answer for the frame's value of the term is not the usual one.
    /// cost: some loads for most texts, and the evaluation of every operator without a table
    void find(eval::Frame& frame, Unusual& out) const noexcept;
    /// The same for a text.
    void find_text(eval::Frame& frame, std::string_view text, Unusual& out) const noexcept;

private:
    static constexpr std::uint32_t kAsk = 1U << 31;  ///< of an id: the text says only "perhaps"

    bool enter(const lang::Predicate& predicate, std::uint32_t k);
    bool enter_patterns(const lang::Predicate& predicate, std::uint32_t k);
    void enter_start(std::string_view text, std::uint32_t id);
    void enter_end(std::string_view text, std::uint32_t id);
    void enter_part(std::string_view text, std::uint32_t id);
    void finish();

    std::uint32_t term_;
    std::vector<std::uint32_t> all_, usually_true_;
    std::vector<std::uint32_t> asked_;  ///< without a table
    std::vector<std::uint32_t> paths_;  ///< that leave out empty components of a path
    std::unordered_map<std::string_view, std::vector<std::uint32_t>> equal_;
    TextTrie starts_, ends_, contains_;
    // What to look at first: the tables above have something to say of few texts only.
    EqualSieve equal_sieve_;
    EdgeSieve start_sieve_{EdgeSieve::Side::First}, end_sieve_{EdgeSieve::Side::Last};
    InnerSieve part_sieve_;
};

}  // namespace sensor::engine
