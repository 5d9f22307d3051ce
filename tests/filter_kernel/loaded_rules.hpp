// SPDX-License-Identifier: Apache-2.0
// Rules compiled for the kernel by the real compiler, as the sensor takes them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/kernel.hpp"
#include "engine/engine.hpp"

namespace sensor::testing {

struct LoadedRules {
    /// compiled: false: the table that takes the place of a compiled filter
    explicit LoadedRules(const std::vector<std::string>& conditions, bool compiled = true);
    /// The most exact filter; events of all its rows may be dropped.
    capture::KernelFilter filter() const;
    /// Has the kernel take it, at once.
    void narrow(capture::KernelSource& source) const;

    std::unique_ptr<engine::Engine> engine;
    filter::KernelImage image;
};

}  // namespace sensor::testing
