// SPDX-License-Identifier: Apache-2.0
// falco-bench: runs what is asked for. A new benchmark is a file with a run_NAME() that returns a
// Run, one add_NAME() in options.cpp and a line here.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "bench/jsonl.hpp"
#include "bench/options.hpp"
#include "bench/report.hpp"
#include "bench/table.hpp"

namespace {

using namespace sensor;

int fail(const Error& error) {
    std::fprintf(stderr, "falco-bench: %s\n", error.text.c_str());
    return 1;
}

/// What every benchmark does with its run: table on stdout, warnings on stderr, samples to --json.
int finish(const Result<bench::Run>& run, const std::string& json) {
    if (!run.has_value()) return fail(run.error());
    std::fputs(bench::terminal_table(*run).c_str(), stdout);
    for (const std::string& warning : (*run).info.warnings) {
        std::fprintf(stderr, "warning: %s\n", warning.c_str());
    }
    if (json.empty()) return 0;
    const Result<> kept = bench::append_to_file(json, bench::to_json_lines(*run));
    return kept.has_value() ? 0 : fail(kept.error());
}

int report(const bench::Options& options) {
    const Result<std::vector<std::string>> written =
        bench::write_report(options.files, options.out);
    if (!written.has_value()) return fail(written.error());
    for (const std::string& path : *written) std::printf("%s\n", path.c_str());
    return 0;
}

int run(int argc, char** argv) {
    bench::Options options;
    CLI::App cli(bench::kProgramDescription, bench::kProgramName);
    cli.set_version_flag("--version", SENSOR_VERSION);
    bench::declare_options(cli, options);
    CLI11_PARSE(cli, argc, argv);
    if (cli.got_subcommand("kernel"))
        return finish(bench::run_kernel(options.kernel), options.json);
    if (cli.got_subcommand("macro")) return finish(bench::run_macro(options.macro), options.json);
    if (cli.got_subcommand("flood")) return finish(bench::run_flood(options.flood), options.json);
    if (cli.got_subcommand("pipeline"))
        return finish(bench::run_pipeline(options.pipeline), options.json);
    if (cli.got_subcommand("state")) return finish(bench::run_state(options.state), options.json);
    if (cli.got_subcommand("rules")) return finish(bench::run_rules(options.rules), options.json);
    if (cli.got_subcommand("report")) return report(options);
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {  // of the option parser's declarations, or no memory
        std::fprintf(stderr, "falco-bench: %s\n", e.what());
        return 1;
    }
}
