// SPDX-License-Identifier: Apache-2.0
// The alerts of a file, one after the other: plain, gzip or zstd, or standard input. Lines that are
// no alerts are counted with their numbers. For compare.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/compare_alert.hpp"
#include "base/result.hpp"
#include "capture/scap/byte_stream.hpp"

namespace sensor::app {

class AlertStream {
public:
    struct Damage {
        std::uint64_t line = 0;
        std::string what;
    };
    static constexpr std::size_t kDamagesKept = 10;
    static constexpr std::size_t kLongestLine = 16U << 20;

    /// "-": standard input. fails: cannot be opened
    static Result<std::unique_ptr<AlertStream>> open(const std::string& path, AlertParser& parser);
    AlertStream(std::string name, std::unique_ptr<capture::scap::ByteStream> bytes,
                AlertParser& parser);

    /// The next alert; none: the end. What a sensor prints when it ends is passed over.
    /// fails: cannot be read; alerts are text lines
    Result<std::optional<ComparedAlert>> next();

    const std::string& name() const noexcept { return name_; }
    std::uint64_t damaged() const noexcept { return damaged_; }
    const std::vector<Damage>& damages() const noexcept { return damages_; }  ///< the first few

private:
    /// out: false: the end
    Result<bool> next_line(std::string_view& line);
    void damage(std::string what);

    const std::string name_;
    const std::unique_ptr<capture::scap::ByteStream> bytes_;
    AlertParser& parser_;
    std::string buffer_;
    std::size_t begin_ = 0;
    bool end_ = false;
    std::uint64_t line_ = 0, alerts_ = 0, damaged_ = 0;
    std::vector<Damage> damages_;
};

}  // namespace sensor::app
