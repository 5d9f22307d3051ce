// SPDX-License-Identifier: Apache-2.0
// Reading of JSON that others wrote: a member that is missing or of another kind is the default,
// and nothing throws. For the texts of captures (containers/) and the answers of runtimes
// (runtimes/).
#pragma once

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "containers/record.hpp"

namespace sensor::containers {

using Json = nlohmann::json;

/// What a container has of anything: more entries of a list or a map are left out.
inline constexpr std::size_t kMostEntries = 16384;

/// The member, or a null one. Of anything that is no object: a null one.
const Json& member(const Json& object, std::string_view key);
/// The same down several steps.
template <typename... Keys>
const Json& member(const Json& object, std::string_view key, Keys... keys) {
    return member(member(object, key), keys...);
}

std::string text_of(const Json& value);
bool flag_of(const Json& value);
/// Of numbers, and of texts that are one, since some runtimes write 64 bits as text.
std::int64_t integer_of(const Json& value, std::int64_t otherwise = 0);

inline std::string text(const Json& object, std::string_view key) {
    return text_of(member(object, key));
}
inline bool flag(const Json& object, std::string_view key) { return flag_of(member(object, key)); }
inline std::int64_t integer(const Json& object, std::string_view key, std::int64_t otherwise = 0) {
    return integer_of(member(object, key), otherwise);
}
/// Within the unsigned type, else 0.
template <std::unsigned_integral T>
T small(const Json& object, std::string_view key) {
    const std::int64_t value = integer(object, key);
    return value < 0 || static_cast<std::uint64_t>(value) > std::numeric_limits<T>::max()
               ? T{0}
               : static_cast<T>(value);
}

/// Members of an object whose values are texts of at most `longest` bytes, by name.
Labels labels_of(const Json& object, std::size_t longest = std::string::npos);
/// The texts in an array.
std::vector<std::string> texts_of(const Json& array);
/// Objects with Source, Destination, Mode, RW and Propagation.
std::vector<Mount> mounts_of(const Json& array);

/// Depth and size are bounded. out: a discarded value, if it is no JSON.
Json parse_json(std::string_view text);
/// Any bytes are written, those that are no UTF-8 as the replacement character.
std::string json_text(const Json& value);

}  // namespace sensor::containers
