// SPDX-License-Identifier: Apache-2.0
// Alerts to standard output, one line each; colour by priority on a terminal.
#include <cerrno>
#include <cstdio>

#include "output/channel.hpp"

namespace sensor::output {
namespace {

std::string_view colour_of(rules::Priority priority) {
    switch (priority) {
        case rules::Priority::Emergency:
        case rules::Priority::Alert:
        case rules::Priority::Critical: return "\x1b[1;31m";
        case rules::Priority::Error: return "\x1b[31m";
        case rules::Priority::Warning: return "\x1b[33m";
        case rules::Priority::Notice: return "\x1b[36m";
        case rules::Priority::Informational: return "\x1b[32m";
        case rules::Priority::Debug: return "\x1b[2m";
    }
    return "";
}

class StdoutChannel final : public Channel {
public:
    explicit StdoutChannel(const StdoutOptions& options) : options_(options) {}

    std::string_view name() const override { return "stdout"; }

    Result<> send(std::string_view line, rules::Priority priority) override {
        buffer_.clear();
        if (options_.colour) buffer_ += colour_of(priority);
        buffer_ += line;
        if (options_.colour) buffer_ += "\x1b[0m";
        buffer_ += '\n';
        if (std::fwrite(buffer_.data(), 1, buffer_.size(), stdout) != buffer_.size()) {
            return errno_error("cannot write to standard output", errno);
        }
        if (options_.flush_each) flush();
        return Ok{};
    }

    void flush() override { std::fflush(stdout); }

private:
    StdoutOptions options_;
    std::string buffer_;
};

}  // namespace

std::unique_ptr<Channel> make_stdout(const StdoutOptions& options) {
    return std::make_unique<StdoutChannel>(options);
}

}  // namespace sensor::output
