// SPDX-License-Identifier: Apache-2.0
// Rules files as they were in 2016: a line is `condition | PRIORITY output` or `macro: condition`.
// Read into the same library as YAML. What the names in them meant then: old_meaning.hpp.
#pragma once

#include "rules/library.hpp"
#include "rules/reporter.hpp"

namespace sensor::rules {

/// True for *.conf, and for files of neither that nor a YAML extension whose first line that is
/// not blank and no comment cannot begin YAML items.
bool is_one_line_format(const SourceFile& file);

/// Reads every line; one that is wrong is reported with its place and left out.
void read_one_line_file(std::uint32_t file, Reporter& reporter, Library& library);

}  // namespace sensor::rules
