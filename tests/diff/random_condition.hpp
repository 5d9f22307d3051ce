// SPDX-License-Identifier: Apache-2.0
// RandomCondition: condition texts from the tables of grammar/: any field, any operator its type
// takes, modifiers, transformers, fields on the right, nested and, or and not. Same seed, same
// texts.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "event/field_table.hpp"

namespace sensor::testing {

class RandomCondition {
public:
    /// repeatable: only fields that say the same when asked twice for an event (util.cnt counts)
    RandomCondition(std::uint64_t seed, bool repeatable) : random_(seed), repeatable_(repeatable) {}

    std::string next() { return any(0); }

private:
    struct Left {
        std::string text;
        ParamType type = ParamType::NONE;
        bool is_list = false;
        const FieldInfo* field = nullptr;
    };
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
    bool chance(std::size_t percent) { return below(100) < percent; }
    template <typename C>
    const auto& pick(const C& from) {
        return from[below(from.size())];
    }

    std::string any(int depth);
    std::string check();
    std::string event_check();
    std::string compare(const Left& left, const OpInfo& op);
    const FieldInfo& field_of(std::uint8_t classes, std::uint16_t without);
    std::string field_text(const FieldInfo& field);
    Left left();
    Left transformed();
    std::string literal(ParamType type, Op op);
    std::string list(ParamType type, Op op);
    std::string right_field(const Left& left);
    std::string words();

    std::mt19937_64 random_;
    bool repeatable_;
};

/// A text in double quotes, escaped.
std::string in_quotes(std::string_view text);

}  // namespace sensor::testing
