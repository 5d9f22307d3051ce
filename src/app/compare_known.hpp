// SPDX-License-Identifier: Apache-2.0
// Differences to the peer that are meant and explained (docs/compat.md, docs/fields.md), by field:
// `compare` marks them in alerts, `migrate` names the rules that ask for such fields.
#pragma once

#include <string_view>

#include "app/compare_alert.hpp"

namespace sensor::app {

/// Why these two values of a field may differ; empty: there is no such reason.
std::string_view explained(std::string_view field, const ComparedValue& a, const ComparedValue& b);

/// What a rule that uses this field must know; empty: nothing.
struct FieldRemark {
    bool never = false;  ///< it has no value here, or the same one for every event
    std::string_view text;
};
FieldRemark remark_on(std::string_view field);

}  // namespace sensor::app
