// SPDX-License-Identifier: Apache-2.0
// What loading and reading the probe share.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.hpp"

struct bpf_object;
struct bpf_program;

namespace sensor::capture {

/// in:  a loaded iter/task program; where its output goes, or null if it has none
Result<> run_walk(bpf_program* program, std::vector<std::byte>* output);

/// The program to work where this one was left out (bpf/again.h), if it is in use, else null.
bpf_program* second_of(const bpf_object* object, const bpf_program* program);

}  // namespace sensor::capture
