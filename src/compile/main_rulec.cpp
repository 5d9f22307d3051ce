// SPDX-License-Identifier: Apache-2.0
// falco-rulec: checks and compiles rules without any privilege. The sensor starts it as
// `falco-rulec compile-bundle`; people use the other subcommands.
#include <CLI/CLI.hpp>

#include "compile/rulec.hpp"

int main(int argc, char** argv) {
    using sensor::compile::EmitOptions;
    CLI::App app("Checks and compiles rules files. Needs no privileges and starts nothing.",
                 "falco-rulec");
    app.set_version_flag("--version", SENSOR_VERSION);
    app.require_subcommand(1);

    std::vector<std::string> files;
    CLI::App* check = app.add_subcommand(
        "check", "Print every problem in rules files; exit 1 if there is an error");
    check->add_option("FILE", files, "rules files or folders, loaded in this order")->required();

    EmitOptions options;
    CLI::App* compile = app.add_subcommand("compile", "Compile rules files to machine code");
    compile->add_option("FILE", files, "rules files or folders, loaded in this order")->required();
    compile
        ->add_option("--emit", options.emit,
                     "llvm: LLVM IR; asm: assembler; bundle: what the sensor loads")
        ->check(CLI::IsMember({"llvm", "asm", "bundle"}))
        ->capture_default_str();
    compile->add_option("-o,--output", options.output, "file to write, standard output without");
    compile->add_option("--cpu", options.cpu,
                        "least processor to run on (LLVM's name), the baseline without");
    compile->add_option("--triple", options.triple,
                        "other machine, for llvm and asm: aarch64-linux-gnu");
    compile->add_option("-O", options.level, "0: compile fast, 1: run fast")
        ->check(CLI::Range(0, 1))
        ->capture_default_str();

    CLI::App* bundle = app.add_subcommand("compile-bundle",
                                          "For the sensor: read a compile request on standard "
                                          "input, write the bundle to standard output");
    CLI11_PARSE(app, argc, argv);

    if (check->parsed()) return sensor::compile::run_check(files);
    if (bundle->parsed()) return sensor::compile::run_compile_bundle();
    return sensor::compile::run_compile(files, options);
}
