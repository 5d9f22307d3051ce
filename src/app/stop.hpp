// SPDX-License-Identifier: Apache-2.0
// The wish to end, as SIGINT and SIGTERM bring it.
#pragma once

namespace sensor::app {

/// From here on both signals set the wish and do nothing else.
void catch_stop_signals();
/// Has one arrived?
bool stop_requested() noexcept;

}  // namespace sensor::app
