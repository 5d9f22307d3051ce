// SPDX-License-Identifier: Apache-2.0
#include "capture/floor.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <array>
#include <cerrno>

namespace sensor::capture {

Result<EmptyProbe> EmptyProbe::load() {
    const std::array<bpf_insn, 2> code = {
        {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}}};
    const int type_id = libbpf_find_vmlinux_btf_id("sys_exit", BPF_TRACE_RAW_TP);
    if (type_id < 0) return errno_error("find the sys_exit tracepoint", -type_id);
    bpf_prog_load_opts options{};
    options.sz = sizeof options;
    options.expected_attach_type = BPF_TRACE_RAW_TP;
    options.attach_btf_id = static_cast<__u32>(type_id);
    Fd fd(
        bpf_prog_load(BPF_PROG_TYPE_TRACING, "nothing", "GPL", code.data(), code.size(), &options));
    if (!fd) return errno_error("load a program for the sys_exit tracepoint", errno);
    return EmptyProbe(std::move(fd));
}

Result<> EmptyProbe::attach() {
    link_ = Fd(bpf_raw_tracepoint_open(nullptr, program_.get()));
    if (!link_) return errno_error("attach a program to the sys_exit tracepoint", errno);
    return Ok{};
}

}  // namespace sensor::capture
