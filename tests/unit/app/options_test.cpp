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
