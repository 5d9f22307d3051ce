// SPDX-License-Identifier: Apache-2.0
// Groups of settings that belong to no module of their own. Their defaults are held against
// grammar/config.def by a test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log.hpp"

namespace sensor::config {

/// syscall_event_drops. Any loss is said, unless the configuration has it otherwise.
struct DropOptions {
    double threshold = 0;  ///< share of events lost that is still fine
    bool log = true;
    bool alert = true;
    bool exit = false;
    double rate = 0.03333;  ///< actions a second
    double max_burst = 1;
    bool simulate = false;  ///< pretend one drop a second; the threshold is 0 then
    friend bool operator==(const DropOptions&, const DropOptions&) = default;
};

struct RingOptions {
    std::uint32_t preset = 4;  ///< of a ring: 1 MiB << (preset - 1)
    std::uint32_t cpus = 2;    ///< that share a ring, 0: all
    bool drop_failed = false;  ///< system calls that fail are dropped in the kernel
    friend bool operator==(const RingOptions&, const RingOptions&) = default;
};

/// The table of threads.
struct ThreadOptions {
    std::uint32_t most = 262144;
    std::uint32_t purge_interval_s = 300;
    std::uint32_t idle_s = 300;  ///< without an event, before it is looked whether it still lives
    friend bool operator==(const ThreadOptions&, const ThreadOptions&) = default;
};

/// Capture files around alerts.
struct CaptureOptions {
    bool enabled = false;
    std::string path_prefix = "/tmp/falco";
    bool all_rules = false;  ///< else those with `capture: true`
    std::uint64_t duration_ms = 5000;
    std::uint64_t most_mb = 0;  ///< of a file, 0: any size
    friend bool operator==(const CaptureOptions&, const CaptureOptions&) = default;
};

/// Lines of libraries (libbpf) in the log.
struct LibsLogOptions {
    bool enabled = true;
    log::Level least = log::Level::Info;
    friend bool operator==(const LibsLogOptions&, const LibsLogOptions&) = default;
};

/// A container runtime. Without sockets: its usual ones.
struct RuntimeOptions {
    bool enabled = true;
    std::vector<std::string> sockets;
    friend bool operator==(const RuntimeOptions&, const RuntimeOptions&) = default;
};

/// init_config of the plugin `container`, which is built in.
struct ContainerOptions {
    std::uint32_t label_max_len = 100;  ///< longer values of labels are left out
    bool with_size = false;
    bool on_create = true;  ///< look at a container when it is made,
    bool on_start = false;  ///< when it is started
    RuntimeOptions docker, podman, containerd, cri, lxc, libvirt_lxc, bpm;
    bool fixed = false;  ///< every process is in the container that follows
    std::string fixed_id, fixed_name, fixed_image;
    std::uint32_t patience_ms = 1000;  ///< alerts wait for names for so long
    bool follow_up = true;             ///< one alert with the names, if they come after that
    friend bool operator==(const ContainerOptions&, const ContainerOptions&) = default;
};

/// A plugin that was asked for and is not available.
struct ForeignPlugin {
    std::string name;
    std::string library;
    std::string source;  ///< of events, where it is known to have one
    friend bool operator==(const ForeignPlugin&, const ForeignPlugin&) = default;
};

}  // namespace sensor::config
