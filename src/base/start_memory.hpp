// SPDX-License-Identifier: Apache-2.0
// Memory that only the start of a program needed. Called where a start, or a piece of work of that
// kind, is over.
#pragma once

namespace sensor {

/// Gives free heap back to the system, and lets go of the pages of code and constants: what is
/// still used of them comes back from the page cache, what only parsing, compiling and loading took
/// does not. cost: some ms, then a page fault for each 64 KB that is used again
void release_start_memory();

}  // namespace sensor
