// SPDX-License-Identifier: Apache-2.0
// The truth of a condition in words: one sentence that names what decided.
#pragma once

#include <string>

#include "explain/truth.hpp"

namespace sensor::explain {

/// "fired: ..." or "did not fire: proc.name = bash is false, it was cat".
std::string verdict(const TruthNode& root);

/// At most about `most` bytes: lists in parentheses lose items of their middle, then the end goes.
std::string shortened(const std::string& text, std::size_t most);

}  // namespace sensor::explain
