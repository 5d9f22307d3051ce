// SPDX-License-Identifier: Apache-2.0
// falco-rulec: checks and compiles rules without any privilege. The sensor starts it as
// `falco-rulec compile-bundle`; people use the other subcommands.
#include <CLI/CLI.hpp>

#include "rulec/command.hpp"

namespace {

constexpr sensor::rulec::Declare kCommands[] = {
    sensor::rulec::declare_check,   sensor::rulec::declare_compile,
    sensor::rulec::declare_explain, sensor::rulec::declare_test,
    sensor::rulec::declare_diff,    sensor::rulec::declare_fmt,
    sensor::rulec::declare_list,    sensor::rulec::declare_completion,
    sensor::rulec::declare_man,     sensor::rulec::declare_compile_bundle,
};

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Checks, explains, tests and compiles rules files. Needs no privileges.",
                 "falco-rulec");
    app.set_version_flag("--version", SENSOR_VERSION);
    app.require_subcommand(1);
    int exit = sensor::rulec::kGood;
    for (const sensor::rulec::Declare declare : kCommands) declare(app, exit);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? sensor::rulec::kGood : sensor::rulec::kUnusable;
    }
    return exit;
}
