// SPDX-License-Identifier: Apache-2.0
// What a capture made here says of this machine.
#pragma once

#include "event/capture_tables.hpp"

namespace sensor::capture::scap {

/// Processors, memory, largest process number, and the addresses of the interfaces if there are
/// none yet. cost: some system calls
void add_machine(CaptureTables& tables);

}  // namespace sensor::capture::scap
