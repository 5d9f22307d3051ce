// SPDX-License-Identifier: Apache-2.0
// What the web server answers beside metrics, as JSON: health.
#pragma once

#include <string>

#include "metrics/snapshot.hpp"

namespace sensor::metrics {

/// `{"status": "ok"}`, or `{"status": "unhealthy", "reason": "..."}` (to be sent with status 503).
std::string health_json(const Health& health);

}  // namespace sensor::metrics
