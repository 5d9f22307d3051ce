// SPDX-License-Identifier: Apache-2.0
// `falco-ebpf doctor`: what works on this machine, what is blind, what to change.
#pragma once

#include <string>
#include <vector>

#include "capture/doctor.hpp"
#include "config/config.hpp"

namespace sensor::app {

/// What the sensor itself needs beside the kernel: the rule compiler, a place for what it compiles.
void examine_sensor(const config::Config& config, const std::string& compiler,
                    std::vector<capture::Finding>& findings);

bool can_run(const std::vector<capture::Finding>& findings);

/// A paragraph an area, and what it comes to; colour: for a terminal.
std::string doctor_text(const std::vector<capture::Finding>& findings, bool colour);
/// {"can_run": bool, "findings": [{area, name, state, found, effect, remedy}, ...]}, one line.
std::string doctor_json(const std::vector<capture::Finding>& findings);

}  // namespace sensor::app
