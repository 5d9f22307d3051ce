// SPDX-License-Identifier: Apache-2.0
// "did you mean": the known names nearest to a mistyped one, and words of other tools.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sensor::lang {

/// "did you mean 'a' or 'b'?"; "" if nothing is near. At most three names, best first. Two letters
/// that changed places count as one edit, letters in the other case as none.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known);

/// The same sentence for names already chosen.
std::string did_you_mean(const std::vector<std::string_view>& chosen);

std::string lower_case(std::string_view text);

/// What to write instead of a field that does not exist: the name here of another tool's field
/// (grammar/elsewhere.def), the plugin it would come from, or the nearest names. "" if none.
std::string unknown_field_hint(std::string_view name);

/// Our operator for a word or sign that is none here, by grammar/elsewhere.def or because it is
/// near. "" if there is none.
std::string_view operator_meant(std::string_view word);

/// `and`, `or` or `not` for what stands for it elsewhere, or is nearly it. "" if there is none.
std::string_view boolean_meant(std::string_view word);

}  // namespace sensor::lang
