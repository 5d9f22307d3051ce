// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "compile/compile.hpp"
#include "rulec/command.hpp"

namespace sensor::rulec {
namespace {

struct Options {
    std::vector<std::string> files;
    std::string emit = "bundle";  ///< llvm, asm, bundle
    std::string output;           ///< file; empty: standard output
    std::string cpu;
    std::string triple;
    unsigned level = 1;
};

Result<std::string> emit(const lang::Program& program, const Options& options) {
    const eval::CompileOptions how{options.level, options.cpu};
    if (options.emit == "llvm")
        return compile::compile_text(program, how, compile::Text::Llvm, options.triple);
    if (options.emit == "asm")
        return compile::compile_text(program, how, compile::Text::Assembler, options.triple);
    if (!options.triple.empty())
        return Error("a bundle is made for this machine, leave --triple out");
    return compile::compile_bundle(eval::write_request(program, how));
}

int run(const Options& options) {
    if (options.emit == "bundle" && options.output.empty() && ::isatty(1) != 0) {
        complain("a bundle is binary: name a file with --output");
        return kUnusable;
    }
    const auto files = read_files(options.files);
    if (!files) return kUnusable;
    const rules::RuleSet set = rules::load_rules(*files, {});
    for (const lang::Diagnostic& d : set.diagnostics) std::fputs(lang::to_text(d).c_str(), stderr);
    if (!set.ok()) return kBad;
    const Result<std::string> bytes = emit(set.program, options);
    if (!bytes) complain(bytes.error().text);
    return bytes && write_output(options.output, *bytes) ? kGood : kUnusable;
}

int run_bundle() {
    std::string request;
    char buffer[65536];
    for (;;) {
        const ssize_t n = ::read(0, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            complain(errno_error("reading the request", errno).text);
            return kUnusable;
        }
        if (n == 0) break;
        request.append(buffer, static_cast<std::size_t>(n));
    }
    const Result<std::string> bundle = compile::compile_bundle(request);
    if (!bundle) complain(bundle.error().text);
    return bundle && write_output({}, *bundle) ? kGood : kUnusable;
}

}  // namespace

void declare_compile(CLI::App& app, int& exit) {
    auto options = std::make_shared<Options>();
    CLI::App* compile = app.add_subcommand("compile", "Compile rules files to machine code");
    compile->add_option("FILE", options->files, "rules files or folders, loaded in this order")
        ->required();
    compile
        ->add_option("--emit", options->emit,
                     "llvm: LLVM IR; asm: assembler; bundle: what the sensor loads")
        ->check(CLI::IsMember({"llvm", "asm", "bundle"}))
        ->capture_default_str();
    compile->add_option("-o,--output", options->output, "file to write, standard output without");
    compile->add_option("--cpu", options->cpu,
                        "least processor to run on (LLVM's name), the baseline without");
    compile->add_option("--triple", options->triple,
                        "other machine, for llvm and asm: aarch64-linux-gnu");
    compile->add_option("-O", options->level, "0: compile fast, 1: run fast")
        ->check(CLI::Range(0, 1))
        ->capture_default_str();
    compile->callback([options, &exit] { exit = run(*options); });
}

void declare_compile_bundle(CLI::App& app, int& exit) {
    CLI::App* bundle = app.add_subcommand("compile-bundle",
                                          "For the sensor: read a compile request on standard "
                                          "input, write the bundle to standard output");
    bundle->callback([&exit] { exit = run_bundle(); });
}

}  // namespace sensor::rulec
