// SPDX-License-Identifier: Apache-2.0
// TaskSnapshot: one process or thread as the kernel's task iterator reports it at start-up. Made by
// capture/kernel, consumed by state/. Text that /proc has anyway (cmdline, environment, paths) is
// not here: the state reads it from there by `ns_tgid`.
#pragma once

#include <array>
#include <cstdint>

namespace sensor {

struct TaskSnapshot {
    std::uint32_t tgid = 0, tid = 0;        ///< kernel numbers: the initial PID namespace
    std::uint32_t ns_tgid = 0, ns_tid = 0;  ///< from the sensor's PID namespace, 0: not visible
    std::uint32_t parent_tgid = 0;          ///< kernel number, 0: none
    std::uint64_t start_ns = 0;             ///< start of the leader, ns on the boot clock
    std::int64_t sid = 0, pgid = 0;         ///< kernel numbers
    std::int64_t vpgid = 0;                 ///< process group in the task's own PID namespace
    std::int64_t vtid = 0, vpid = 0;        ///< numbers in the task's own PID namespace
    std::uint32_t tty = 0;                  ///< device number, 0: none
    std::uint32_t loginuid = 0xffffffffU;   ///< 0xffffffff: unset
    std::uint32_t uid = 0xffffffffU, gid = 0xffffffffU;  ///< effective, initial user namespace
    std::uint64_t cap_inheritable = 0, cap_permitted = 0, cap_effective = 0;
    std::uint64_t cgroup = 0;     ///< id in the v2 hierarchy
    std::uint32_t flags = 0;      ///< PF_* of the task; PF_KTHREAD is 0x00200000
    std::array<char, 16> comm{};  ///< NUL terminated
};

}  // namespace sensor
