// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "rulec/command.hpp"
#include "rules/format.hpp"

namespace sensor::rulec {
namespace {

struct Options {
    RulesInput input;
    bool check = false;
    bool write = false;
};

/// In one step, so that a file is never half written; with the rights it had.
bool replace_file(const std::string& path, const std::string& text) {
    const std::string fresh = path + "." + std::to_string(::getpid()) + ".new";
    if (!write_output(fresh, text)) return false;
    struct stat info{};
    const bool kept = ::stat(path.c_str(), &info) == 0 &&
                      ::chmod(fresh.c_str(), info.st_mode & 07777) == 0 &&
                      (::geteuid() != 0 || ::chown(fresh.c_str(), info.st_uid, info.st_gid) == 0);
    if (kept && ::rename(fresh.c_str(), path.c_str()) == 0) return true;
    complain(errno_error("replacing " + path, errno).text);
    ::unlink(fresh.c_str());
    return false;
}

int run_file(const rules::SourceFile& file, const Options& options) {
    const Result<std::string> text = rules::format_rules(file);
    if (!text) {
        complain(text.error().text);
        return kUnusable;
    }
    const bool changes = *text != file.text;
    if (options.check) {
        if (changes) std::printf("%s\n", file.name.c_str());
        return changes ? kBad : kGood;
    }
    if (!options.write) return write_output({}, *text) ? kGood : kUnusable;
    if (!changes) return kGood;
    if (!replace_file(file.name, *text)) return kUnusable;
    std::printf("%s\n", file.name.c_str());
    return kGood;
}

int run(const Options& options) {
    if (!is_usable(options.input)) return kUnusable;
    if (options.input.condition) {
        const std::string text = rules::format_condition(*options.input.condition);
        if (options.check) return text == *options.input.condition + "\n" ? kGood : kBad;
        return write_output({}, text) ? kGood : kUnusable;
    }
    const auto files = read_files(options.input.paths);
    if (!files) return kUnusable;
    int worst = kGood;
    for (const rules::SourceFile& file : *files) worst = std::max(worst, run_file(file, options));
    return worst;
}

}  // namespace

void declare_fmt(CLI::App& app, int& exit) {
    auto options = std::make_shared<Options>();
    Declaration fmt(app, "fmt",
                    "Lay rules files out in one way; comments stay, the meaning never changes");
    declare_rules(fmt, options->input);
    DeclaredOption check =
        fmt.flag("--check", options->check,
                 "only name the files that would change; exit 1 if there are any");
    fmt.flag("--write", options->write, "change the files and name those that changed")
        .not_with(check);
    fmt.run([options] { return run(*options); }, exit);
}

}  // namespace sensor::rulec
