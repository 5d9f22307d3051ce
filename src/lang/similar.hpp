// SPDX-License-Identifier: Apache-2.0
// "did you mean": the known names nearest to a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sensor::lang {

/// "did you mean 'a' or 'b'?"; "" if nothing is near. At most three names, best first.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known);

/// The same sentence for names already chosen.
std::string did_you_mean(const std::vector<std::string_view>& chosen);

}  // namespace sensor::lang
