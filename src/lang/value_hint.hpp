// SPDX-License-Identifier: Apache-2.0
// What to write instead of a value that does not fit what it is compared with.
#pragma once

#include <string>
#include <string_view>

#include "lang/checker.hpp"

namespace sensor::lang {

/// For a value that parse_literal() refuses. `node` is the check it stands in.
std::string value_hint(const Node& node, const TermUse& left, std::string_view value);

/// For a pattern that is no regular expression, see regex_error().
std::string regex_hint(const Node& node, std::string_view pattern);

/// A value compared with the flags of evt.arg.NAME in which a flag is misspelt: "did you mean ...";
/// "" if there is nothing to say.
std::string flag_hint(const Node& node, std::string_view value);

/// Quotes of word processors at both ends, which are part of the value. "" or the way out.
std::string typographic_quotes_hint(std::string_view value);

}  // namespace sensor::lang
