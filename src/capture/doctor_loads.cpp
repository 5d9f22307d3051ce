// SPDX-License-Identifier: Apache-2.0
// What the kernel takes: a map of each kind, an empty program of each kind, and the probe itself.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <numeric>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "capture/doctor.hpp"
#include "capture/floor.hpp"
#include "capture/probe.hpp"

namespace sensor::capture {
namespace {

using State = Finding::State;

struct MapKind {
    bpf_map_type type;
    const char* name;
    std::uint32_t key, value, flags;
};
constexpr MapKind kMaps[] = {
    {BPF_MAP_TYPE_RINGBUF, "ring buffer", 0, 0, 0},
    {BPF_MAP_TYPE_ARRAY, "array shared with user space", 4, 8, BPF_F_MMAPABLE},
    {BPF_MAP_TYPE_PROG_ARRAY, "array of programs", 4, 4, 0},
};

struct ProgramKind {
    const char* name;
    EmptyProgram program;
    State without;
    const char* effect;
};
constexpr EmptyProgram tracepoint(const char* target) {
    return {BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, target};
}
constexpr ProgramKind kPrograms[] = {
    {"tracepoint sys_exit", tracepoint("sys_exit"), State::Missing, "no system call is seen"},
    {"tracepoint sched_process_exec", tracepoint("sched_process_exec"), State::Missing,
     "no program that starts is seen"},
    {"tracepoint sched_process_fork", tracepoint("sched_process_fork"), State::Missing,
     "processes cannot be followed"},
    {"tracepoint sched_process_exit", tracepoint("sched_process_exit"), State::Missing,
     "the end of processes is not seen"},
    {"tracepoint sched_switch", tracepoint("sched_switch"), State::Blind,
     "rules on evt.type=switch never match"},
    {"tracepoint signal_deliver", tracepoint("signal_deliver"), State::Blind,
     "rules on evt.type=signaldeliver never match"},
    {"tracepoint page_fault_user", tracepoint("page_fault_user"), State::Blind,
     "rules on evt.type=page_fault never match"},
    {"iterator of tasks",
     {BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, "task"},
     State::Missing,
     "processes that run already cannot be told apart"},
    {"fexit",
     {BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, "do_exit"},
     State::Unused,
     "the probe does without"},
    {"lsm",
     {BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_file_open"},
     State::Unused,
     "the probe does without"},
};

const char* const kRemedy =
    "in a container allow the bpf system call (--security-opt seccomp=unconfined); else boot a "
    "kernel with CONFIG_BPF_SYSCALL=y, CONFIG_BPF_EVENTS=y and CONFIG_DEBUG_INFO_BTF=y";

Finding try_map(const MapKind& kind) {
    const auto entries =
        kind.type == BPF_MAP_TYPE_RINGBUF ? static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE)) : 1;
    bpf_map_create_opts options{};
    options.sz = sizeof options;
    options.map_flags = kind.flags;
    const Fd fd(bpf_map_create(kind.type, "try", kind.key, kind.value, entries, &options));
    if (fd) return {"maps", kind.name, State::Good, "can be made", "", ""};
    return {"maps",
            kind.name,
            State::Missing,
            format("refused: {}", std::strerror(errno)),
            "the probe has nowhere to put what it sees",
            kRemedy};
}

Finding try_program(const ProgramKind& kind) {
    const Result<Fd> loaded = load_empty(kind.program);
    if (loaded) return {"programs", kind.name, State::Good, "loads", "", ""};
    return {"programs",   kind.name,
            kind.without, format("refused: {}", loaded.error().text),
            kind.effect,  kind.without == State::Missing ? kRemedy : ""};
}

Finding try_probe() {
    const Result<std::vector<ProgramCost>> costs = Probe::try_load();
    if (!costs) {
        return {"programs",
                "the probe",
                State::Missing,
                costs.error().text,
                "the kernel's verifier refuses what the sensor is made of",
                kRemedy};
    }
    const std::uint64_t verified = std::accumulate(
        costs->begin(), costs->end(), std::uint64_t{0},
        [](std::uint64_t sum, const ProgramCost& c) { return sum + c.verified_instructions; });
    return {
        "programs",  "the probe",
        State::Good, format("{} programs load, {} instructions verified", costs->size(), verified),
        "",          ""};
}

}  // namespace

void examine_loads(std::vector<Finding>& findings) {
    for (const MapKind& kind : kMaps) findings.push_back(try_map(kind));
    bool good = true;
    for (const ProgramKind& kind : kPrograms) {
        findings.push_back(try_program(kind));
        good = good && findings.back().state != State::Missing;
    }
    if (good) findings.push_back(try_probe());
}

}  // namespace sensor::capture
