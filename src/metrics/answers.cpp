// SPDX-License-Identifier: Apache-2.0
#include "metrics/answers.hpp"

#include <nlohmann/json.hpp>

namespace sensor::metrics {
namespace {

std::string dumped(const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string health_json(const Health& health) {
    if (health.ok) return R"({"status": "ok"})";
    return R"({"status": "unhealthy", "reason": )" + dumped(health.reason) + "}";
}

}  // namespace sensor::metrics
