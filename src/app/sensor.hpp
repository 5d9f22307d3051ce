// SPDX-License-Identifier: Apache-2.0
// run: from options to a running sensor and back to its exit summary.
#pragma once

#include "app/options.hpp"
#include "base/result.hpp"

namespace sensor::app {

/// Loads configuration and rules, compiles, opens the source, judges events until a signal or -M.
/// fails: anything that keeps the sensor from starting; the text is for the user
Result<> run(const Options& options);

}  // namespace sensor::app
