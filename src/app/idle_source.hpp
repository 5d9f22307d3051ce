// SPDX-License-Identifier: Apache-2.0
// The source of engine.kind nodriver: no events at all, for looking at everything else of a sensor.
#pragma once

#include <memory>

#include "capture/kernel.hpp"

namespace sensor::app {

std::unique_ptr<capture::KernelSource> make_idle_source();

}  // namespace sensor::app
