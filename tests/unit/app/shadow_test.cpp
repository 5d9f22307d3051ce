// SPDX-License-Identifier: Apache-2.0
// --shadow: whatever outputs are configured, one file is left, and what is off is named.
#include "app/shadow.hpp"

#include "app/generation.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;

TEST_CASE("in shadow only the file is left, as JSON with everything that is compared") {
    config::Config config;
    config.outputs.standard.emplace();
    config.outputs.http.emplace();
    config.outputs.kafka.emplace();
    config.outputs.format.include_output_fields = false;
    config.outputs.format.iso8601 = true;
    config.outputs.rate = 1;
    config.outputs.aggregation.window_ms = 500;
    config.web_enabled = config.metrics.enabled = config.capture.enabled = true;
    const std::vector<std::string> off = app::into_shadow(config, "/srv/s.jsonl");
    CHECK(off == std::vector<std::string>{"stdout_output", "http_output", "kafka_output",
                                          "outputs.rate", "aggregation", "webserver", "metrics",
                                          "capture"});
    const output::OutputOptions& out = config.outputs;
    REQUIRE(out.file);
    CHECK(out.file->filename == "/srv/s.jsonl");
    CHECK(out.file->flush_each);
    CHECK_FALSE((out.standard || out.syslog || out.program || out.http || out.kafka || out.otlp));
    CHECK(out.format.json);
    CHECK(out.format.include_output_fields);
    CHECK(out.format.iso8601);
    CHECK(out.rate == 0);
    CHECK(out.aggregation.window_ms == 0);
    CHECK(out.spool.folder.empty());
    CHECK_FALSE(config.web_enabled);
    CHECK_FALSE(config.metrics.enabled);
    CHECK_FALSE(config.capture.enabled);
}

TEST_CASE("a configuration without outputs can be run in shadow") {
    app::Options options;
    options.shadow = "/srv/s.jsonl";
    options.overrides = {"stdout_output.enabled=false"};
    const Result<config::Config> config = app::read_settings(options);
    REQUIRE(config.has_value());
    CHECK(config->outputs.any_channel());
    CHECK_FALSE(config->outputs.standard.has_value());
}
