// SPDX-License-Identifier: Apache-2.0
// What stands in a configuration and is not to be shown: --print-config and --support are pasted
// into tickets.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace sensor::config {

/// Puts *** in the settings for the values of all headers, of properties whose names say that they
/// are secret, and for passwords in URLs. The rest of the configuration stays as it is.
/// out: what was replaced
std::vector<std::string> hide_secrets(Config& config);

/// Puts *** for each of these in a text.
std::string without(std::string text, const std::vector<std::string>& secrets);

}  // namespace sensor::config
