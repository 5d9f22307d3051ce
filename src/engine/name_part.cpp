// SPDX-License-Identifier: Apache-2.0
#include "engine/name_part.hpp"

#include <algorithm>

#include "eval/hash.hpp"

namespace sensor::engine {
namespace {

using lang::Term;

bool is_plain(const Term& term, FieldId id) {
    return term.kind == Term::Kind::Field && term.field.id == id &&
           term.field.arg.kind == FieldArg::Kind::None;
}

/// Texts of the event itself, most of them names of files.
bool is_name(const Term& term) {
    if (term.kind != Term::Kind::Field || term.is_list) return false;
    const FieldInfo& info = field_info(term.field.id);
    const bool of_event = info.cls == FieldClass::FD || info.cls == FieldClass::FS_PATH ||
                          info.id == FieldId::evt_arg;
    return of_event && (info.flags & field_flag::EITHER_END) == 0 &&
           type_class_of(term.type) == type_class::TEXT;
}

/// Predicates that a text decides, whichever of the given terms it is.
std::vector<bool> decided_by(const lang::Program& program, const std::vector<std::uint32_t>& terms,
                             std::vector<bool> decided) {
    for (std::uint32_t k = 0; k < program.predicates.size(); ++k) {
        const lang::Predicate& p = program.predicates[k];
        const bool named = std::find(terms.begin(), terms.end(), p.left) != terms.end();
        decided[k] = decided[k] || (named && !p.right_is_term);
    }
    return decided;
}

}  // namespace

NamePart::NamePart(const lang::Program& program, const Dispatch& dispatch, ListPool& pool)
    : pool_(pool),
      judgements_(program),
      texts_(text_predicates(program,
                             [&](std::uint32_t k) {
                                 const lang::Predicate& p = program.predicates[k];
                                 return !p.right_is_term && is_name(program.terms[p.left]);
                             })),
      on_type_(program.predicates.size()),
      asked_(program.predicates.size()),
      lists_(program.predicates.size()),
      alone_(program.predicates.size(), ListPool::kNone),
      answers_(program) {
    std::vector<bool> type(program.terms.size()), fixed(program.terms.size());
    for (std::uint32_t k = 0; k < program.terms.size(); ++k) {
        const Term& term = program.terms[k];
        const bool flag =
            is_plain(term, FieldId::evt_is_open_read) || is_plain(term, FieldId::evt_is_open_write);
        if (flag) flags_.push_back(k);
        type[k] = is_plain(term, FieldId::evt_type);
        fixed[k] = flag || type[k];
    }
    for (std::uint32_t k = 0; k < program.predicates.size(); ++k) {
        const lang::Predicate& p = program.predicates[k];
        on_type_[k] = type[p.left] && !p.right_is_term;
        asked_[k] = fixed[p.left] && !p.right_is_term;
    }
    choose(program, dispatch);
    lists_.add({});  // kNothing
    lists_.keep();
}

/// Gives each event type the names that enough of its conditions hang on.
void NamePart::choose(const lang::Program& program, const Dispatch& dispatch) {
    std::vector<Partial> by_text;
    for (const TextPredicates& text : texts_) {
        std::vector<bool> none(program.predicates.size());
        by_text.emplace_back(program, judgements_,
                             decided_by(program, {text.term()}, std::move(none)));
    }
    for (std::uint32_t code = 0; code < REC_MAX_EVENTS; ++code) {
        const EventInfo* info = event_info(static_cast<std::uint16_t>(code));
        // Events of other sources have no such names, generic ones none at all.
        if (info == nullptr || info->source != EventSource::SYSCALL) continue;
        if (info->type == EventType::generic) continue;
        opens_[code] = std::any_of(
            info->params.begin(), info->params.end(),
            [](const ParamInfo& param) { return param.table == FlagTable::file_flags; });
        const auto conditions = pool_.at(dispatch.list(code, 0));
        if (conditions.size() > ListPool::kFew)
            groups_of_[code] = group_of(program, by_text, conditions);
    }
}

/// out: 0: names do not matter
std::uint8_t NamePart::group_of(const lang::Program& program, const std::vector<Partial>& by_text,
                                std::span<const std::uint32_t> conditions) {
    std::vector<std::pair<std::size_t, std::uint32_t>> counts;  // conditions, text
    for (std::uint32_t text = 0; text < texts_.size(); ++text) {
        const auto count =
            std::count_if(conditions.begin(), conditions.end(),
                          [&](std::uint32_t k) { return by_text[text].bears_on(k); });
        if (static_cast<std::size_t>(count) > ListPool::kFew) counts.emplace_back(count, text);
    }
    if (counts.empty()) return 0;
    std::sort(counts.rbegin(), counts.rend());
    counts.resize(std::min(counts.size(), kMostTexts));
    std::vector<std::uint32_t> texts;
    for (const auto& [count, text] : counts) texts.push_back(text);
    // What most is said of first, for that leaves least: a file's name, not its type.
    std::sort(texts.begin(), texts.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(texts_[b].count(), a) < std::pair(texts_[a].count(), b);
    });
    const auto same = std::find_if(groups_.begin(), groups_.end(),
                                   [&](const Group& group) { return group.texts == texts; });
    if (same != groups_.end()) return static_cast<std::uint8_t>(same - groups_.begin() + 1);
    if (groups_.size() == 255) return 0;
    Group& group = groups_.emplace_back(Group{std::move(texts), {}});
    std::vector<std::uint32_t> terms;
    for (const std::uint32_t text : group.texts) {
        terms.push_back(texts_[text].term());
        group.known.emplace_back(program, judgements_, decided_by(program, terms, on_type_));
    }
    group.known.emplace_back(program, judgements_, decided_by(program, terms, asked_));
    return static_cast<std::uint8_t>(groups_.size());
}

// Asks no more when little is left: most names say enough, so nobody needs to know what the file is
// and what it is opened for.
std::uint32_t NamePart::look_up(eval::Frame& frame, Group& group, std::uint32_t list) noexcept {
    Look look;
    look.type_and_flags = frame.type;
    look.unusual.fill(ListPool::kNone);
    for (std::size_t k = 0; k < group.texts.size(); ++k) {
        look.unusual[k] = unusual_of(frame, group.texts[k]);
        if (look.unusual[k] == ListPool::kNone) [[unlikely]]
            return list;
        list = recall(frame, group.known[k], look, list);
        if (pool_.is_short(list)) return list;
    }
    if (!opens_[frame.type] || flags_.empty()) return list;
    look.type_and_flags = flags_of(frame);
    return recall(frame, group.known.back(), look, list);
}

/// The type and the flags as one number, which is no type's.
std::uint32_t NamePart::flags_of(eval::Frame& frame) const noexcept {
    std::uint32_t all = REC_MAX_EVENTS + frame.type;
    for (const std::uint32_t k : flags_) {
        const Value value = frame.runtime->term(frame, k);
        all = all << 2 | (value.present() ? 1U : 0U) | (value.bits != 0 ? 2U : 0U);
    }
    return all;
}

/// What is left of a list, as it was the last time an event looked like this one.
std::uint32_t NamePart::recall(eval::Frame& frame, Partial& partial, const Look& look,
                               std::uint32_t list) noexcept {
    std::uint64_t hash = look.type_and_flags;
    for (const std::uint32_t unusual : look.unusual) hash = hash << 16 ^ hash >> 48 ^ unusual;
    hash = eval::mix64(hash);
    const std::uint32_t known = looks_.find(hash, look);
    if (known != ListPool::kNone) return known;
    const std::uint32_t left = compute(frame, partial, look, list);
    if (left != ListPool::kNone) looks_.put(hash, look, left);
    return left;
}

/// The number of the list of predicates on a text whose answer is unusual; kNone: too many, or no
/// room, which is made for the next event then.
std::uint32_t NamePart::unusual_of(eval::Frame& frame, std::uint32_t text) noexcept {
    unusual_.clear();
    texts_[text].find(frame, unusual_);
    if (unusual_.empty()) return kNothing;
    const auto unusual = unusual_.sorted();
    if (unusual_.too_many()) return ListPool::kNone;
    std::uint32_t& alone = alone_[unusual.front()];
    if (unusual.size() == 1 && alone != ListPool::kNone) return alone;
    const std::uint32_t list = lists_.add(unusual);
    if (list == ListPool::kNone) {
        forget_answers();
    } else if (unusual.size() == 1) {
        alone = list;
    }
    return list;
}

std::uint32_t NamePart::compute(eval::Frame& frame, Partial& partial, const Look& look,
                                std::uint32_t list) noexcept {
    answers_.set({});
    for (const std::uint32_t unusual : look.unusual) {
        if (unusual != ListPool::kNone) answers_.add(lists_.at(unusual));
    }
    const auto answer = [&](std::uint32_t predicate) {
        return asked_[predicate] ? frame.runtime->answer(frame, predicate) : answers_(predicate);
    };
    partial.begin();
    return pool_.add_if(pool_.at(list),
                        [&](std::uint32_t k) { return partial.possible(k, answer); });
}

void NamePart::forget_answers() noexcept {
    lists_.clear();
    std::fill(alone_.begin(), alone_.end(), ListPool::kNone);
    clear();
}

void NamePart::clear() noexcept { looks_.clear(); }

}  // namespace sensor::engine
