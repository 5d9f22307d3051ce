// SPDX-License-Identifier: Apache-2.0
// examine(): what of this machine lets the sensor see, what keeps it from seeing, and what to do
// about it; found by trying. For `falco-ebpf doctor`, and for the error where it cannot start.
#pragma once

#include <string>
#include <vector>

namespace sensor::capture {

struct Finding {
    enum class State {
        Good,
        Blind,    ///< it runs, and does not see everything
        Missing,  ///< it cannot run
        Unused,   ///< said for information: nothing depends on it
    };
    std::string area;  ///< "kernel", "rights", "programs", "maps", "blind spots"
    std::string name;  ///< what was looked at
    State state{};
    std::string found;   ///< as it is here
    std::string effect;  ///< what follows if it is not good
    std::string remedy;  ///< what to change; empty: nothing can be done
};

/// Looks at everything; loads small programs and maps and the whole probe, attaches nothing.
/// cost: about half a second, most of it the kernel's verifier
std::vector<Finding> examine();

/// The part of `examine` that loads things.
void examine_loads(std::vector<Finding>& findings);

}  // namespace sensor::capture
