// SPDX-License-Identifier: Apache-2.0
#include "app/migrate.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/migrate_finding.hpp"
#include "app/migrate_parts.hpp"
#include "base/log.hpp"
#include "config/config.hpp"

namespace sensor::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUsual = "/etc/falco";

bool is_there(const fs::path& path) {
    std::error_code unknown;
    return fs::exists(path, unknown);
}

/// Regular files of a folder, by name; none if it is not there.
std::vector<std::string> files_of(const fs::path& folder, std::string_view begin,
                                  std::string_view end) {
    std::vector<std::string> paths;
    std::error_code failed;
    for (fs::directory_iterator it(folder, failed), last; !failed && it != last;
         it.increment(failed)) {
        const std::string name = it->path().filename().string();
        std::error_code unknown;
        if (name.starts_with(begin) && name.ends_with(end) && it->is_regular_file(unknown))
            paths.push_back(it->path().string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// An installation: its folder, and the root it is below ("/srv/host" of "/srv/host/etc/falco").
struct Installation {
    std::string main_file;
    fs::path folder;
    fs::path root;
    bool moved = false;  ///< the folder is not /etc/falco

    /// A path that a file names, as it is found here.
    std::string found(const std::string& path) const {
        if (!moved || !path.starts_with(kUsual)) return path;
        std::string_view rest = std::string_view(path).substr(kUsual.size());
        while (rest.starts_with('/')) rest.remove_prefix(1);
        return (folder / rest).string();
    }
};

Installation look_at(const std::string& path) {
    std::error_code unknown;
    Installation here;
    const bool is_folder = fs::is_directory(path, unknown);
    here.folder = is_folder ? fs::path(path) : fs::path(path).parent_path();
    here.main_file = is_folder ? (here.folder / "falco.yaml").string() : path;
    const fs::path whole = fs::weakly_canonical(here.folder, unknown);
    here.moved = whole != kUsual;
    const bool usual_place = whole.filename() == "falco" && whole.parent_path().filename() == "etc";
    here.root = usual_place ? whole.parent_path().parent_path() : whole;
    return here;
}

/// Unit files, files of variables and init scripts of Falco.
std::vector<std::string> option_files(const Installation& here) {
    std::vector<std::string> paths;
    const auto take = [&](std::vector<std::string> more) {
        for (std::string& one : more) {
            std::error_code unknown;
            const auto same = [&](const std::string& had) {
                return had == one || fs::equivalent(had, one, unknown);
            };
            if (std::none_of(paths.begin(), paths.end(), same)) paths.push_back(std::move(one));
        }
    };
    for (const char* folder :
         {"usr/lib/systemd/system", "lib/systemd/system", "etc/systemd/system"}) {
        take(files_of(here.root / folder, "falco", ".service"));
        std::error_code failed;
        for (fs::directory_iterator it(here.root / folder, failed), last; !failed && it != last;
             it.increment(failed)) {
            const std::string name = it->path().filename().string();
            if (name.starts_with("falco") && name.ends_with(".service.d"))
                take(files_of(it->path(), "", ".conf"));
        }
    }
    for (const char* folder : {"etc/default", "etc/sysconfig", "default", "sysconfig"})
        take(files_of(here.root / folder, "falco", ""));
    take(files_of(here.folder, "", ".service"));
    return paths;
}

/// Names the settings of files that a moved installation includes by their old paths.
std::vector<std::string> included_elsewhere(const Installation& here) {
    return here.moved ? files_of(here.folder / "config.d", "", "") : std::vector<std::string>();
}

Findings find_all(const MigrateOptions& options) {
    Findings findings;
    const Installation here = look_at(options.path);
    std::vector<std::string> overrides;
    findings.looked_at.push_back(here.main_file);
    find_settings(here.main_file, true, findings);
    for (const std::string& file : included_elsewhere(here)) {
        findings.looked_at.push_back(file);
        find_settings(file, false, findings);
        overrides = {"config_files=" + (here.folder / "config.d").string()};
    }
    std::vector<std::string> given, rules;
    for (const auto& paths : {option_files(here), options.units}) {
        for (const std::string& file : paths) {
            for (std::string& one : find_options(file, findings)) given.push_back(std::move(one));
        }
    }
    const Result<config::Config> config = config::load_config(here.main_file, overrides);
    if (!config) {
        findings.starts = false;
        if (std::find(findings.unreadable.begin(), findings.unreadable.end(),
                      config.error().text) == findings.unreadable.end())
            findings.unreadable.push_back(config.error().text);
        return findings;
    }
    for (const std::string& path : config->rules_files) {
        const std::string found = here.found(path);
        if (is_there(found)) rules.push_back(found);  // the sensor leaves missing ones out too
    }
    for (const std::string& path : given) rules.push_back(here.found(path));
    find_rules(*config, rules, findings);
    return findings;
}

}  // namespace

int migrate(const MigrateOptions& options) {
    const Findings findings = find_all(options);
    const bool colour = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    const std::string text =
        options.json ? findings_json(findings) : findings_text(findings, options.all, colour);
    const bool written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    return written && findings.unreadable.empty() ? 0 : 1;
}

}  // namespace sensor::app
