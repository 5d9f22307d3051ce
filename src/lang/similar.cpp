// SPDX-License-Identifier: Apache-2.0
#include "lang/similar.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

#include "event/field_table.hpp"

namespace sensor::lang {
namespace {

/// A row of grammar/elsewhere.def.
struct Row {
    enum class Kind { Field, Plugin, Operator, Boolean } kind;
    std::string_view theirs, ours;
};
constexpr Row kRows[] = {
#define FIELD_ELSEWHERE(theirs, ours) {Row::Kind::Field, theirs, ours},
#define FIELDS_OF_PLUGIN(prefix, plugin) {Row::Kind::Plugin, prefix, plugin},
#define OPERATOR_ELSEWHERE(theirs, ours) {Row::Kind::Operator, theirs, ours},
#define BOOLEAN_ELSEWHERE(theirs, ours) {Row::Kind::Boolean, theirs, ours},
#include "../../grammar/elsewhere.def"
#undef FIELD_ELSEWHERE
#undef FIELDS_OF_PLUGIN
#undef OPERATOR_ELSEWHERE
#undef BOOLEAN_ELSEWHERE
};

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Edits between two short words; `most` + 1 if they are further apart than that.
std::size_t edits(std::string_view a, std::string_view b, std::size_t most) {
    const std::size_t longer = std::max(a.size(), b.size());
    if (longer - std::min(a.size(), b.size()) > most) return most + 1;
    std::vector<std::size_t> older(b.size() + 1);
    std::vector<std::size_t> old(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        older.swap(old);
        old.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({old[j] + 1, row[j - 1] + 1, old[j - 1] + (same ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                                 lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
        }
    }
    return row[b.size()];
}

constexpr std::size_t kLongestName = 64;

std::vector<std::string_view> nearest(std::string_view name,
                                      const std::vector<std::string_view>& known) {
    if (name.size() > kLongestName) return {};
    const std::size_t most = 1 + name.size() / 5;
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (const std::string_view candidate : known) {
        const std::size_t distance = edits(name, candidate, most);
        // A word of which nothing is left is another word.
        const bool kept = distance < std::max(name.size(), candidate.size());
        if (distance <= most && kept && candidate != name) near.emplace_back(distance, candidate);
    }
    std::sort(near.begin(), near.end());
    std::vector<std::string_view> chosen;
    for (const auto& [distance, candidate] : near) {
        // Nobody who is one edit away means what is three edits away.
        if (chosen.size() == 3 || distance > near.front().first + 1) break;
        if (std::find(chosen.begin(), chosen.end(), candidate) == chosen.end())
            chosen.push_back(candidate);
    }
    return chosen;
}

/// What `word` is called here; "" if no row has it.
std::string_view look_up(Row::Kind kind, std::string_view word) {
    for (const Row& row : kRows) {
        const bool prefix = kind == Row::Kind::Plugin && word.starts_with(row.theirs);
        if (row.kind == kind && (prefix || row.theirs == word)) return row.ours;
    }
    return {};
}

bool is_word(std::string_view text) {
    return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0;
}

}  // namespace

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

std::string did_you_mean(const std::vector<std::string_view>& chosen) {
    std::string text;
    for (std::size_t k = 0; k < chosen.size(); ++k) {
        text += k == 0 ? "did you mean '" : k + 1 == chosen.size() ? " or '" : ", '";
        text += std::string(chosen[k]) + "'";
    }
    return text.empty() ? text : text + "?";
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known) {
    return did_you_mean(nearest(name, known));
}

std::string unknown_field_hint(std::string_view name) {
    const std::string word = lower_case(name);
    const std::string_view ours = look_up(Row::Kind::Field, word);
    if (!ours.empty()) return did_you_mean({ours});
    const std::string_view plugin = look_up(Row::Kind::Plugin, word);
    if (!plugin.empty()) {
        return "fields '" + word.substr(0, word.find('.')) + ".*' come with the plugin " +
               std::string(plugin) + ", and there are no plugins here";
    }
    std::vector<std::string_view> known;
    for (const FieldInfo& field : all_fields()) {
        if ((field.flags & field_flag::HIDDEN) == 0) known.push_back(field.text);
    }
    return did_you_mean(name, known);
}

std::string_view operator_meant(std::string_view word) {
    if (const std::string_view ours = look_up(Row::Kind::Operator, lower_case(word)); !ours.empty())
        return ours;
    if (!is_word(word)) return {};
    std::vector<std::string_view> known;
    for (const OpInfo& op : all_ops()) {
        if (is_word(op.text)) known.push_back(op.text);
    }
    const std::vector<std::string_view> near = nearest(word, known);
    return near.empty() ? std::string_view() : near.front();
}

std::string_view boolean_meant(std::string_view word) {
    if (const std::string_view ours = look_up(Row::Kind::Boolean, word); !ours.empty()) return ours;
    if (!is_word(word) || word.size() > 4) return {};
    const std::vector<std::string_view> near = nearest(word, {"and", "or", "not"});
    return near.empty() ? std::string_view() : near.front();
}

}  // namespace sensor::lang
