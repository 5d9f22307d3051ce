// SPDX-License-Identifier: Apache-2.0
// ProgramSet: programs of the probe that the kernel has taken, in one or more objects on the same
// maps. The initial ones, those of a change, and those with a filter are one each.
#pragma once

#include <vector>

struct bpf_program;
struct probe_bpf;

namespace sensor::capture {

class ProgramSet {
public:
    ProgramSet() = default;
    ~ProgramSet();
    ProgramSet(const ProgramSet&) = delete;
    ProgramSet& operator=(const ProgramSet&) = delete;

    /// Takes over an opened object, which may be loaded later.
    probe_bpf& add(probe_bpf* owned);
    /// The one of that name that is loaded; null: none is.
    bpf_program* find(const char* name) const;
    /// All that are loaded.
    std::vector<bpf_program*> loaded() const;

private:
    std::vector<probe_bpf*> objects_;
};

}  // namespace sensor::capture
