// SPDX-License-Identifier: Apache-2.0
// What predicates on the name of a file ask of it. Used by facts.cpp.
#pragma once

#include "filter/facts.hpp"

namespace sensor::filter {

/// param: as in NameTest; below 0 or an operator that is not judged: Unknown
Judgement name_test(const lang::Predicate& p, int param);
/// The directory of the name, or the name itself if it is one.
Judgement directory_test(const lang::Predicate& p, int param);
/// The last part of the name.
Judgement leaf_test(const lang::Predicate& p, int param);

}  // namespace sensor::filter
