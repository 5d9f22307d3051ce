// SPDX-License-Identifier: Apache-2.0
#include "capture/program_set.hpp"

#include "../../bpf/filter.h"
#include "../../bpf/shared.h"

#include <bpf/libbpf.h>

#include <probe.skel.h>

#include "capture/probe_programs.hpp"

namespace sensor::capture {

ProgramSet::~ProgramSet() {
    for (probe_bpf* const each : objects_) probe_bpf::destroy(each);
}

probe_bpf& ProgramSet::add(probe_bpf* owned) { return *objects_.emplace_back(owned); }

bpf_program* ProgramSet::find(const char* name) const {
    for (const probe_bpf* const each : objects_) {
        bpf_program* const program = bpf_object__find_program_by_name(each->obj, name);
        if (program != nullptr && is_loaded(program)) return program;
    }
    return nullptr;
}

std::vector<bpf_program*> ProgramSet::loaded() const {
    std::vector<bpf_program*> all;
    for (const probe_bpf* const each : objects_) {
        bpf_program* program = nullptr;
        bpf_object__for_each_program(program, each->obj) {
            if (is_loaded(program)) all.push_back(program);
        }
    }
    return all;
}

}  // namespace sensor::capture
