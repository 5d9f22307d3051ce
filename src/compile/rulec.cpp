// SPDX-License-Identifier: Apache-2.0
#include "compile/rulec.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>

#include "compile/compile.hpp"
#include "rules/check_report.hpp"
#include "rules/ruleset.hpp"

namespace sensor::compile {
namespace {

void complain(const std::string& text) { std::fprintf(stderr, "falco-rulec: %s\n", text.c_str()); }

/// Reads all files. fails: nothing, reported
std::optional<std::vector<rules::SourceFile>> read(const std::vector<std::string>& paths) {
    std::vector<rules::SourceFile> files;
    for (const std::string& path : paths) {
        auto found = rules::read_rules_path(path);
        if (!found) {
            complain(found.error().text);
            return std::nullopt;
        }
        for (rules::SourceFile& file : *found) files.push_back(std::move(file));
    }
    return files;
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
    if (!options.triple.empty())
        return Error("a bundle is made for this machine, leave --triple out");
    return compile_bundle(eval::write_request(program, how));
}

}  // namespace

int run_check(const std::vector<std::string>& paths) {
    const auto files = read(paths);
    if (!files) return 1;
    const rules::CheckReport report = rules::check_report(rules::load_rules(*files, {}), *files);
    std::fputs(report.text.c_str(), stdout);
    return report.exit_code;
}

int run_compile(const std::vector<std::string>& paths, const EmitOptions& options) {
    if (options.emit == "bundle" && options.output.empty() && ::isatty(1) != 0) {
        complain("a bundle is binary: name a file with --output");
        return 1;
    }
    const auto files = read(paths);
    if (!files) return 1;
    const rules::RuleSet set = rules::load_rules(*files, {});
    for (const lang::Diagnostic& d : set.diagnostics) std::fputs(lang::to_text(d).c_str(), stderr);
    if (!set.ok()) return 1;
    const Result<std::string> bytes = emit(set.program, options);
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
