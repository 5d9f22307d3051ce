// SPDX-License-Identifier: Apache-2.0
#include "config/review.hpp"

#include <map>

#include "tests/unit/config/settings.hpp"

using namespace sensor;
using config::Verdict;

TEST_CASE("every key that is set is judged, with the reason of the table") {
    const config::Folder folder;
    const std::string more = folder.write("more.yaml", "grpc: {enabled: true, threadiness: 8}\n");
    const std::string path = folder.write(
        "falco.yaml",
        "config_files: [" + more +
            "]\npriority: info\njsn: 1\nrules_file: [a]\n"
            "engine: {kind: kmod, kmod: {buf_size_preset: 4}}\nplugins_hostinfo: true\n"
            "metrics: {jemalloc_stats_enabled: true, enabled: true}\nload_plugins: [json]\n"
            "plugins: [{name: json}, {name: container}]\ngrpc_output: {enabled: false}\n"
            "http_output: {max_consecutive_timeouts: 2}\n");
    const auto reviewed = config::review(path);
    REQUIRE(reviewed.has_value());
    std::map<std::string, config::ReviewedKey> by_key;
    for (const config::ReviewedKey& one : *reviewed) by_key[one.key] = one;
    CHECK(by_key.size() == reviewed->size());
    CHECK(by_key.at("priority").verdict == Verdict::Same);
    CHECK(by_key.at("priority").reason.empty());
    CHECK(by_key.at("priority").origin.line == 2);
    CHECK(by_key.at("jsn").verdict == Verdict::Unsupported);
    CHECK(by_key.at("rules_file").verdict == Verdict::Changed);
    CHECK(by_key.at("rules_file").reason.find("rules_files") != std::string::npos);
    CHECK(by_key.at("engine.kind").verdict == Verdict::Changed);
    CHECK(by_key.at("engine.kmod.buf_size_preset").verdict == Verdict::Changed);
    CHECK(by_key.at("plugins_hostinfo").verdict == Verdict::Ignored);
    CHECK(by_key.at("metrics.enabled").verdict == Verdict::Same);
    CHECK(by_key.at("load_plugins").verdict == Verdict::Unsupported);
    CHECK(by_key.at("plugins[0] (json)").verdict == Verdict::Unsupported);
    CHECK(by_key.at("plugins[1] (container)").verdict == Verdict::Same);
    CHECK(by_key.at("grpc_output").verdict == Verdict::Ignored);
    CHECK(by_key.at("grpc").value == "{enabled: true, threadiness: 8}");
    CHECK(by_key.at("grpc").origin.source == more);
    CHECK(by_key.at("http_output.max_consecutive_timeouts").verdict == Verdict::Changed);
    CHECK(to_text(by_key.at("grpc").verdict) == "unsupported");
}

TEST_CASE("a file that cannot be read is no review") {
    CHECK_FALSE(config::review("/nonexistent/falco.yaml").has_value());
    const config::Folder folder;
    CHECK_FALSE(config::review(folder.write("f.yaml", "a: [\n")).has_value());
}
