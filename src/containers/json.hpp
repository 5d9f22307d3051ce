// SPDX-License-Identifier: Apache-2.0
// The JSON text of a container, {"container": {...}}, as events of containers in captures carry it:
// from and to a ContainerRecord. Whoever wrote the text, reading it never does harm.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "containers/record.hpp"

namespace sensor::containers {

/// The largest text that is read, bytes.
inline constexpr std::size_t kMostRecordText = 4 << 20;

/// json:  may end in NULs; keys may be missing, or be of the wrong kind, which counts as missing
/// out:   Known::Complete, or Known::Id when it says no more than who it is
/// fails: too long, no JSON, no object "container" in it, or no id in that
Result<ContainerRecord> parse_record(std::string_view json);

/// One line. Bytes that are no UTF-8 are replaced.
std::string record_json(const ContainerRecord& record);

}  // namespace sensor::containers
