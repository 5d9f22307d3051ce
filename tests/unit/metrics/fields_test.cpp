// SPDX-License-Identifier: Apache-2.0
// Snapshots as fields of the alert and as JSON lines: keys, deltas, rates, units, zeros.
#include "metrics/fields.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/unit/metrics/filled.hpp"

namespace {

using namespace sensor::metrics;
using sensor::testing::filled_snapshot;
using sensor::testing::kStartNs;

MetricsOptions all_on() {
    MetricsOptions options;
    options.enabled = true;
    return options;
}

nlohmann::json object_of(const std::vector<Field>& fields) {
    return nlohmann::json::parse(json_line(1, fields))["output_fields"];
}

void check_has(const nlohmann::json& object, const nlohmann::json& expected) {
    for (const auto& [key, value] : expected.items()) {
        CAPTURE(key);
        REQUIRE(object.contains(key));
        CHECK(object[key] == value);
    }
}

TEST_CASE("what a snapshot always says") {
    const nlohmann::json object = object_of(Sampler(all_on()).fields(filled_snapshot()));
    check_has(object,
              {{"evt.time", 1'700'000'010'500'000'000},
               {"evt.hostname", "node-7"},
               {"evt.source", "syscall"},
               {"falco.version", "0.1.0"},
               {"falco.reload_ts", 1'700'000'000'000'000'005},
               {"falco.start_ts", 1'700'000'000'000'000'000},
               {"falco.duration_sec", 10},
               {"falco.kernel_release", "6.1.0-13-amd64"},
               {"falco.host_boot_ts", 1'690'000'000'000'000'000},
               {"falco.host_num_cpus", 8},
               {"falco.outputs_queue_num_drops", 21},
               {"falco.num_evts", 8000},
               {"falco.num_evts_prev", 0},
               {"falco.sha256_rules_file.falco_rules_yaml", "aa11"},
               {"falco.sha256_rules_file.my_rules_2_yaml", "bb22"},
               {"falco.sha256_config_file.falco_yaml", "cc33"},
               {"falco.host_netinfo.interfaces.eth0.protocols.ipv4.addresses", "10.0.0.7,10.0.1.7"},
               {"falco.host_netinfo.interfaces.eth0.protocols.ipv6.addresses", "fe80::7"},
               {"falco.host_netinfo.interfaces.wg0.100.protocols.ipv4.addresses", "10.9.0.7"},
               {"scap.engine_name", "modern_bpf"}});
    CHECK_FALSE(object.contains("falco.evts_rate_sec"));
    CHECK_FALSE(object.contains("falco.host_netinfo.interfaces.lo.protocols.ipv4.addresses"));
    CHECK_FALSE(object.contains("falco.host_netinfo.interfaces.wg0.100.protocols.ipv6.addresses"));
}

TEST_CASE("rules by sanitised names, and their sum") {
    const nlohmann::json object = object_of(Sampler(all_on()).fields(filled_snapshot()));
    check_has(object, {{"falco.rules.matches_total", 11},
                       {"falco.rules.Shadow_opened", 8},
                       {"falco.rules.Testing_rule_2_CVE_2244", 3}});
    CHECK_FALSE(object.contains("falco.rules.Never_fired"));
}

TEST_CASE("resources in MiB, or in the units of the system") {
    check_has(object_of(Sampler(all_on()).fields(filled_snapshot())),
              {{"falco.cpu_usage_perc", 12.5},
               {"falco.memory_rss_mb", 29.3},
               {"falco.memory_vsz_mb", 117.2},
               {"falco.memory_pss_mb", 24.4},
               {"falco.container_memory_used_mb", 50.0},
               {"falco.host_cpu_usage_perc", 50.0},
               {"falco.host_memory_used_mb", 4000.0},
               {"falco.host_procs_running", 3},
               {"falco.host_open_fds", 2176}});
    MetricsOptions raw = all_on();
    raw.convert_memory_to_mb = false;
    const nlohmann::json object = object_of(Sampler(raw).fields(filled_snapshot()));
    check_has(object, {{"falco.memory_rss_kb", 30000},
                       {"falco.container_memory_used_bytes", 52428800},
                       {"falco.host_memory_used_kb", 4096000}});
    CHECK_FALSE(object.contains("falco.memory_rss_mb"));
}

TEST_CASE("counters of state, kernel, processors, iterators, programs, plugins") {
    check_has(object_of(Sampler(all_on()).fields(filled_snapshot())),
              {{"falco.n_threads", 101},
               {"falco.n_fds", 102},
               {"falco.n_drops_full_threadtable", 117},
               {"scap.n_evts", 9001},
               {"scap.n_evts_prev", 0},
               {"scap.n_drops", 41},
               {"scap.n_drops_prev", 0},
               {"scap.n_drops_perc", 0.5},
               {"scap.n_drops_buffer_total", 50},
               {"scap.n_drops_buffer_clone_fork_exit", 1},
               {"scap.n_drops_buffer_close_exit", 12},
               {"scap.n_drops_scratch_map", 6},
               {"scap.n_evts_cpu_1", 5001},
               {"scap.n_drops_cpu_0", 30},
               {"scap.n_evts_task_file_memfd", 72},
               {"scap.n_drops_task_file_anon_inode", 89},
               {"scap.sys_exit.run_cnt", 1000},
               {"scap.sys_exit.run_time_ns", 250000},
               {"scap.sys_exit.avg_time_ns", 250},
               {"plugins.container.n_containers", 17},
               {"falco_ebpf.healthy", 1},
               {"falco_ebpf.events_lost.bulk.open.too_large", 6}});
}

TEST_CASE("the second snapshot has what came since the first") {
    Sampler sampler(all_on());
    Snapshot snapshot = filled_snapshot();
    CHECK(sampler.sample() == 0);
    (void)sampler.fields(snapshot);
    CHECK(sampler.sample() == 1);
    snapshot.ts_ns += 4'000'000'000;
    snapshot.judged += 1001;
    snapshot.kernel.events += 2000;
    snapshot.kernel.drops += 25;
    const nlohmann::json object = object_of(sampler.fields(snapshot));
    check_has(object, {{"falco.num_evts", 9001},
                       {"falco.num_evts_prev", 8000},
                       {"falco.evts_rate_sec", 250.3},
                       {"scap.n_evts", 11001},
                       {"scap.n_evts_prev", 9001},
                       {"scap.evts_rate_sec", 500.0},
                       {"scap.n_drops", 66},
                       {"scap.n_drops_prev", 41},
                       {"scap.evts_drop_rate_sec", 6.3},
                       {"scap.n_drops_perc", 1.3}});
    CHECK(sampler.sample() == 2);
}

TEST_CASE("counters that start again, and a clock that goes back, give no nonsense") {
    Sampler sampler(all_on());
    Snapshot snapshot = filled_snapshot();
    (void)sampler.fields(snapshot);
    Snapshot fresh;
    fresh.ts_ns = snapshot.ts_ns + 1'000'000'000;
    nlohmann::json object = object_of(sampler.fields(fresh));
    check_has(object, {{"falco.evts_rate_sec", 0.0}, {"scap.n_drops_perc", 0.0}});
    fresh.ts_ns -= 2'000'000'000;
    object = object_of(sampler.fields(fresh));
    CHECK_FALSE(object.contains("falco.evts_rate_sec"));
}

TEST_CASE("zeros are left out unless asked for, but for the base counters") {
    Snapshot snapshot;
    snapshot.ts_ns = kStartNs;
    nlohmann::json object = object_of(Sampler(all_on()).fields(snapshot));
    for (const char* key : {"falco.num_evts", "falco.num_evts_prev", "scap.n_evts", "scap.n_drops",
                            "scap.n_evts_prev", "scap.n_drops_prev", "scap.n_drops_perc",
                            "falco.outputs_queue_num_drops"}) {
        CAPTURE(key);
        CHECK(object.contains(key));
    }
    for (const char* key : {"falco.rules.matches_total", "falco.n_threads",
                            "scap.n_drops_buffer_total", "scap.n_drops_buffer_open_exit"}) {
        CAPTURE(key);
        CHECK_FALSE(object.contains(key));
    }
    MetricsOptions options = all_on();
    options.include_empty_values = true;
    check_has(object_of(Sampler(options).fields(snapshot)),
              {{"falco.rules.matches_total", 0},
               {"falco.n_threads", 0},
               {"scap.n_drops_buffer_total", 0},
               {"scap.n_drops_buffer_open_exit", 0},
               {"scap.n_drops_buffer_open_enter", 0}});
}

TEST_CASE("names that make one key: rules add up, files are numbered") {
    Snapshot snapshot;
    snapshot.rules = std::make_shared<const std::vector<RuleName>>(
        std::vector<RuleName>{{"a b", 1, "s", {}}, {"a  b!", 1, "s", {}}, {"a-b", 1, "s", {}}});
    snapshot.rule_counts = {{1, 0, 0, 0}, {2, 0, 0, 0}, {4, 0, 0, 0}};
    snapshot.host.rules_files = {
        {"x.yaml", "11"}, {"x yaml", "22"}, {"x-yaml", "33"}, {"x.yaml", "11"}};
    check_has(object_of(Sampler(all_on()).fields(snapshot)),
              {{"falco.rules.a_b", 7},
               {"falco.sha256_rules_file.x_yaml", "11"},
               {"falco.sha256_rules_file.x_yaml_2", "22"},
               {"falco.sha256_rules_file.x_yaml_3", "33"}});
}

TEST_CASE("a line of the file is one JSON object, whatever the texts hold") {
    Snapshot snapshot;
    snapshot.host.hostname = "bad \xff \"name\"\n";
    const std::string line = json_line(7, Sampler(all_on()).fields(snapshot));
    CHECK(line.find('\n') == std::string::npos);
    const nlohmann::json object = nlohmann::json::parse(line);
    CHECK(object["sample"] == 7);
    CHECK(object["output_fields"]["evt.hostname"] == "bad \xef\xbf\xbd \"name\"\n");
    CHECK(object.size() == 2);
}

TEST_CASE("metrics that are off are in no snapshot") {
    MetricsOptions options = all_on();
    options.rules_counters = false;
    options.kernel_event_counters = false;
    const nlohmann::json object = object_of(Sampler(options).fields(filled_snapshot()));
    CHECK_FALSE(object.contains("falco.rules.matches_total"));
    CHECK_FALSE(object.contains("scap.n_evts"));
    CHECK_FALSE(object.contains("scap.n_drops_perc"));
    CHECK(object.contains("falco.num_evts"));
}

}  // namespace
