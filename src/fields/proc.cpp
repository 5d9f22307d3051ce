// SPDX-License-Identifier: Apache-2.0
// proc.* and thread.* of the event's own thread. Ancestors, sessions and groups are in
// proc_tree.cpp.
#include "fields/extractors.hpp"
#include "fields/print.hpp"
#include "fields/process.hpp"
#include "state/state.hpp"

namespace sensor::fields {
namespace {

using state::ExecImage;
using state::Thread;

const Thread* leader(const Context& c) noexcept {
    return c.thread == nullptr ? nullptr : c.thread->leader;
}

template <typename F>
Value of_image(const Context& c, F&& value) noexcept {
    if (c.thread == nullptr || !c.thread->image) return Value::absent();
    return value(*c.thread->image);
}
template <typename F>
Value of_thread(const Context& c, F&& value) noexcept {
    return c.thread == nullptr ? Value::absent() : value(*c.thread);
}

Value nonzero(std::uint64_t number) noexcept {
    return number == 0 ? Value::absent() : Value::of_uint(number);
}

constexpr std::string_view kCaps[] = {"CAP_CHOWN",
                                      "CAP_DAC_OVERRIDE",
                                      "CAP_DAC_READ_SEARCH",
                                      "CAP_FOWNER",
                                      "CAP_FSETID",
                                      "CAP_KILL",
                                      "CAP_SETGID",
                                      "CAP_SETUID",
                                      "CAP_SETPCAP",
                                      "CAP_LINUX_IMMUTABLE",
                                      "CAP_NET_BIND_SERVICE",
                                      "CAP_NET_BROADCAST",
                                      "CAP_NET_ADMIN",
                                      "CAP_NET_RAW",
                                      "CAP_IPC_LOCK",
                                      "CAP_IPC_OWNER",
                                      "CAP_SYS_MODULE",
                                      "CAP_SYS_RAWIO",
                                      "CAP_SYS_CHROOT",
                                      "CAP_SYS_PTRACE",
                                      "CAP_SYS_PACCT",
                                      "CAP_SYS_ADMIN",
                                      "CAP_SYS_BOOT",
                                      "CAP_SYS_NICE",
                                      "CAP_SYS_RESOURCE",
                                      "CAP_SYS_TIME",
                                      "CAP_SYS_TTY_CONFIG",
                                      "CAP_MKNOD",
                                      "CAP_LEASE",
                                      "CAP_AUDIT_WRITE",
                                      "CAP_AUDIT_CONTROL",
                                      "CAP_SETFCAP",
                                      "CAP_MAC_OVERRIDE",
                                      "CAP_MAC_ADMIN",
                                      "CAP_SYSLOG",
                                      "CAP_WAKE_ALARM",
                                      "CAP_BLOCK_SUSPEND",
                                      "CAP_AUDIT_READ",
                                      "CAP_PERFMON",
                                      "CAP_BPF",
                                      "CAP_CHECKPOINT_RESTORE"};

Value caps_text(const Context& c, std::uint64_t caps) noexcept {
    TextBuilder out(*c.arena, 2048);
    bool first = true;
    for (std::size_t bit = 0; bit < std::size(kCaps); ++bit) {
        if ((caps >> bit & 1) == 0) continue;
        if (!first) out.add(' ');
        first = false;
        out.add(kCaps[bit]);
    }
    return Value::of_text(out.finish());
}

Value stdio_type(const Context& c, std::int64_t fd) noexcept {
    const state::FdInfo* info = find_fd(c, fd);
    return info == nullptr ? Value::absent() : Value::of_text(state::fd_typename(info->type));
}
Value stdio_name(const Context& c, std::int64_t fd) noexcept {
    const state::FdInfo* info = find_fd(c, fd);
    return info == nullptr ? Value::absent() : Value::of_text(info->name());
}

}  // namespace

Value joined_block(const Context& c, std::string_view block) noexcept {
    if (block.ends_with('\0')) block.remove_suffix(1);
    TextBuilder out(*c.arena);
    for (char byte : block) out.add(byte == '\0' ? ' ' : byte);
    return Value::of_text(out.finish());
}

Value cmdline_of(const Context& c, const Thread& thread) noexcept {
    if (!thread.image) return Value::absent();
    const ExecImage& image = *thread.image;
    if (thread.comm() == image.comm) return Value::of_text(image.cmdline);
    TextBuilder out(*c.arena);  // a thread that has a name of its own
    out.add(thread.comm());
    if (image.arg_count != 0) out.add(' ');
    out.add(image.args_text());
    return Value::of_text(out.finish());
}

namespace extract {

Value proc_exe(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) { return Value::of_text(image.exe); });
}
Value proc_exepath(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) { return Value::of_text(image.exepath); });
}
Value proc_name(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_text(thread.comm()); });
}
Value proc_args(const Context& c, const FieldArg& arg) noexcept {
    return of_image(c, [&](const ExecImage& image) {
        if (arg.kind != FieldArg::Kind::Index) return Value::of_text(image.args_text());
        return Value::of_text(
            state::block_item(image.args, static_cast<std::size_t>(arg.index)).value_or(""));
    });
}
Value proc_cmdline(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [&](const Thread& thread) { return cmdline_of(c, thread); });
}
Value proc_exeline(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [&](const ExecImage& image) {
        TextBuilder out(*c.arena);
        out.add(image.exe);
        if (image.arg_count != 0) out.add(' ');
        out.add(image.args_text());
        return Value::of_text(out.finish());
    });
}
Value proc_cmdnargs(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) { return Value::of_uint(image.arg_count); });
}
Value proc_cmdlenargs(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) {
        const std::uint64_t gaps = image.arg_count == 0 ? 0 : image.arg_count - 1;
        return Value::of_uint(image.args_text().size() - gaps);
    });
}
Value proc_env(const Context& c, const FieldArg& arg) noexcept {
    return of_image(c, [&](const ExecImage& image) {
        if (arg.kind == FieldArg::Kind::None) return joined_block(c, image.env_block());
        return Value::of_text(state::block_value(image.env_block(), arg.key).value_or(""));
    });
}
Value proc_cwd(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_text(thread.directory()); });
}

Value proc_tty(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_uint(thread.tty); });
}
Value proc_pid(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_int(thread.tgid); });
}
Value proc_vpid(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) {
        return thread.vpid < 0 ? Value::absent() : Value::of_int(thread.vpid);
    });
}
Value proc_sid(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_int(thread.sid); });
}
Value proc_vpgid(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_int(thread.leader->vpgid); });
}
Value proc_pgid(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_int(thread.leader->pgid); });
}
Value proc_is_sid_leader(const Context& c, const FieldArg&) noexcept {
    return of_thread(
        c, [](const Thread& thread) { return Value::of_bool(thread.sid == thread.tgid); });
}
Value proc_is_vpgid_leader(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) {
        return Value::of_bool(thread.leader->vpgid == thread.vpid);
    });
}
Value proc_is_pgid_leader(const Context& c, const FieldArg&) noexcept {
    return of_thread(
        c, [](const Thread& thread) { return Value::of_bool(thread.leader->pgid == thread.tgid); });
}

Value proc_duration(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [&](const Thread& thread) {
        const std::uint64_t start = thread.clone_ts_ns;
        return start == 0 || start > c.event.ts_ns() ? Value::absent()
                                                     : Value::of_uint(c.event.ts_ns() - start);
    });
}
Value proc_pid_ts(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return nonzero(thread.clone_ts_ns); });
}
Value proc_pidns_init_start_ts(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return nonzero(thread.pidns_start_ns); });
}

Value proc_is_exe_writable(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) { return Value::of_bool(image.writable); });
}
Value proc_is_exe_upper_layer(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) { return Value::of_bool(image.upper_layer); });
}
Value proc_is_exe_lower_layer(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) { return Value::of_bool(image.lower_layer); });
}
Value proc_is_exe_from_memfd(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) { return Value::of_bool(image.from_memfd); });
}
Value proc_exe_ino(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) {
        return image.exe_ino == 0 ? Value::absent()
                                  : Value::of_int(static_cast<std::int64_t>(image.exe_ino));
    });
}
Value proc_exe_ino_ctime(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) { return nonzero(image.ctime_ns); });
}
Value proc_exe_ino_mtime(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [](const ExecImage& image) { return nonzero(image.mtime_ns); });
}
// 0 where the file changed after the process started: no time passed between them.
Value proc_exe_ino_ctime_duration_proc_start(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [&](const ExecImage& image) {
        const std::uint64_t start = c.thread->clone_ts_ns;
        if (image.ctime_ns == 0 || start == 0) return Value::absent();
        return Value::of_uint(start > image.ctime_ns ? start - image.ctime_ns : 0);
    });
}
Value proc_exe_ino_ctime_duration_pidns_start(const Context& c, const FieldArg&) noexcept {
    return of_image(c, [&](const ExecImage& image) {
        const std::uint64_t start = c.thread->pidns_start_ns;
        if (image.ctime_ns == 0 || start == 0) return Value::absent();
        return Value::of_uint(image.ctime_ns > start ? image.ctime_ns - start : 0);
    });
}

Value thread_cap_permitted(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [&](const Thread& thread) { return caps_text(c, thread.cap_permitted); });
}
Value thread_cap_inheritable(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [&](const Thread& thread) { return caps_text(c, thread.cap_inheritable); });
}
Value thread_cap_effective(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [&](const Thread& thread) { return caps_text(c, thread.cap_effective); });
}

Value proc_fdopencount(const Context& c, const FieldArg&) noexcept {
    const Thread* process = leader(c);
    if (process == nullptr) return Value::absent();
    return Value::of_uint(process->fds ? process->fds->size() : 0);
}
Value proc_fdlimit(const Context& c, const FieldArg&) noexcept {
    const Thread* process = leader(c);
    return process == nullptr ? Value::absent() : Value::of_int(process->fd_limit);
}
Value proc_fdusage(const Context& c, const FieldArg&) noexcept {
    const Thread* process = leader(c);
    if (process == nullptr) return Value::absent();
    const std::size_t open = process->fds ? process->fds->size() : 0;
    const auto limit = static_cast<double>(process->fd_limit);
    return Value::of_double(process->fd_limit <= 0 ? 0.0
                                                   : static_cast<double>(open) * 100.0 / limit);
}

Value proc_vmsize(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_uint(thread.vm_size_kb); });
}
Value proc_vmrss(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_uint(thread.vm_rss_kb); });
}
Value proc_vmswap(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_uint(thread.vm_swap_kb); });
}
Value thread_vmsize(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) {
        return Value::of_uint(thread.is_leader() ? thread.vm_size_kb : 0);
    });
}
Value thread_vmrss(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) {
        return Value::of_uint(thread.is_leader() ? thread.vm_rss_kb : 0);
    });
}
Value thread_vmsize_b(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) {
        return Value::of_uint(thread.is_leader() ? std::uint64_t{thread.vm_size_kb} * 1024 : 0);
    });
}
Value thread_vmrss_b(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) {
        return Value::of_uint(thread.is_leader() ? std::uint64_t{thread.vm_rss_kb} * 1024 : 0);
    });
}
Value thread_pfmajor(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_uint(thread.faults_major); });
}
Value thread_pfminor(const Context& c, const FieldArg&) noexcept {
    return of_thread(c, [](const Thread& thread) { return Value::of_uint(thread.faults_minor); });
}

Value proc_stdin_type(const Context& c, const FieldArg&) noexcept { return stdio_type(c, 0); }
Value proc_stdout_type(const Context& c, const FieldArg&) noexcept { return stdio_type(c, 1); }
Value proc_stderr_type(const Context& c, const FieldArg&) noexcept { return stdio_type(c, 2); }
Value proc_stdin_name(const Context& c, const FieldArg&) noexcept { return stdio_name(c, 0); }
Value proc_stdout_name(const Context& c, const FieldArg&) noexcept { return stdio_name(c, 1); }
Value proc_stderr_name(const Context& c, const FieldArg&) noexcept { return stdio_name(c, 2); }

}  // namespace extract
}  // namespace sensor::fields
