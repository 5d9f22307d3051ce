// SPDX-License-Identifier: Apache-2.0
// Alerts to standard output, one line each; colour by priority on a terminal. What waits is written
// at once, so nothing is ever held back, whatever buffered_outputs says.
#include <unistd.h>

#include <cstdio>

#include "output/channel.hpp"
#include "output/line_writer.hpp"

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

std::string shown(const Line& line, bool colour) {
    if (!colour) return line.text + '\n';
    return std::string(colour_of(line.priority)) + line.text + "\x1b[0m\n";
}

class StdoutChannel final : public Channel {
public:
    explicit StdoutChannel(const StdoutOptions& options)
        : writer_([colour = options.colour](const Line& line) { return shown(line, colour); }) {
        std::fflush(stdout);  // what was printed before comes before
    }

    std::string_view name() const override { return "stdout"; }
    Traits traits() const override { return {256, true, Form::Text, false}; }
    Sent send(std::span<const LinePtr> lines, const Patience& patience) override {
        return writer_.write(STDOUT_FILENO, lines, patience).sent;
    }

private:
    LineWriter writer_;
};

}  // namespace

ChannelPtr make_stdout(const StdoutOptions& options) {
    return std::make_unique<StdoutChannel>(options);
}

}  // namespace sensor::output
