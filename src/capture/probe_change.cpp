// SPDX-License-Identifier: Apache-2.0
// Other options for a probe that runs: programs for what they want are loaded on its maps, put
// beside those in use, and what nobody wants any more is taken away. Nothing is missed meanwhile.
#include "../../bpf/filter.h"
#include "../../bpf/shared.h"

#include <bpf/libbpf.h>

#include <probe.skel.h>

#include <cerrno>
#include <utility>

#include "base/log.hpp"
#include "capture/kernel_types.hpp"
#include "capture/open_options.hpp"
#include "capture/probe.hpp"

namespace sensor::capture {
namespace {

/// Programs for calls and tracepoints, on the maps of the first.
struct ChangedPrograms final : LoadedChange {
    explicit ChangedPrograms(probe_bpf* owned) : object(programs.add(owned)) {}
    ProgramSet programs;
    probe_bpf& object;
    std::bitset<REC_MAX_SC> calls;
    bool standard_files = false;
};

}  // namespace

// Not in the header: g++ 12 would follow it into a std::future and find a mistake that is none.
LoadedChange::~LoadedChange() = default;

const ProgramSet& Probe::wide() const {
    return changed_ == nullptr ? own_ : static_cast<const ChangedPrograms&>(*changed_).programs;
}

const probe_bpf& Probe::latest() const {
    return changed_ == nullptr ? *skel_ : static_cast<const ChangedPrograms&>(*changed_).object;
}

Result<std::unique_ptr<LoadedChange>> Probe::prepare(const KernelOptions& options) const {
    KernelTypes types;
    types.keep_names_of(skel_->obj);
    const std::string path = types.path();
    SENSOR_TRY(probe_bpf* const next, open_part(path.c_str()));
    auto made = std::make_unique<ChangedPrograms>(next);
    made->calls = options.syscalls;
    made->standard_files = options.standard_files;
    next->rodata->cfg_snaplen = options.snaplen;
    next->rodata->cfg_drop_failed = !options.failed_calls;
    next->rodata->cfg_cgroup_budget = options.cgroup_budget;
    const auto is_chosen = [&](std::string_view name) {
        return !is_base(name) && needs(name, options.syscalls) && !is_attached(name);
    };
    choose_programs(*next, is_chosen, types);
    SENSOR_TRY_OK(share_maps(*next, false));
    if (const int err = probe_bpf::load(next); err != 0)
        return errno_error("the kernel refuses the probe", -err);
    note_unseen(options.syscalls, made->programs);
    return std::unique_ptr<LoadedChange>(std::move(made));
}

Result<> Probe::change(std::unique_ptr<LoadedChange> change) {
    SENSOR_TRY_OK(widen());
    auto& next = static_cast<ChangedPrograms&>(*change);
    if (next.standard_files) skel_->bss->standard_files = 1;
    SENSOR_TRY_OK(want(next.calls, next.programs));
    SENSOR_TRY_OK(attach_tracepoints(next.programs));
    void_interests();
    replaced_ = std::exchange(changed_, std::move(change));
    filtered_.reset();
    return Ok{};
}

Result<> Probe::settle() {
    if (changed_ == nullptr) return Ok{};
    const auto& now = static_cast<const ChangedPrograms&>(*changed_);
    skel_->bss->standard_files = now.standard_files;
    SENSOR_TRY_OK(unwant(~now.calls));
    const auto is_idle = [&](const Attached& each) {
        return !is_base(each.program) && !needs(each.program, wanted_);
    };
    for (const Attached& each : attached_) {
        if (is_idle(each)) bpf_link__destroy(each.link);
    }
    std::erase_if(attached_, is_idle);
    replaced_.reset();
    return Ok{};
}

}  // namespace sensor::capture
