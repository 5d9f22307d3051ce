// SPDX-License-Identifier: Apache-2.0
// `falco-ebpf migrate [PATH]`: what of a Falco installation is the same here, changed, ignored or
// unsupported, and what to do about it. Reads only. Called by main.cpp.
#pragma once

#include <string>
#include <vector>

namespace sensor::app {

struct MigrateOptions {
    std::string path = "/etc/falco";  ///< folder with falco.yaml, or that file
    std::vector<std::string> units;   ///< unit files and files of options beside the usual ones
    bool all = false;                 ///< list what is the same, too
    bool json = false;
};

/// Prints the findings on standard output.
/// out: the exit code: 0, or 1 if something cannot be read
int migrate(const MigrateOptions& options);

}  // namespace sensor::app
