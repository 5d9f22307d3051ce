// SPDX-License-Identifier: Apache-2.0
#include "compile/rulec.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>

#include "compile/compile.hpp"
#include "rules/ruleset.hpp"

namespace sensor::compile {
namespace {

void complain(const std::string& text) { std::fprintf(stderr, "falco-rulec: %s\n", text.c_str()); }

/// Reads and loads; problems go to `out`.
std::optional<rules::RuleSet> load(const std::vector<std::string>& paths, std::FILE* out) {
    std::vector<rules::SourceFile> files;
    for (const std::string& path : paths) {
        auto read = rules::read_rules_path(path);
        if (!read) {
            complain(read.error().text);
            return std::nullopt;
        }
        for (rules::SourceFile& file : *read) files.push_back(std::move(file));
    }
    rules::RuleSet set = rules::load_rules(files, {});
    for (const lang::Diagnostic& d : set.diagnostics) std::fputs(lang::to_text(d).c_str(), out);
    return set;
}

Result<> write_output(const std::string& path, const std::string& bytes) {
    if (path.empty()) {
        const bool written = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
        if (!written || std::fflush(stdout) != 0) return errno_error("writing the result", errno);
        return Ok{};
    }
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes;
    file.close();
    if (!file) return errno_error("writing " + path, errno);
    return Ok{};
}

Result<std::string> emit(const lang::Program& program, const EmitOptions& options) {
    const eval::CompileOptions how{options.level, options.cpu};
    if (options.emit == "llvm") return compile_text(program, how, Text::Llvm, options.triple);
    if (options.emit == "asm") return compile_text(program, how, Text::Assembler, options.triple);
    if (!options.triple.empty()) return Error("a bundle is made for this machine, leave --triple out");
    return compile_bundle(eval::write_request(program, how));
}

}  // namespace

int run_check(const std::vector<std::string>& paths) {
    const std::optional<rules::RuleSet> set = load(paths, stdout);
    if (!set) return 1;
    std::size_t errors = 0;
    for (const lang::Diagnostic& d : set->diagnostics) errors += d.severity == lang::Severity::Error ? 1 : 0;
    const std::size_t warnings = set->diagnostics.size() - errors;
    std::printf("%s: %zu rules enabled, %zu errors, %zu warnings\n", set->ok() ? "ok" : "invalid", set->rules.size(),
                errors, warnings);
    return set->ok() ? 0 : 1;
}

int run_compile(const std::vector<std::string>& paths, const EmitOptions& options) {
    if (options.emit == "bundle" && options.output.empty() && ::isatty(1) != 0) {
        complain("a bundle is binary: name a file with --output");
        return 1;
    }
    const std::optional<rules::RuleSet> set = load(paths, stderr);
    if (!set || !set->ok()) return 1;
    const Result<std::string> bytes = emit(set->program, options);
    const Result<> written = bytes ? write_output(options.output, *bytes) : Result<>(bytes.error());
    if (!written) complain(written.error().text);
    return written ? 0 : 1;
}

int run_compile_bundle() {
    std::string request;
    char buffer[65536];
    for (;;) {
        const ssize_t n = ::read(0, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            complain(errno_error("reading the request", errno).text);
            return 1;
        }
        if (n == 0) break;
        request.append(buffer, static_cast<std::size_t>(n));
    }
    const Result<std::string> bundle = compile_bundle(request);
    const Result<> written = bundle ? write_output({}, *bundle) : Result<>(bundle.error());
    if (!written) complain(written.error().text);
    return written ? 0 : 1;
}

}  // namespace sensor::compile
