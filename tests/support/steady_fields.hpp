// SPDX-License-Identifier: Apache-2.0
// SteadyFields: watches that a field marked STEADY says one thing only for one number of facts.
//   SteadyFields steady;
//   steady.look(context);   // after every State::begin
//   CHECK(steady.broken() == "");
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/check.hpp"
#include "eval/hash.hpp"
#include "fields/context.hpp"

namespace sensor::testing {

class SteadyFields {
public:
    SteadyFields() {
        for (const FieldInfo& info : all_fields()) {
            if ((info.flags & field_flag::STEADY) == 0) continue;
            for (const char* argument : arguments(info.arg)) {
                const std::string text = std::string(info.text) + argument;
                const std::size_t open = text.find('[');
                const std::string key =
                    open == text.npos ? "" : text.substr(open + 1, text.size() - open - 2);
                auto ref = resolve_field(text.substr(0, open), open == text.npos ? nullptr : &key);
                SENSOR_CHECK(ref.has_value());
                fields_.push_back(*std::move(ref));
            }
        }
    }

    void look(fields::Context context) {
        if (context.facts == 0 || !broken_.empty()) return;
        std::vector<std::uint64_t> values;
        for (const FieldRef& field : fields_) {
            arena_.reset();
            context.arena = &arena_;
            values.push_back(hash_of(fields::extractor(field.id)(context, field.arg)));
        }
        const auto [first, is_new] = seen_.try_emplace(context.facts, values);
        for (std::size_t k = 0; !is_new && k < values.size(); ++k) {
            if (values[k] == first->second[k]) continue;
            broken_ = to_text(fields_[k]) + " changed at event " + std::to_string(context.evt_num) +
                      ", " + std::string(context.event.info().name) + ", and nobody said so";
            return;
        }
    }

    const std::string& broken() const { return broken_; }
    std::size_t facts() const { return seen_.size(); }  ///< different numbers seen

private:
    static std::vector<const char*> arguments(FieldArgSpec spec) {
        switch (spec) {
            case FieldArgSpec::NO_ARG: return {""};
            case FieldArgSpec::OPT_INDEX: return {"", "[0]", "[1]", "[2]", "[5]"};
            case FieldArgSpec::OPT_KEY: return {"", "[PATH]"};
            case FieldArgSpec::OPT_KEY_OR_INDEX: return {"", "[PATH]", "[1]"};
            case FieldArgSpec::REQ_KEY: return {"[app]"};
            case FieldArgSpec::REQ_KEY_OR_INDEX: return {"[/etc]", "[0]"};
            case FieldArgSpec::REQ_DOT: return {".cpu"};
            default: return {};
        }
    }
    static std::uint64_t hash_of(const Value& value) {
        const std::uint64_t kind = static_cast<std::uint64_t>(value.kind);
        if (value.kind == Kind::List) {
            std::uint64_t hash = value.len;
            for (std::uint32_t k = 0; k < value.len; ++k)
                hash = eval::mix64(hash ^ hash_of(value.list()[k]));
            return hash;
        }
        if (value.kind == Kind::Text || value.kind == Kind::Bytes)
            return eval::hash64(value.text(), kind);
        return eval::mix64(kind ^ eval::mix64(value.present() ? value.bits : 0));
    }

    std::vector<FieldRef> fields_;
    fields::Arena arena_;
    std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> seen_;
    std::string broken_;
};

}  // namespace sensor::testing
