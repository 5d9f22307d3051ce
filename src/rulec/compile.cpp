// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "compile/compile.hpp"
#include "config/config.hpp"
#include "eval/processor.hpp"
#include "guard/capabilities.hpp"
#include "guard/process.hpp"
#include "guard/seccomp.hpp"
#include "rulec/command.hpp"
#include "rulec/emit.hpp"

namespace sensor::rulec {
namespace {

struct Options {
    RulesInput input;
    std::string emit = "bundle";  ///< ast, plan, llvm, asm, bpf, bundle
    std::string format = "text";  ///< of ast and plan
    std::string output;           ///< file; empty: standard output
    std::string config;           ///< falco.yaml that the rules will be loaded with
    std::string bundle;           ///< file: the same as emit bundle and output
    std::string cpu;
    std::string triple;
    unsigned level = 1;
};

Result<std::string> emit(const rules::RuleSet& set, const Options& options) {
    const lang::Program& program = set.program;
    const eval::CompileOptions how{options.level, options.cpu};
    if (options.emit == "plan") return options.format == "json" ? plan_json(set) : plan_text(set);
    if (options.emit == "llvm")
        return compile::compile_text(program, how, compile::Text::Llvm, options.triple);
    if (options.emit == "asm")
        return compile::compile_text(program, how, compile::Text::Assembler, options.triple);
    if (options.emit == "bpf")
        return compile::compile_filter(program, options.output.ends_with(".o"));
    if (!options.triple.empty())
        return Error("a bundle is made for this machine, leave --triple out");
    return compile::compile_bundle(eval::write_request(program, how));
}

/// What a configuration changes of the rules themselves; a bundle is made of just these rules.
Result<rules::LoadOptions> load_options(const std::string& config_file) {
    rules::LoadOptions how;
    if (config_file.empty()) return how;
    SENSOR_TRY(config::Config config, config::load_config(config_file, {}));
    how.least = config.priority;
    how.selections = std::move(config.selections);
    how.append_output = std::move(config.append_output);
    return how;
}

int run_ast(const LoadedRules& loaded, const Options& options) {
    const Result<std::string> trees =
        options.format == "json" ? ast_json(loaded) : ast_text(loaded);
    if (!trees) std::fputs(trees.error().text.c_str(), stderr);
    if (!trees) return kBad;
    return write_output(options.output, *trees) ? kGood : kUnusable;
}

int run(Options options) {
    if (!options.bundle.empty()) options.output = options.bundle;
    if (options.emit == "bundle" && options.output.empty() && ::isatty(1) != 0) {
        complain("a bundle is binary: name a file with --bundle");
        return kUnusable;
    }
    if (options.format == "json" && options.emit != "ast" && options.emit != "plan") {
        complain("--format json goes with --emit ast and --emit plan");
        return kUnusable;
    }
    const auto how = load_options(options.config);
    if (!how) complain(how.error().text);
    if (!how) return kUnusable;
    const auto loaded = load_input(options.input, *how);
    if (!loaded) return kUnusable;
    if (options.emit == "ast") return run_ast(*loaded, options);
    for (const lang::Diagnostic& d : loaded->set.diagnostics)
        std::fputs(lang::to_text(d).c_str(), stderr);
    if (!loaded->set.ok()) return kBad;
    const Result<std::string> bytes = emit(loaded->set, options);
    if (!bytes) complain(bytes.error().text);
    return bytes && write_output(options.output, *bytes) ? kGood : kUnusable;
}

/// Whatever a request makes of this process: it only computes from here on. Where the kernel
/// refuses, the limits that the sensor set are left.
void give_up_rights() {
    guard::reset_oom_score();
    for (const std::string& refused : guard::settle_process(true)) complain(refused);
    const auto none = guard::keep_capabilities({});
    if (!none) complain(none.error().text);
    const Result<> calls = guard::refuse_other_calls(guard::Profile::Compiler);
    if (!calls) complain(calls.error().text);
}

int run_bundle() {
    give_up_rights();
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
    Declaration compile(app, "compile", "Compile rules files to machine code");
    declare_rules(compile, options->input);
    DeclaredOption emit =
        compile
            .option(
                "--emit", options->emit,
                "ast: syntax trees, names may be unknown; plan: what is judged when, and "
                "its cost; llvm: LLVM IR; asm: assembler; bpf: assembler of the kernel's filters, "
                "or their object if the file to write is named *.o; bundle: what the "
                "sensor loads")
            .one_of({"ast", "plan", "llvm", "asm", "bpf", "bundle"})
            .shows_default();
    compile.option("--format", options->format, "of ast and plan: text or json")
        .one_of({"text", "json"})
        .shows_default();
    DeclaredOption output =
        compile.option("-o,--output", options->output, "file to write, standard output without")
            .value("FILE");
    compile
        .option("--bundle", options->bundle,
                "write the bundle that falco-ebpf --bundle takes, on any machine of this kind")
        .value("FILE")
        .not_with(emit)
        .not_with(output);
    compile
        .option("-c,--config", options->config,
                "falco.yaml whose priority, rules and append_output change the rules")
        .value("FILE");
    compile
        .option("--cpu", options->cpu,
                "least processor to run on, of a bundle one of " + eval::baselines_text() +
                    " (default: the first)")
        .value("NAME");
    compile
        .option("--triple", options->triple, "other machine, for llvm and asm: aarch64-linux-gnu")
        .value("TRIPLE");
    compile.option("-O", options->level, "0: compile fast, 1: run fast")
        .between(0, 1)
        .shows_default();
    compile.run([options] { return run(*options); }, exit);
}

void declare_compile_bundle(CLI::App& app, int& exit) {
    Declaration bundle(app, "compile-bundle",
                       "For the sensor: read a compile request on standard "
                       "input, write the bundle to standard output");
    bundle.run(run_bundle, exit);
}

}  // namespace sensor::rulec
