// SPDX-License-Identifier: Apache-2.0
// Where things lie around this program, installed or in a build folder.
#pragma once

#include <string>

namespace sensor::bench {

/// The folder this program is in.
std::string own_folder();
/// `name` in the nearest folder above this program that has it; empty if none has.
std::string in_tree(const char* name);

}  // namespace sensor::bench
