// SPDX-License-Identifier: Apache-2.0
// --config-schema: the table of keys as a JSON schema, draft 6.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace sensor::config {

/// A root that refers to definitions, one for each section; no map takes other keys. Old keys are
/// not in it.
nlohmann::ordered_json config_schema();

}  // namespace sensor::config
