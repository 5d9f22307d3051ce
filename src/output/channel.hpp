// SPDX-License-Identifier: Apache-2.0
// Channel: one way out for alerts. Called by the output thread only, never by detection.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "output/options.hpp"
#include "rules/ruleset.hpp"

namespace sensor::output {

class Channel {
public:
    virtual ~Channel() = default;
    virtual std::string_view name() const = 0;
    /// Writes one line. fails: the reason; the caller counts it
    virtual Result<> send(std::string_view line, rules::Priority priority) = 0;
    /// Makes everything sent so far visible.
    virtual void flush() = 0;
};

std::unique_ptr<Channel> make_stdout(const StdoutOptions& options);

}  // namespace sensor::output
