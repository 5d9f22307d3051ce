// SPDX-License-Identifier: Apache-2.0
// Keys of older versions: their values go where they belong today, or nowhere, with a note.
#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/tree.hpp"

namespace sensor::config {

/// Moves values of MOVED keys to their successors, unless those are set, and removes DEAD ones.
/// throws: BadSetting: rules_file and rules_files are both set
void replace_old_keys(Node& root, std::vector<Note>& notes);

}  // namespace sensor::config
