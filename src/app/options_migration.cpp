// SPDX-License-Identifier: Apache-2.0
// Options for coming from Falco (docs/coming-from-falco.md): what reads an installation, what runs
// beside it, and what compares the two.
#include <CLI/CLI.hpp>

#include "app/options.hpp"

namespace sensor::app {
namespace {

void declare_compare(CLI::App& cli, Options& o) {
    CLI::App& compare = *cli.add_subcommand(
        "compare",
        "pair the JSON alerts of two sensors on one host, and print what only one has and which "
        "fields differ; exit 0 if equal, 1 if different, 2 if it cannot be told");
    compare
        .add_option("A", o.compare.a, "alerts of one sensor, one JSON object a line; gzip, zstd; -")
        ->required();
    compare.add_option("B", o.compare.b, "alerts of the other")->required();
    compare
        .add_option("--window", o.compare.window_ms,
                    "milliseconds between two alerts of a pair (default 1000)")
        ->type_name("MS")
        ->check(CLI::Range(0.001, 3.6e6));
    compare
        .add_option("--ignore", o.compare.ignore,
                    "fields that are not compared; \"proc.a*\" is all that begins so")
        ->type_name("FIELD,...")
        ->delimiter(',')
        ->allow_extra_args(false);
    compare
        .add_option("--memory", o.compare.memory_mb,
                    "MB of alerts that may wait for their pair (default 256)")
        ->type_name("MB")
        ->check(CLI::Range(1, 1 << 20));
    compare.add_flag("--json", o.compare.json, "one JSON object");
}

}  // namespace

void declare_migration(CLI::App& cli, Options& o) {
    CLI::App& migrate = *cli.add_subcommand(
        "migrate",
        "list what of a Falco installation is the same here, changed, ignored or unsupported: "
        "settings, options, plugins, rules, fields; exit 1 if something cannot be read. Changes "
        "nothing");
    migrate.add_option("PATH", o.migrate.path,
                       "folder with falco.yaml, or that file (default /etc/falco)");
    migrate
        .add_option("--unit", o.migrate.units,
                    "unit file or file of options to look at beside those of the system; "
                    "repeatable")
        ->type_name("FILE")
        ->allow_extra_args(false);
    migrate.add_flag("--all", o.migrate.all, "list what is the same too");
    migrate.add_flag("--json", o.migrate.json, "one JSON object");
    declare_compare(cli, o);
    cli.add_option("--shadow", o.shadow,
                   "send alerts only to this file, as JSON, whatever outputs are configured; web "
                   "server, metrics and captures stay off: to run beside another sensor")
        ->type_name("FILE");
}

}  // namespace sensor::app
