// SPDX-License-Identifier: Apache-2.0
// load_plugins and plugins: `container` is built in and its settings are read; others are noted.
#pragma once

#include "config/config.hpp"
#include "config/tree.hpp"

namespace sensor::config {

/// throws: BadSetting: an entry that is no map, a name that is no text, settings of the container
///         plugin of a wrong type
void read_plugins(const Node& root, Config& config);

}  // namespace sensor::config
