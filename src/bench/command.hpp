// SPDX-License-Identifier: Apache-2.0
// CommandVariant: the variant "this program is running", for our sensor and for any other.
// Made by the subcommands from --sensor and --peer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/child.hpp"
#include "bench/rounds.hpp"

namespace sensor::bench {

/// When a started program counts as ready.
struct Readiness {
    bool by_pipe = false;   ///< it writes to descriptor kReadyFd
    std::string by_text;    ///< it writes this to its output, if not empty
    unsigned delay_ms = 0;  ///< and then so long
    unsigned timeout_ms = 60'000;
};

struct Command {
    std::string name;  ///< of the variant
    std::vector<std::string> argv;
    Readiness readiness;
    std::vector<int> cpus;       ///< processors it may use; empty: all we may
    unsigned grace_ms = 10'000;  ///< between SIGTERM and SIGKILL
};

/// enter() starts the command and waits until it is ready; leave() ends it by its pid and fails
/// with the end of its output if it had died before.
std::unique_ptr<Variant> make_command_variant(Command command);

/// Argument vector that lets a shell read `text`, and leaves no shell behind.
std::vector<std::string> shell_command(const std::string& text);
/// First word's last path component, for a variant's name.
std::string command_name(const std::string& text);

}  // namespace sensor::bench
