// SPDX-License-Identifier: Apache-2.0
// One alert of a JSON stream as `falco-ebpf compare` sees it: its time, its rule, and the values
// that two sensors should agree on. Made by compare_stream.cpp of a line, paired by
// compare_match.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"

namespace sensor::app {

/// Texts that occur in every alert, as numbers. There are few: keys of output_fields, rules.
class NameTable {
public:
    static constexpr std::size_t kMost = 1U << 16;
    /// out: its number; kMost once there are so many
    std::uint32_t number_of(std::string_view name);
    const std::string& text(std::uint32_t number) const { return *names_[number]; }
    std::size_t size() const noexcept { return names_.size(); }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
    std::vector<const std::string*> names_;
};

/// A value by its key. Of equal values both kind and text are equal, and so is the hash.
struct ComparedValue {
    enum class Kind : std::uint8_t { Null, Flag, Number, Text, List };
    std::uint32_t key = 0;
    Kind kind = Kind::Null;
    std::uint64_t hash = 0;
    std::string text;
};
/// As it stands in JSON, cut to something that can be read.
std::string shown(const ComparedValue& value);

struct ComparedAlert {
    std::uint64_t ts_ns = 0;
    std::uint64_t line = 0;              ///< in its file, from 1
    std::uint32_t rule = 0;              ///< by the table: rule and source
    bool internal = false;               ///< of the sensor itself
    bool has_fields = false;             ///< output_fields is there
    std::vector<ComparedValue> values;   ///< sorted by key, without those that are ignored
    std::string text;                    ///< the message, cut to something that can be read
    std::size_t bytes() const noexcept;  ///< about what it takes in memory
};

/// What is not compared, as each sensor has its own: times, numbers of events, and what the user
/// names; "proc.a*" is all that begins so.
class IgnoredFields {
public:
    explicit IgnoredFields(std::vector<std::string> more);
    bool has(std::string_view field) const;

private:
    std::vector<std::string> more_;
};

class AlertParser {
public:
    AlertParser(NameTable& keys, NameTable& rules, IgnoredFields ignored)
        : keys_(keys), rules_(rules), ignored_(std::move(ignored)) {}

    /// in:    a line without its end
    /// fails: no JSON object, or none of an alert; the text says what is wrong
    Result<ComparedAlert> parse(std::string_view line);
    /// Fields of alerts that were left out, sorted.
    std::vector<std::string> left_out() const;

private:
    friend class AlertReader;
    enum : std::uint8_t { Unknown, Taken, Ignored };

    NameTable& keys_;
    NameTable& rules_;
    IgnoredFields ignored_;
    std::vector<std::uint8_t> decided_;  ///< by key
};

}  // namespace sensor::app
