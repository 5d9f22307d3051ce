// SPDX-License-Identifier: Apache-2.0
// What a condition of 2016 means on a system of today. Applied to the rules of one_line.hpp, after
// macros have been replaced.
//
// * A call was two events and `evt.dir` told them apart. Now it is one: any check of it holds.
// * Programs called mkdir, rename, creat; libraries now call mkdirat, renameat2, openat for them.
// The
//   name of a call stands for all that do its work.
// * fd.name was there for calls that name a path without opening it: fd.nameorpath.
#pragma once

#include <string>
#include <string_view>

#include "lang/ast.hpp"
#include "lang/output_format.hpp"

namespace sensor::rules {

/// in: a tree without macros. out: the tree to be checked
lang::NodePtr with_old_meaning(lang::NodePtr tree);

/// The same of the fields of an output, and after it is parsed their old names as keys.
std::string output_with_old_meaning(std::string_view output);
void restore_keys(lang::OutputFormat& output);

}  // namespace sensor::rules
