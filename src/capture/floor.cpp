// SPDX-License-Identifier: Apache-2.0
#include "capture/floor.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/log.hpp"

namespace sensor::capture {

Result<Fd> load_empty(const EmptyProgram& kind) {
    const std::array<bpf_insn, 2> code = {
        {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}}};
    // The library looks these up by the name of the kernel's function.
    const bool is_lsm = kind.type == BPF_PROG_TYPE_LSM;
    const int type_id =
        libbpf_find_vmlinux_btf_id(kind.target, is_lsm ? BPF_TRACE_FENTRY : kind.attach);
    if (type_id < 0) return errno_error(format("find {}", kind.target), -type_id);
    bpf_prog_load_opts options{};
    options.sz = sizeof options;
    options.expected_attach_type = kind.attach;
    options.attach_btf_id = static_cast<__u32>(type_id);
    Fd fd(bpf_prog_load(kind.type, "nothing", "GPL", code.data(), code.size(), &options));
    if (!fd) return errno_error(format("load a program for {}", kind.target), errno);
    return fd;
}

Result<EmptyProbe> EmptyProbe::load() {
    SENSOR_TRY(Fd program, load_empty({BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, "sys_exit"}));
    return EmptyProbe(std::move(program));
}

Result<> EmptyProbe::attach() {
    link_ = Fd(bpf_raw_tracepoint_open(nullptr, program_.get()));
    if (!link_) return errno_error("attach a program to the sys_exit tracepoint", errno);
    return Ok{};
}

}  // namespace sensor::capture
