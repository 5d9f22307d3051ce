// SPDX-License-Identifier: Apache-2.0
// Processors that machine code for another machine can be made for: the baselines of an
// architecture, each of which can be asked of a processor. Names are LLVM's.
#pragma once

#include <string>
#include <string_view>

namespace sensor::eval {

/// "" is the architecture's least baseline.
bool is_baseline(std::string_view cpu) noexcept;
/// Can this processor run what was compiled for a baseline? False for other names.
bool runs_here(std::string_view cpu) noexcept;
/// "x86-64, x86-64-v2, ...", the least first.
std::string baselines_text();

}  // namespace sensor::eval
