// SPDX-License-Identifier: Apache-2.0
// Parts of a typed program as text, near to how they were written.
#pragma once

#include <string>

#include "lang/program.hpp"

namespace sensor::rulec {

std::string show_term(const lang::Program& program, std::uint32_t term);
/// at_most: values of a list that are shown, the rest is counted
std::string show_predicate(const lang::Program& program, const lang::Predicate& p,
                           std::size_t at_most);

}  // namespace sensor::rulec
