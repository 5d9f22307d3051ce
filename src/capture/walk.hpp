// SPDX-License-Identifier: Apache-2.0
// Runs a task iterator of the probe to its end.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.hpp"

struct bpf_program;

namespace sensor::capture {

/// in:  a loaded iter/task program; where its output goes, or null if it has none
Result<> run_walk(bpf_program* program, std::vector<std::byte>* output);

}  // namespace sensor::capture
