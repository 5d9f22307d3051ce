// SPDX-License-Identifier: Apache-2.0
#include "bench/sensors.hpp"

#include <unistd.h>

#include <filesystem>

#include "base/log.hpp"
#include "bench/tree.hpp"

namespace sensor::bench {
namespace {

namespace fs = std::filesystem;

std::string program_of(const SensorOptions& o) {
    return o.sensor.empty() ? (fs::path(own_folder()) / "falco-ebpf").string() : o.sensor;
}

std::vector<std::string> sensor_argv(const SensorOptions& o) {
    if (!o.sensor_args.empty()) {
        return shell_command(format("{} {} --ready-fd {}", program_of(o), o.sensor_args, kReadyFd));
    }
    std::vector<std::string> argv{program_of(o)};
    const std::string config = o.config.empty() ? in_tree("config/falco.yaml") : o.config;
    const std::string rules = o.rules.empty() ? in_tree("rules") : o.rules;
    if (!config.empty()) argv.insert(argv.end(), {"-c", config});
    if (!rules.empty()) argv.insert(argv.end(), {"-r", rules});
    argv.insert(argv.end(), {"--scope", format("tree={}", getpid())});
    argv.insert(argv.end(), {"--ready-fd", std::to_string(kReadyFd)});
    return argv;
}

Command peer_command(const SensorOptions& o, std::size_t i, const std::vector<int>& cpus) {
    Command peer;
    peer.name = i < o.peer_names.size() ? o.peer_names[i] : command_name(o.peers[i]);
    peer.argv = shell_command(o.peers[i]);
    peer.readiness.by_text = o.peer_ready;
    peer.readiness.delay_ms = static_cast<unsigned>(o.peer_delay_s * 1000);
    peer.cpus = cpus;
    return peer;
}

}  // namespace

Result<> check_sensors(const SensorOptions& o) {
    if (o.no_sensor && o.peers.empty()) return Error("nothing to compare: no sensor and no peer");
    if (o.no_sensor) return Ok{};
    if (!o.sensor.empty() || fs::exists(program_of(o))) return Ok{};
    return Error("no falco-ebpf beside this program; give --sensor PATH or --no-sensor");
}

Command sensor_command(const SensorOptions& o, const std::vector<int>& cpus,
                       const std::vector<std::string>& more) {
    Command sensor;
    sensor.name = "falco-ebpf";
    sensor.argv = sensor_argv(o);
    sensor.argv.insert(sensor.argv.end(), more.begin(), more.end());
    sensor.cpus = cpus;
    sensor.readiness.by_pipe = true;
    return sensor;
}

void add_sensors(const SensorOptions& o, const std::vector<int>& cpus,
                 std::vector<std::unique_ptr<Variant>>& variants) {
    if (!o.no_sensor) variants.push_back(make_command_variant(sensor_command(o, cpus)));
    for (std::size_t i = 0; i < o.peers.size(); ++i)
        variants.push_back(make_command_variant(peer_command(o, i, cpus)));
}

}  // namespace sensor::bench
