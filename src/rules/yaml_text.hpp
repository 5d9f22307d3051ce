// SPDX-License-Identifier: Apache-2.0
// YAML text to documents. yaml-cpp 0.7 never returns from some malformed texts: it yields one
// document after the other without reading on. So the text is first read with a handler that
// watches for progress.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace sensor::rules {

/// throws: YAML::Exception, as yaml-cpp itself does; callers in rules/ catch it
std::vector<YAML::Node> load_documents(const std::string& text);

}  // namespace sensor::rules
