// SPDX-License-Identifier: Apache-2.0
// Keys of falco.yaml and -o, by the review of the configuration's own table.
#include <set>

#include "app/migrate_parts.hpp"
#include "base/log.hpp"
#include "config/key_table.hpp"
#include "config/review.hpp"

namespace sensor::app {
namespace {

constexpr std::size_t kLongestValue = 60;

std::string named(const config::ReviewedKey& key) {
    if (key.value.empty() || key.value.size() > kLongestValue) return key.key;
    return key.key + ": " + key.value;
}

/// Keys that are in no file, and mean another value here than there.
void find_defaults(const std::set<std::string>& set, const std::string& file, Findings& findings) {
    for (const config::Key& key : config::keys()) {
        if (key.standing != config::Standing::Default || set.contains(std::string(key.path)))
            continue;
        findings.add(Part::Settings, Verdict::Changed, std::string(key.path) + " (not set)", file,
                     std::string(key.note));
    }
}

Verdict verdict_of(const config::Note& note) {
    using Kind = config::Note::Kind;
    switch (note.kind) {
        case Kind::UnknownKey:
        case Kind::Plugin:
        case Kind::Absent: return Verdict::Unsupported;
        case Kind::Old:
        case Kind::Other: return Verdict::Changed;
    }
    return Verdict::Changed;
}

}  // namespace

void find_settings(const std::string& file, bool whole, Findings& findings) {
    const Result<std::vector<config::ReviewedKey>> keys = config::review(file);
    if (!keys) {
        findings.unreadable.push_back(keys.error().text);
        return;
    }
    std::set<std::string> set;
    for (const config::ReviewedKey& key : *keys) {
        set.insert(key.key);
        const bool plugin = key.key == "load_plugins" || key.key.starts_with("plugins");
        // Of a plugin its name says enough; of a key what it was set to.
        findings.add(plugin ? Part::Plugins : Part::Settings, key.verdict,
                     key.key.starts_with("plugins") ? key.key : named(key), to_text(key.origin),
                     key.reason);
    }
    if (whole) find_defaults(set, file, findings);
}

Finding judge_setting(const std::string& setting) {
    Finding finding;
    const Result<config::Config> config = config::load_config_text("", "", {setting});
    if (!config) {
        finding.verdict = Verdict::Unsupported;
        finding.reason = config.error().text;
        return finding;
    }
    for (const config::Note& note : config->notes) {
        const Verdict verdict = verdict_of(note);
        if (verdict <= finding.verdict) continue;
        finding.verdict = verdict;
        finding.reason = note.text;
    }
    return finding;
}

}  // namespace sensor::app
