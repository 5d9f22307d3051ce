// SPDX-License-Identifier: Apache-2.0
// The settings that are lists or maps of rules' matters: rules (selections), append_output and
// static_fields. For config.cpp; check_appended also for -p.
#pragma once

#include <string>

#include "config/config.hpp"

namespace sensor::config {

/// Is this a text that can stand behind an output? What is wrong is in the result.
lang::OutputParse check_appended(std::string text, const lang::StaticFields& fields);

/// Static fields come before append_output: outputs may name them. The texts are checked here, so
/// that a mistake is said once and at its place.
/// throws: BadSetting
void read_static_fields(const Node& root, Config& config);
void read_append_output(const Node& root, Config& config);
void read_selections(const Node& root, Config& config);

}  // namespace sensor::config
