// SPDX-License-Identifier: Apache-2.0
// A Program as bytes and back: what the engine sends to the compiler process and what a bundle
// carries. The reader trusts nothing: a Program it returns has every index and every enumerator in
// range and no cycle.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "lang/program.hpp"

namespace sensor::eval {

std::string write_program(const lang::Program& program);

/// fails: Error if the bytes are not exactly one well-formed program
Result<lang::Program> read_program(std::string_view bytes);

}  // namespace sensor::eval
