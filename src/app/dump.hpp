// SPDX-License-Identifier: Apache-2.0
// falco-ebpf dump: prints the events of a capture, or of this machine, that a condition picks.
#pragma once

#include "app/options.hpp"
#include "base/result.hpp"
#include "config/config.hpp"

namespace sensor::app {

/// Until the end of the capture, a signal, -n events or -M seconds of event time.
/// fails: a wrong condition or format, with its place; a source that cannot be read
Result<> dump(const Options& options, const config::Config& config);

}  // namespace sensor::app
