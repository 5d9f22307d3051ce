// SPDX-License-Identifier: Apache-2.0
// What keys say together, and mistakes with their places.
#include "config/config.hpp"

#include <algorithm>

#include "tests/unit/config/settings.hpp"

namespace {

using namespace sensor;
using config::load;
using config::said;

bool has(const std::string& text, std::string_view part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("settings are read, environment and -o included") {
    const config::Variable priority("SENSOR_PRIORITY", "warning");
    const auto config = load(
        "rules_files: [a.yaml, b]\npriority: ${SENSOR_PRIORITY}\njson_output: yes\n"
        "stdout_output:\n  enabled: true\nrules:\n  - disable: {tag: x}\n",
        {"json_output=false", "rules[].enable.rule=Some *", "falco_libs.snaplen=200"});
    REQUIRE(config.has_value());
    CHECK(config->rules_files == std::vector<std::string>{"a.yaml", "b"});
    CHECK(config->priority == rules::Priority::Warning);
    CHECK_FALSE(config->outputs.format.json);
    CHECK(config->outputs.standard.has_value());
    CHECK(config->snaplen == 200);
    REQUIRE(config->selections.size() == 2);
    CHECK_FALSE(config->selections[0].enable);
    CHECK(config->selections[1].rule_pattern == "Some *");
}

TEST_CASE("a wrong setting names its place: file, option or variable") {
    CHECK(has(said("json_output: true\npriority: loud\n"),
              "f.yaml:2:11: priority: Unknown rule priority \"loud\"; use emergency, alert"));
    CHECK(said("json_output: [1]\n") ==
          "f.yaml:1:14: json_output must be true or false, not a list");
    CHECK(said("", {"engine.modern_ebpf.buf_size_preset=11"}) ==
          "-o engine.modern_ebpf.buf_size_preset=11: engine.modern_ebpf.buf_size_preset must be a "
          "number from 1 to 10, not '11'");
    const config::Variable size("SENSOR_SIZE", "big");
    CHECK(has(said("falco_libs:\n  snaplen: ${SENSOR_SIZE}\n"),
              "f.yaml:2:12 (environment: SENSOR_SIZE): falco_libs.snaplen must be a number"));
    CHECK(has(said("rule_matching: other\n"),
              "Unknown rule matching strategy \"other\"; use first or all"));
    CHECK(said("webserver: 8080\n") == "f.yaml:1:12: webserver must be a map of settings");
    CHECK(has(said("engine: {kind: [a]}\n"), "f.yaml:1:16: engine.kind must be a text"));
}

TEST_CASE("a text that is no configuration") {
    CHECK(has(said("a: [1\nb: 2\n"), "f.yaml:1:4: '[' is not closed"));
    CHECK(has(said("webserver:\n\tenabled: true\n"), "f.yaml:2:1: a tab cannot indent YAML"));
    CHECK(has(said("a: 1\n b: 2\n"), "f.yaml:2:2: this line does not fit those above"));
    CHECK(has(said("- a\n- b\n"), "f.yaml:1:1: the configuration must be a map of settings"));
    CHECK(has(said("just a sentence\n"), "must be a map"));
    CHECK(has(said("[a]: 1\n"), "f.yaml:1:1: the name of a setting must be a text"));
    CHECK(has(said("a: \xff\n"), "f.yaml:1:4: "));
    CHECK(has(said("a: &x [*x]\n"), "nested too deep"));
    std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
    for (char name = 'b'; name < 'h'; ++name) {
        const char of[] = {'*', static_cast<char>(name - 1), 0};
        bomb += format("{0}: &{0} [{1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}]\n", name, of);
    }
    CHECK(has(said(bomb), "too many settings"));
    CHECK(said("").empty());
    CHECK(said("# nothing\n---\n").empty());
}

TEST_CASE("what counts only once is said") {
    CHECK(said("priority: info\npriority: error\n") ==
          "f.yaml:2:1: 'priority' is set a second time; only the first one counts\n");
    CHECK(load("priority: info\npriority: error\n")->priority == rules::Priority::Informational);
    CHECK(has(said("priority: info\n---\npriority: error\n"), "there are 2 documents"));
}

TEST_CASE("unknown keys are named with their place and the nearest one") {
    CHECK(said("json_ouput: true\n") ==
          "f.yaml:1:1: there is no key 'json_ouput', nothing reads it; did you mean "
          "'json_output'?\n");
    CHECK(has(said("engine:\n  kind: modern_ebpf\n  kernel_fliter: false\n"),
              "f.yaml:3:3: there is no key 'engine.kernel_fliter', nothing reads it; did you mean "
              "'kernel_filter'?"));
    CHECK(has(said("engine: {buf_size_preset: 4}\n"), "'engine.modern_ebpf.buf_size_preset'"));
    CHECK(has(said("append_output: [{extra_ouput: x}]\n"), "'extra_output'"));
    CHECK(has(said("append_output: [{match: {rules: x}}]\n"), "'rule'"));
    CHECK(has(said("", {"webserver.port=1"}), "-o webserver.port=1: there is no key"));
    CHECK(said("http_output: {headers: {X-Any: y}}\nstatic_fields: {any: y}\n").empty());
}

TEST_CASE("channels get their options when they are enabled") {
    const auto config = load(
        "buffered_outputs: true\nstdout_output: {enabled: true}\nsyslog_output: {enabled: true, "
        "ident: me}\nfile_output: {enabled: true, filename: f, keep_alive: true}\n"
        "program_output: {enabled: true, program: cat}\n"
        "http_output: {enabled: true, url: '\"http://h/\"', headers: {a: b}, mtls: true}\n"
        "kafka_output: {enabled: true, brokers: h, properties: {acks: 1}}\n"
        "otlp_output: {enabled: true, url: u, resource: {r: s}}\n");
    REQUIRE(config.has_value());
    const output::OutputOptions& out = config->outputs;
    REQUIRE((out.standard && out.syslog && out.file && out.program && out.http && out.kafka));
    CHECK_FALSE(out.standard->flush_each);
    CHECK_FALSE(out.file->flush_each);
    CHECK_FALSE(out.program->flush_each);
    CHECK(out.syslog->ident == "me");
    CHECK(out.file->keep_alive);
    CHECK(out.http->url == "http://h/");
    CHECK(out.http->headers.at("a") == "b");
    CHECK(out.http->tls.mtls);
    CHECK(out.kafka->properties.at("acks") == "1");
    CHECK(out.otlp.value().resource.at("r") == "s");
    CHECK_FALSE(load("http_output: {url: x}\n")->outputs.any_channel());
}

TEST_CASE("an enabled channel must know where to") {
    for (const char* text : {"file_output: {enabled: true}\n", "program_output: {enabled: true}\n",
                             "http_output: {enabled: true, url: ''}\n",
                             "kafka_output: {enabled: true}\n", "otlp_output: {enabled: true}\n"}) {
        CHECK(has(said(text), "f.yaml:1:"));
        CHECK(has(said(text), "is not set"));
    }
}

TEST_CASE("engines and what they need") {
    CHECK(load("engine: {kind: nodriver}\n")->no_events);
    CHECK(load("engine: {kind: replay, replay: {capture_file: x}}\n")->capture_file == "x");
    CHECK(load("engine: {replay: {capture_file: x}}\n")->capture_file.empty());
    CHECK(has(said("engine:\n  kind: replay\n"), "f.yaml:2:9: engine.kind is replay, but"));
    CHECK(has(said("engine: {kind: ebfp}\n"), "did you mean 'ebpf'"));
    for (const char* old : {"kmod", "ebpf", "gvisor"}) {
        const std::string text = format("engine: {{kind: {}}}\n", old);
        CHECK(has(said(text), format("there is no engine {} here", old)));
        CHECK_FALSE(load(text)->no_events);
    }
    const auto kmod = load("engine: {kind: kmod, kmod: {buf_size_preset: 6}}\n");
    CHECK(kmod->rings.preset == 6);
    CHECK(load("engine: {kmod: {buf_size_preset: 6}}\n")->rings.preset == 4);
}

TEST_CASE("keys of older versions are honoured or named") {
    const auto moved = load(
        "rules_file: a.yaml\nsyscall_buf_size_preset: 5\nsyscall_drop_failed_exit: true\n"
        "modern_bpf:\n  cpus_for_each_syscall_buffer: 3\n");
    REQUIRE(moved.has_value());
    CHECK(moved->rules_files == std::vector<std::string>{"a.yaml"});
    CHECK(moved->rings.preset == 5);
    CHECK(moved->rings.drop_failed);
    CHECK(moved->rings.cpus == 3);
    const auto is_old = [](const config::Note& n) { return n.kind == config::Note::Kind::Old; };
    CHECK(std::count_if(moved->notes.begin(), moved->notes.end(), is_old) == 4);
    CHECK(has(moved->notes[0].text, "f.yaml:1:1: rules_file was renamed in 0.38: use rules_files"));
    CHECK(has(said("rules_file: a\nrules_files: b\n"), "f.yaml:1:1: rules_file and rules_files"));
    const auto both =
        load("engine: {ebpf: {buf_size_preset: 5}, modern_ebpf: {buf_size_preset: 6}}");
    CHECK(both->rings.preset == 6);
    CHECK(has(said("syscall_buf_size_preset: 11\n"), "f.yaml:1:26: engine.modern_ebpf.buf_size"));
    for (const char* dead :
         {"grpc: {enabled: false}", "grpc_output: {enabled: false}",
          "metadata_download: {max_mb: 1}", "webserver: {k8s_audit_endpoint: /x}",
          "engine: {gvisor: {root: ''}}", "engine: {ebpf: {probe: x}}"}) {
        const std::string text = said(std::string(dead) + "\n");
        CHECK(has(text, "is gone since"));
        CHECK(text.find('\n') == text.size() - 1);  // said once, and not as unknown
    }
    const auto rate = load("outputs: {rate: 1, max_burst: 1000}\n");
    CHECK(rate->outputs.rate == 1);
    CHECK(rate->notes.empty());
}

TEST_CASE("what has no effect is said only where it asks for something") {
    CHECK(said("plugins_hostinfo: yes\nmetrics: {jemalloc_stats_enabled: false}\n").empty());
    CHECK(said("plugins_hostinfo: off\n") ==
          "f.yaml:1:19: plugins_hostinfo has no effect: no plugin is loaded that could ask\n");
}

TEST_CASE("losses: actions and thresholds") {
    const auto usual = load("");
    CHECK((usual->drops.log && usual->drops.alert && !usual->drops.exit));
    const auto exits = load("syscall_event_drops: {actions: [exit], threshold: 0.5}\n");
    CHECK((exits->drops.exit && !exits->drops.log && exits->drops.threshold == 0.5));
    CHECK_FALSE(load("syscall_event_drops: {actions: []}\n")->drops.log);
    CHECK(has(said("syscall_event_drops: {actions: [ignore, log]}\n"),
              "\"log\" makes no sense with \"ignore\""));
    CHECK(has(said("syscall_event_drops: {actions: [sing]}\n"), "no action 'sing'"));
    CHECK(has(said("syscall_event_drops: {threshold: 1.1}\n"), "in the range [0, 1]"));
    CHECK(has(said("syscall_event_drops: {threshold: -1}\n"), "in the range [0, 1]"));
    CHECK(has(said("syscall_event_timeouts: {max_consecutives: 0}\n"), "a number from 1"));
}

TEST_CASE("metrics must go somewhere, and not too often") {
    CHECK(config::check_runnable(*load("metrics: {enabled: true, output_rule: true}\n")));
    CHECK(config::check_runnable(*load("metrics: {output_rule: false}\n")));
    CHECK_FALSE(config::check_runnable(*load("metrics: {enabled: true}\n")));
    CHECK(load("metrics: {interval: 1h 3m}\n")->metrics.interval_ms == 3'780'000);
    CHECK(has(said("metrics:\n  enabled: true\n  interval: 5000\n"),
              "f.yaml:3:13: metrics.interval"));
    CHECK(has(said("metrics: {enabled: true, interval: 99ms}\n"), "at least 100ms"));
    CHECK(load("metrics: {interval: 5000}\n")->notes.size() == 1);
}

TEST_CASE("levels, capture and web") {
    const auto config = load(
        "log_level: NOTICE\nlibs_logger: {severity: trace}\ncapture: {enabled: true, mode: "
        "all_rules, max_file_size_mb: 3}\nwebserver: {enabled: true, ssl_enabled: true, "
        "k8s_healthz_endpoint: /ok}\n");
    REQUIRE(config.has_value());
    CHECK(config->log_level == log::Level::Notice);
    CHECK(config->libs_log.least == log::Level::Debug);
    CHECK((config->capture.enabled && config->capture.all_rules && config->capture.most_mb == 3));
    CHECK(config->web.certificate == "/etc/falco/falco.pem");
    CHECK(config->web.health_path == "/ok");
    CHECK(load("webserver: {ssl_certificate: x}\n")->web.certificate.empty());
    CHECK(load("")->web.address == "127.0.0.1");
}

TEST_CASE("selections must select something") {
    CHECK(has(said("rules: [{disable: {}}]\n"), "expected rule: or tag:"));
    CHECK(has(said("rules: [{}]\n"), "f.yaml:1:9: "));
    CHECK(has(said("rules: [x]\n"), "f.yaml:1:9: "));
    CHECK(has(said("rules: x\n"), "f.yaml:1:8: rules must be a list"));
}
