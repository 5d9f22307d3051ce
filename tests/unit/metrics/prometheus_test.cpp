// SPDX-License-Identifier: Apache-2.0
// The Prometheus text, line by line, against the names, labels, units and types that the peer's
// dashboards know (each expectation written from its specification), and ours.
#include "metrics/prometheus.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/unit/metrics/filled.hpp"

namespace {

using namespace sensor::metrics;
using sensor::testing::filled_snapshot;
using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
    Lines out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

/// The series of the peer's names, sorted; no comments.
Lines series(const std::string& text, const std::string& prefix) {
    Lines out;
    for (const std::string& line : lines_of(text)) {
        if (line.starts_with(prefix)) out.push_back(line);
    }
    std::sort(out.begin(), out.end());
    return out;
}

Lines sorted(Lines lines) {
    std::sort(lines.begin(), lines.end());
    return lines;
}

MetricsOptions all_on() {
    MetricsOptions options;
    options.enabled = true;
    return options;
}

std::string type_of(const std::string& text, const std::string& family) {
    const std::string before = "# TYPE " + family + " ";
    for (const std::string& line : lines_of(text)) {
        if (line.starts_with(before)) return line.substr(before.size());
    }
    return "none";
}

TEST_CASE("what runs where, by the peer's names") {
    const Lines expected = sorted({
        R"(falcosecurity_evt_hostname_info{hostname="node-7"} 1)",
        R"(falcosecurity_falco_version_info{version="0.1.0"} 1)",
        R"(falcosecurity_falco_sha256_rules_files_info{file_name="falco_rules.yaml",sha256="aa11"} 1)",
        R"(falcosecurity_falco_sha256_rules_files_info{file_name="my rules (2).yaml",sha256="bb22"} 1)",
        R"(falcosecurity_falco_sha256_config_files_info{file_name="falco.yaml",sha256="cc33"} 1)",
        "falcosecurity_falco_outputs_queue_num_drops_total 21",
        "falcosecurity_falco_reload_timestamp_nanoseconds 1700000000000000005",
        "falcosecurity_falco_start_timestamp_nanoseconds 1700000000000000000",
        "falcosecurity_falco_host_boot_timestamp_nanoseconds 1690000000000000000",
        "falcosecurity_falco_duration_seconds_total 10",
        "falcosecurity_falco_host_num_cpus_total 8",
        R"(falcosecurity_falco_kernel_release_info{kernel_release="6.1.0-13-amd64"} 1)",
        R"(falcosecurity_scap_engine_name_info{engine_name="modern_bpf",evt_source="syscall"} 1)",
    });
    MetricsOptions facts_only = all_on();
    facts_only.rules_counters = facts_only.resource_utilization = facts_only.state_counters = false;
    facts_only.kernel_event_counters = facts_only.kernel_event_counters_per_cpu = false;
    facts_only.kernel_iter_event_counters = facts_only.libbpf_stats = facts_only.plugins_metrics =
        false;
    CHECK(series(prometheus_text(filled_snapshot(), facts_only), "falcosecurity_") == expected);
}

TEST_CASE("rules that had alerts, with their tags") {
    const Lines expected = sorted({
        R"(falcosecurity_falco_rules_matches_total{priority="4",rule_name="Shadow opened",source="syscall",tag_filesystem="true",tag_mitre_credential_access="true"} 8)",
        R"x(falcosecurity_falco_rules_matches_total{priority="6",rule_name="Testing rule   2 (CVE-2244)",source="syscall"} 3)x",
    });
    CHECK(series(prometheus_text(filled_snapshot(), all_on()), "falcosecurity_falco_rules_") ==
          expected);
}

TEST_CASE("resources are in bytes and parts of one") {
    const std::string text = prometheus_text(filled_snapshot(), all_on());
    const Lines all = lines_of(text);
    for (const char* line : {"falcosecurity_falco_cpu_usage_ratio 0.125000",
                             "falcosecurity_falco_memory_rss_bytes 30720000",
                             "falcosecurity_falco_memory_vsz_bytes 122880000",
                             "falcosecurity_falco_memory_pss_bytes 25600000",
                             "falcosecurity_falco_container_memory_used_bytes 52428800",
                             "falcosecurity_falco_host_cpu_usage_ratio 0.500000",
                             "falcosecurity_falco_host_memory_used_bytes 4194304000",
                             "falcosecurity_falco_host_procs_running_total 3",
                             "falcosecurity_falco_host_open_fds_total 2176"}) {
        CAPTURE(line);
        CHECK(std::find(all.begin(), all.end(), line) != all.end());
        const std::string name(line, std::string(line).find(' '));
        CHECK(type_of(text, name) == "gauge");
    }
}

TEST_CASE("what could not be read has no series") {
    Snapshot snapshot = filled_snapshot();
    snapshot.resources = {};
    snapshot.health.detection_ns.reset();
    snapshot.web.reset();
    const std::string text = prometheus_text(snapshot, all_on());
    CHECK(text.find("memory_rss") == std::string::npos);
    CHECK(text.find("cpu_usage") == std::string::npos);
    CHECK(text.find("falco_ebpf_detection") == std::string::npos);
    CHECK(text.find("falco_ebpf_web_") == std::string::npos);
}

TEST_CASE("state counters") {
    const std::string text = prometheus_text(filled_snapshot(), all_on());
    const std::map<std::string, unsigned> expected = {{"n_threads", 101},
                                                      {"n_fds", 102},
                                                      {"n_noncached_fd_lookups", 103},
                                                      {"n_cached_fd_lookups", 104},
                                                      {"n_failed_fd_lookups", 105},
                                                      {"n_added_fds", 106},
                                                      {"n_removed_fds", 107},
                                                      {"n_stored_evts", 108},
                                                      {"n_store_evts_drops", 109},
                                                      {"n_retrieved_evts", 110},
                                                      {"n_retrieve_evts_drops", 111},
                                                      {"n_noncached_thread_lookups", 112},
                                                      {"n_cached_thread_lookups", 113},
                                                      {"n_failed_thread_lookups", 114},
                                                      {"n_added_threads", 115},
                                                      {"n_removed_threads", 116},
                                                      {"n_drops_full_threadtable", 117}};
    const Lines all = lines_of(text);
    for (const auto& [name, value] : expected) {
        CAPTURE(name);
        const std::string family = "falcosecurity_scap_" + name + "_total";
        CHECK(std::find(all.begin(), all.end(), family + " " + std::to_string(value)) != all.end());
        const bool is_gauge = name == "n_threads" || name == "n_fds";
        CHECK(type_of(text, family) == (is_gauge ? "gauge" : "counter"));
    }
}

TEST_CASE("kernel counters, drops by kind, processors") {
    const std::string text = prometheus_text(filled_snapshot(), all_on());
    CHECK(series(text, "falcosecurity_scap_n_evts_total") ==
          Lines{"falcosecurity_scap_n_evts_total 9001"});
    CHECK(series(text, "falcosecurity_scap_n_drops_total") ==
          Lines{"falcosecurity_scap_n_drops_total 41"});
    CHECK(series(text, "falcosecurity_scap_n_drops_scratch_map") ==
          Lines{"falcosecurity_scap_n_drops_scratch_map_total 6"});
    const std::map<std::string, unsigned> kinds = {
        {"clone_fork", 1}, {"execve", 2},         {"connect", 4}, {"open", 11},
        {"dir_file", 5},   {"other_interest", 8}, {"close", 12},  {"proc", 7}};
    Lines expected;
    for (const auto& [kind, drops] : kinds) {
        const std::string name = R"(falcosecurity_scap_n_drops_buffer_total{dir=")";
        expected.push_back(name + R"(enter",drop=")" + kind + R"("} 0)");
        expected.push_back(name + R"(exit",drop=")" + kind + R"("} )" + std::to_string(drops));
    }
    CHECK(series(text, "falcosecurity_scap_n_drops_buffer") == sorted(expected));
    const Lines events = {R"(falcosecurity_scap_n_evts_cpu_total{cpu="0"} 4000)",
                          R"(falcosecurity_scap_n_evts_cpu_total{cpu="1"} 5001)"};
    const Lines drops = {R"(falcosecurity_scap_n_drops_cpu_total{cpu="0"} 30)",
                         R"(falcosecurity_scap_n_drops_cpu_total{cpu="1"} 11)"};
    CHECK(series(text, "falcosecurity_scap_n_evts_cpu") == events);
    CHECK(series(text, "falcosecurity_scap_n_drops_cpu") == drops);
    CHECK(type_of(text, "falcosecurity_scap_n_drops_buffer_total") == "counter");
}

TEST_CASE("iterators, BPF programs and plugins are named after what they are of") {
    const std::string text = prometheus_text(filled_snapshot(), all_on());
    Lines expected = {"falcosecurity_scap_n_evts_task_total 61"};
    const char* kinds[] = {"pipe",        "memfd",          "regular",
                           "directory",   "socket_inet",    "socket_inet6",
                           "socket_unix", "socket_netlink", "anon_inode"};
    for (int k = 0; k < 9; ++k)
        expected.push_back(std::string("falcosecurity_scap_n_evts_task_file_") + kinds[k] +
                           "_total " + std::to_string(71 + k));
    CHECK(series(text, "falcosecurity_scap_n_evts_task") == sorted(expected));
    expected = {"falcosecurity_scap_n_drops_task_total 62"};
    for (int k = 0; k < 9; ++k)
        expected.push_back(std::string("falcosecurity_scap_n_drops_task_file_") + kinds[k] +
                           "_total " + std::to_string(81 + k));
    CHECK(series(text, "falcosecurity_scap_n_drops_task") == sorted(expected));
    CHECK(series(text, "falcosecurity_scap_n_drops_max") ==
          Lines{"falcosecurity_scap_n_drops_max_event_size_total 63"});
    CHECK(series(text, "falcosecurity_scap_sys_exit") ==
          Lines{"falcosecurity_scap_sys_exit_avg_time_nanoseconds 250",
                "falcosecurity_scap_sys_exit_run_cnt_total 1000",
                "falcosecurity_scap_sys_exit_run_time_nanoseconds_total 250000"});
    CHECK(type_of(text, "falcosecurity_scap_sys_exit_avg_time_nanoseconds") == "gauge");
    CHECK(type_of(text, "falcosecurity_scap_sys_exit_run_cnt_total") == "counter");
    CHECK(series(text, "falcosecurity_plugins_") ==
          Lines{"falcosecurity_plugins_container_n_containers_total 17"});
    CHECK(type_of(text, "falcosecurity_plugins_container_n_containers_total") == "gauge");
}

const char* const kOfContainers[] = {
    R"(falco_ebpf_containers{state="known"} 41)",
    R"(falco_ebpf_containers{state="pending"} 42)",
    R"(falco_ebpf_container_changes_total{what="removed"} 43)",
    R"(falco_ebpf_container_changes_total{what="cut_records"} 44)",
    R"(falco_ebpf_deferred_total{what="waited"} 45)",
    R"(falco_ebpf_deferred_total{what="incomplete"} 46)",
    "falco_ebpf_deferred_seconds_total 4.700000000",
    "falco_ebpf_deferred_longest_seconds 0.480000000",
};

TEST_CASE("our own metrics") {
    Lines expected({
        R"(falco_ebpf_rule_evaluations_total{rule_name="Shadow opened",source="syscall"} 900)",
        R"(falco_ebpf_rule_evaluations_total{rule_name="Never fired",source="syscall"} 40)",
        R"(falco_ebpf_rule_hits_total{rule_name="Shadow opened",source="syscall"} 8)",
        R"(falco_ebpf_rule_seconds_total{rule_name="Shadow opened",source="syscall"} 1.500000000)",
        R"(falco_ebpf_rule_seconds_total{rule_name="Never fired",source="syscall"} 0.000000007)",
        R"(falco_ebpf_alerts_suppressed_total{reason="rate"} 13)",
        R"(falco_ebpf_alerts_suppressed_total{reason="aggregation"} 14)",
        R"(falco_ebpf_events_seen_total{type="openat"} 700)",
        R"(falco_ebpf_events_seen_total{type="execve"} 90)",
        R"(falco_ebpf_events_judged_total{type="openat"} 500)",
        R"(falco_ebpf_events_judged_total{type="execve"} 90)",
        R"(falco_ebpf_events_kept_out_total{reason="interest",type="openat"} 120)",
        R"(falco_ebpf_events_kept_out_total{reason="filter",type="openat"} 80)",
        R"(falco_ebpf_events_lost_total{kind="open",lane="bulk",reason="ring_full"} 11)",
        R"(falco_ebpf_events_lost_total{kind="close",lane="bulk",reason="ring_full"} 12)",
        R"(falco_ebpf_events_lost_total{kind="clone_fork",lane="critical",reason="ring_full"} 1)",
        R"(falco_ebpf_events_lost_total{kind="execve",lane="critical",reason="ring_full"} 2)",
        R"(falco_ebpf_events_lost_total{kind="connect",lane="bulk",reason="ring_full"} 4)",
        R"(falco_ebpf_events_lost_total{kind="dir_file",lane="bulk",reason="ring_full"} 5)",
        R"(falco_ebpf_events_lost_total{kind="proc",lane="critical",reason="ring_full"} 7)",
        R"(falco_ebpf_events_lost_total{kind="other_interest",lane="any",reason="ring_full"} 8)",
        R"(falco_ebpf_events_lost_total{kind="open",lane="bulk",reason="too_large"} 6)",
        "falco_ebpf_gaps_total 3",
        R"(falco_ebpf_state_changes_total{what="threads_evicted"} 31)",
        R"(falco_ebpf_state_changes_total{what="pid_reuse"} 32)",
        R"(falco_ebpf_output_delivered_total{channel="stdout"} 100)",
        R"(falco_ebpf_output_delivered_total{channel="http"} 70)",
        R"(falco_ebpf_output_refused_total{channel="stdout"} 0)",
        R"(falco_ebpf_output_refused_total{channel="http"} 9)",
        R"(falco_ebpf_output_dropped_total{channel="http",reason="spool_full"} 2)",
        R"(falco_ebpf_output_waiting{channel="stdout"} 0)",
        R"(falco_ebpf_output_waiting{channel="http"} 4)",
        "falco_ebpf_preemptions_total 2",
        R"(falco_ebpf_output_spooled{channel="stdout"} 0)",
        R"(falco_ebpf_output_spooled{channel="http"} 8)",
        R"(falco_ebpf_output_spool_bytes{channel="stdout"} 0)",
        R"(falco_ebpf_output_spool_bytes{channel="http"} 8192)",
        R"(falco_ebpf_recorded_total{what="files"} 3)",
        R"(falco_ebpf_recorded_total{what="lost_events"} 0)",
        "falco_ebpf_queue_alerts 5",
        "falco_ebpf_queue_bytes 4096",
        "falco_ebpf_queue_limit_bytes 16777216",
        "falco_ebpf_healthy 1",
        "falco_ebpf_detection_seconds 0.003000000",
        R"(falco_ebpf_reloads_total{result="ok"} 2)",
        R"(falco_ebpf_reloads_total{result="failed"} 1)",
        "falco_ebpf_reload_seconds 1.250000000",
        "falco_ebpf_start_seconds 0.170000000",
        R"(falco_ebpf_probe_memory_bytes{kind="rings"} 5242880)",
        R"(falco_ebpf_probe_memory_bytes{kind="maps"} 65536)",
        R"(falco_ebpf_web_requests_total{code="200"} 40)",
        R"(falco_ebpf_web_requests_total{code="404"} 1)",
        "falco_ebpf_web_connections 2",
        R"(falco_ebpf_web_refused_total{reason="deadline"} 5)",
    });
    expected.insert(expected.end(), std::begin(kOfContainers), std::end(kOfContainers));
    CHECK(series(prometheus_text(filled_snapshot(), all_on()), "falco_ebpf_") == sorted(expected));
}

TEST_CASE("every family has HELP and TYPE once, before all its series, which are unique") {
    const std::string text = prometheus_text(filled_snapshot(), all_on());
    REQUIRE(text.ends_with('\n'));
    std::set<std::string> helped, typed, seen;
    std::string family;
    for (const std::string& line : lines_of(text)) {
        CAPTURE(line);
        std::istringstream words(line);
        std::string first, second, third;
        words >> first >> second >> third;
        if (first != "#") {
            CHECK(line.substr(0, line.find_first_of("{ ")) == family);
            CHECK(seen.insert(line.substr(0, line.rfind(' '))).second);
        } else if (second == "HELP") {
            CHECK(helped.insert(third).second);
            family = third;
        } else {
            CHECK(second == "TYPE");
            CHECK(third == family);
            CHECK(typed.insert(third).second);
        }
    }
    CHECK(helped == typed);
}

TEST_CASE("two files of one name and content, two programs of one name: one series") {
    Snapshot snapshot = filled_snapshot();
    snapshot.host.rules_files = {{"a.yaml", "11"}, {"a.yaml", "22"}, {"a.yaml", "11"}};
    snapshot.programs = {{"p", 1, 2}, {"q", 3, 4}, {"p", 5, 6}};
    const std::string text = prometheus_text(snapshot, all_on());
    CHECK(series(text, "falcosecurity_falco_sha256_rules").size() == 2);
    CHECK(series(text, "falcosecurity_scap_p_run_cnt").size() == 1);
    CHECK(series(text, "falcosecurity_scap_q_run_cnt").size() == 1);
    CHECK(text.find("# TYPE falcosecurity_scap_p_run_cnt_total") ==
          text.rfind("# TYPE falcosecurity_scap_p_run_cnt_total"));
}

TEST_CASE("names of rules are escaped, bad bytes replaced, tags made label names") {
    Snapshot snapshot;
    snapshot.rules = std::make_shared<const std::vector<RuleName>>(std::vector<RuleName>{
        {"a \"b\" \\ c\nd \xff\xc3\xa9", 0, "s", {"T1059.004", "x:y", "x-y", "x.y"}}});
    snapshot.rule_counts = {{1, 0, 0, 0}};
    CHECK(
        series(prometheus_text(snapshot, all_on()), "falcosecurity_falco_rules") ==
        Lines{"falcosecurity_falco_rules_matches_total{priority=\"0\",rule_name=\"a \\\"b\\\" \\\\ "
              "c\\nd \xef\xbf\xbd\xc3\xa9\",source=\"s\",tag_T1059_004=\"true\",tag_x_y=\"true\"} "
              "1"});
}

TEST_CASE("each switch turns off its metrics and no others") {
    struct Case {
        bool MetricsOptions::* member;
        const char* sample;
    };
    const std::vector<Case> cases = {
        {&MetricsOptions::rules_counters, "falcosecurity_falco_rules_matches_total"},
        {&MetricsOptions::resource_utilization, "falcosecurity_falco_memory_rss_bytes"},
        {&MetricsOptions::state_counters, "falcosecurity_scap_n_threads_total"},
        {&MetricsOptions::kernel_event_counters, "falcosecurity_scap_n_evts_total"},
        {&MetricsOptions::kernel_event_counters_per_cpu, "falcosecurity_scap_n_evts_cpu_total"},
        {&MetricsOptions::kernel_iter_event_counters, "falcosecurity_scap_n_evts_task_total"},
        {&MetricsOptions::libbpf_stats, "falcosecurity_scap_sys_exit_run_cnt_total"},
        {&MetricsOptions::plugins_metrics, "falcosecurity_plugins_container_n_containers_total"}};
    for (const Case& off : cases) {
        MetricsOptions options = all_on();
        options.*off.member = false;
        const std::string text = prometheus_text(filled_snapshot(), options);
        for (const Case& one : cases) {
            CAPTURE(off.sample, one.sample);
            CHECK((text.find(one.sample) != std::string::npos) == (one.member != off.member));
        }
    }
}

}  // namespace
