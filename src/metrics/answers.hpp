// SPDX-License-Identifier: Apache-2.0
// What the web server answers beside metrics, as JSON: health and versions.
#pragma once

#include <map>
#include <string>

#include "metrics/snapshot.hpp"

namespace sensor::metrics {

/// `{"status": "ok"}`, or `{"status": "unhealthy", "reason": "..."}` (to be sent with status 503).
std::string health_json(const Health& health);

struct Versions {
    std::string falco, libs, plugin_api, driver_api, driver_schema, default_driver;
    std::string engine;  ///< "0.63.0"
    std::map<std::string, std::string> plugins;
};

/// The object of --version and /versions, its keys sorted, in one line. engine_version is the
/// middle number of `engine`.
std::string versions_json(const Versions& versions);

}  // namespace sensor::metrics
