// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

#include "tests/support/catch.hpp"

namespace {

sensor::app::ParsedOptions parse(std::vector<const char*> words) {
    words.insert(words.begin(), "falco-ebpf");
    return sensor::app::parse_options(static_cast<int>(words.size()), words.data());
}

}  // namespace

TEST_CASE("options in all their spellings") {
    const auto parsed =
        parse({"-c", "f.yaml", "-ra.yaml", "-r", "b.yaml", "-o", "a=b,c", "--option=x.y=z", "-A",
               "-U", "--scope", "tree=1", "--scope=pidns", "-M", "2.5", "--ready-fd", "7"});
    REQUIRE(parsed.options.has_value());
    CHECK(parsed.options->config_file == "f.yaml");
    CHECK(parsed.options->rules_files == std::vector<std::string>{"a.yaml", "b.yaml"});
    CHECK(parsed.options->overrides == std::vector<std::string>{"a=b,c", "x.y=z"});
    CHECK(parsed.options->scopes == std::vector<std::string>{"tree=1", "pidns"});
    CHECK(parsed.options->all_events);
    CHECK(parsed.options->duration_s == 2.5);
    CHECK(parsed.options->ready_fd == 7);
}

TEST_CASE("--list takes a source or none") {
    CHECK(parse({"--list"}).options->list_fields);
    CHECK(parse({"--list", "-N"}).options->list_names_only);
    CHECK(parse({"--list", "syscall"}).options->list_source == "syscall");
    CHECK_FALSE(parse({}).options->list_fields);
}

TEST_CASE("an unknown option is an error with exit code 1, help is not") {
    const auto bad = parse({"--frobnicate"});
    CHECK_FALSE(bad.options.has_value());
    CHECK(bad.exit_code == 1);
    CHECK(bad.text.starts_with("Error: "));
    const auto help = parse({"--help"});
    CHECK_FALSE(help.options.has_value());
    CHECK(help.exit_code == 0);
    CHECK(help.text.find("--scope") != std::string::npos);
    CHECK(parse({"-M", "-1"}).exit_code == 1);
}

TEST_CASE("former options become settings, behind those of -o") {
    const auto parsed = parse({"-S", "4096", "-o", "a=b", "-T", "x,y", "-b"});
    REQUIRE(parsed.options.has_value());
    CHECK(parsed.options->overrides == std::vector<std::string>{"a=b", "rules[].disable.tag=x,y",
                                                                "buffer_format_base64=true",
                                                                "falco_libs.snaplen=4096"});
    CHECK(parsed.options->notes.size() == 3);
    const auto only = parse({"-t", "a", "-tb"});
    CHECK(only.options->overrides == std::vector<std::string>{"rules[].disable.rule=*",
                                                              "rules[].enable.tag=a",
                                                              "rules[].enable.tag=b"});
    const auto regex = parse({"-D", "a.*", "-Db"});
    CHECK(regex.options->disabled_rules == std::vector<std::string>{"a.*", "b"});
    CHECK(parse({"-t", "a", "-T", "b"}).exit_code == 1);
    CHECK(parse({"-k", "http://k"}).options->overrides.empty());
}

TEST_CASE("words of -p that no longer mean anything are no formats") {
    const auto parsed = parse({"-pc", "-p", "kubernetes", "-pm", "-p", "by %proc.name"});
    CHECK(parsed.options->print_formats == std::vector<std::string>{"by %proc.name"});
    CHECK(parsed.options->notes.size() == 4);
}

TEST_CASE("a daemon finds the files that were named where it was started") {
    const auto parsed = parse({"-d", "-c", "f.yaml", "-r", "/a.yaml", "-e", "-"});
    REQUIRE(parsed.options.has_value());
    CHECK(parsed.options->config_file.starts_with('/'));
    CHECK(parsed.options->config_file.ends_with("/f.yaml"));
    CHECK(parsed.options->rules_files == std::vector<std::string>{"/a.yaml"});
    CHECK(parsed.options->capture_file == "-");
    CHECK(parsed.options->pid_file == "/var/run/falco.pid");
    CHECK(parse({"-c", "f.yaml"}).options->config_file == "f.yaml");
    CHECK(parse({}).options->pid_file.empty());
}

TEST_CASE("help names the program as it was called") {
    const char* words[] = {"/usr/bin/falco", "-h"};
    const std::string help = sensor::app::parse_options(2, words).text;
    CHECK(help.find("Usage:\n  falco [OPTION...]") != std::string::npos);
    for (std::size_t at = 0; at < help.size();) {
        const std::size_t end = std::min(help.find('\n', at), help.size());
        CHECK(end - at <= 140);
        at = end + 1;
    }
}
