// SPDX-License-Identifier: Apache-2.0
#include "engine/process_part.hpp"

#include <algorithm>
#include <string_view>

#include "eval/hash.hpp"

namespace sensor::engine {
namespace {

using lang::Term;

constexpr std::uint32_t kTextWork = 3;  // conditions judged in the time a text is looked at
constexpr std::size_t kBytesOfParts = 512 << 10;  // memory for parts
constexpr std::size_t kLeastParts = 256;

bool is_steady(const lang::Program& program, std::uint32_t k) {
    const Term& term = program.terms[k];
    switch (term.kind) {
        case Term::Kind::Constant: return true;
        case Term::Kind::Field: return (field_info(term.field.id).flags & field_flag::STEADY) != 0;
        default: break;
    }
    return std::all_of(term.args.begin(), term.args.end(),
                       [&](std::uint32_t arg) { return is_steady(program, arg); });
}

/// Predicates that look at nothing but the process.
std::vector<bool> steady_predicates(const lang::Program& program) {
    std::vector<bool> steady;
    for (const lang::Predicate& p : program.predicates) {
        steady.push_back(is_steady(program, p.left) &&
                         (!p.right_is_term || is_steady(program, p.right)));
    }
    return steady;
}

bool has_tables(const lang::Program& program, std::uint32_t predicate) {
    return !program.predicates[predicate].right_is_term;
}

}  // namespace

ProcessPart::ProcessPart(const lang::Program& program)
    : judgements_(program),
      partial_(program, judgements_, steady_predicates(program)),
      texts_(text_predicates(
          program, [&](std::uint32_t k) { return partial_.knows(k) && has_tables(program, k); })),
      answers_(program),
      lists_(program.predicates.size()) {
    const std::size_t conditions = program.conditions.size();
    std::size_t concerned = 0;
    for (std::uint32_t k = 0; k < conditions; ++k) concerned += partial_.bears_on(k) ? 1 : 0;
    if (concerned <= ListPool::kFew) return;
    for (std::uint32_t k = 0; k < program.predicates.size(); ++k) {
        if (partial_.knows(k) && !has_tables(program, k)) asked_.push_back(k);
    }
    find_conditions(program);
    lists_.keep();
    worth_ = kTextWork * static_cast<std::uint32_t>(texts_.size() + asked_.size());
    words_ = (conditions + 63) / 64;
    most_parts_ = std::max(kLeastParts, kBytesOfParts / (8 * words_));
    slots_ = std::make_unique<Slot[]>(kSlots);
    bits_ = std::make_unique_for_overwrite<std::uint64_t[]>((most_parts_ + 1) * words_);
    table_.resize(2 * most_parts_);
    usual_.resize(words_);
    excluded_.resize(words_);
    part_of_.resize(ListPool::kMostLists);
    answers_.set({});
    partial_.begin();
    for (std::uint32_t k = 0; k < conditions; ++k) {
        if (partial_.possible(k, answers_)) usual_[k / 64] |= std::uint64_t{1} << (k % 64);
    }
}

void ProcessPart::find_conditions(const lang::Program& program) {
    std::vector<std::vector<std::uint32_t>> of(program.predicates.size());
    std::vector<std::uint32_t> visited(program.nodes.size()), open;
    for (std::uint32_t k = 0; k < program.conditions.size(); ++k) {
        open.assign(1, program.conditions[k].root);
        while (!open.empty()) {
            const std::uint32_t at = open.back();
            open.pop_back();
            if (std::exchange(visited[at], k + 1) == k + 1) continue;
            const lang::CondNode& node = program.nodes[at];
            if (node.kind == lang::CondNode::Kind::Predicate && partial_.knows(node.predicate) &&
                (of[node.predicate].empty() || of[node.predicate].back() != k))
                of[node.predicate].push_back(k);
            open.insert(open.end(), node.children.begin(), node.children.end());
        }
    }
    for (std::uint32_t k = 0; k < of.size(); ++k) {
        const auto unusual =
            usual_answer(program.predicates[k]) ? Partial::Tri::False : Partial::Tri::True;
        const auto alone = [&](std::uint32_t other) {
            return other == k ? unusual : Partial::Tri::Unknown;
        };
        partial_.begin();
        std::vector<std::uint32_t> judged;
        first_.push_back(static_cast<std::uint32_t>(conditions_.size()));
        for (const std::uint32_t condition : of[k])
            (partial_.possible(condition, alone) ? judged : conditions_).push_back(condition);
        judged_.push_back(static_cast<std::uint32_t>(conditions_.size()));
        conditions_.insert(conditions_.end(), judged.begin(), judged.end());
    }
    first_.push_back(static_cast<std::uint32_t>(conditions_.size()));
}

std::uint32_t ProcessPart::work_out(eval::Frame& frame) noexcept {
    unusual_.clear();
    for (const TextPredicates& text : texts_) text.find(frame, unusual_);
    for (const std::uint32_t k : asked_) ask(frame, k, unusual_);
    const auto unusual = unusual_.sorted();
    if (unusual_.too_many()) return kAll;
    std::uint32_t list = lists_.add(unusual);
    if (list == ListPool::kNone) {
        lists_.clear();
        std::fill(part_of_.begin(), part_of_.end(), kAll);
        list = lists_.add(unusual);
        if (list == ListPool::kNone) return kAll;
    }
    if (part_of_[list] == kAll) part_of_[list] = make_part(unusual);
    return part_of_[list];
}

// The usual part, and what the unusual answers change.
std::uint32_t ProcessPart::make_part(std::span<const std::uint32_t> unusual) noexcept {
    if (parts_ == most_parts_) clear();
    answers_.set(unusual);
    partial_.begin();
    std::uint64_t* const bits = bits_.get() + parts_ * words_;
    std::fill(excluded_.begin(), excluded_.end(), 0U);
    for (const std::uint32_t predicate : unusual) {
        for (std::uint32_t at = first_[predicate]; at < judged_[predicate]; ++at)
            excluded_[conditions_[at] / 64] |= std::uint64_t{1} << (conditions_[at] % 64);
    }
    for (std::size_t k = 0; k < words_; ++k) bits[k] = usual_[k] & ~excluded_[k];
    for (const std::uint32_t predicate : unusual) {
        for (std::uint32_t at = judged_[predicate]; at < first_[predicate + 1]; ++at) {
            const std::uint32_t k = conditions_[at];
            const std::uint64_t bit = std::uint64_t{1} << (k % 64);
            if ((excluded_[k / 64] & bit) != 0) continue;
            bits[k / 64] &= ~bit;
            if (partial_.possible(k, answers_)) bits[k / 64] |= bit;
        }
    }
    return intern();
}

// The number of the part at the end of bits_.
std::uint32_t ProcessPart::intern() noexcept {
    const std::uint64_t* const made = bits_.get() + parts_ * words_;
    const std::string_view bytes(reinterpret_cast<const char*>(made), words_ * sizeof *made);
    std::size_t at = eval::hash64(bytes, 1) % table_.size();
    for (; table_[at] != 0; at = (at + 1) % table_.size()) {
        if (std::equal(made, made + words_, bits_.get() + table_[at] * words_)) return table_[at];
    }
    return table_[at] = parts_++;
}

void ProcessPart::clear() noexcept {
    std::fill_n(slots_.get(), kSlots, Slot{});
    std::fill(part_of_.begin(), part_of_.end(), kAll);
    std::fill(table_.begin(), table_.end(), 0U);
    parts_ = 1;
    cleared_ = true;
}

}  // namespace sensor::engine
