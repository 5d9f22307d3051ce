// SPDX-License-Identifier: Apache-2.0
// Coverage of MITRE ATT&CK as the tags of rules claim it: mitre_TACTIC, and T1234 or T1234.001.
#include <algorithm>
#include <cctype>
#include <map>

#include "rulec/listing.hpp"
#include "rulec/terminal.hpp"
#include "rulec/wrap.hpp"

namespace sensor::rulec {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

constexpr std::string_view kTacticTag = "mitre_";
// In the order an attack goes; a matrix has them as columns.
constexpr std::string_view kTactics[] = {"reconnaissance",  "resource_development",
                                         "initial_access",  "execution",
                                         "persistence",     "privilege_escalation",
                                         "defense_evasion", "credential_access",
                                         "discovery",       "lateral_movement",
                                         "collection",      "command_and_control",
                                         "exfiltration",    "impact"};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// T1059 or T1059.004
bool is_technique(std::string_view tag) {
    if (tag.size() < 5 || (tag[0] != 'T' && tag[0] != 't') || !is_digits(tag.substr(1, 4)))
        return false;
    return tag.size() == 5 || (tag.size() == 9 && tag[5] == '.' && is_digits(tag.substr(6)));
}

struct Coverage {
    std::map<std::string, Names> tactics;                          ///< rules by tactic
    std::map<std::string, Names> techniques;                       ///< rules by technique
    std::map<std::string, std::map<std::string, std::size_t>> in;  ///< tactic: technique: rules
    Names without;                                                 ///< rules with neither
};

Coverage coverage_of(const rules::RuleSet& set) {
    Coverage coverage;
    for (const rules::Rule& rule : set.rules) {
        Names tactics;
        Names techniques;
        for (const std::string& tag : rule.tags) {
            const std::string small = lower(tag);
            if (small.starts_with(kTacticTag)) tactics.push_back(small.substr(kTacticTag.size()));
            if (is_technique(tag)) techniques.push_back("T" + tag.substr(1));
        }
        for (const std::string& tactic : tactics) {
            coverage.tactics[tactic].push_back(rule.name);
            for (const std::string& technique : techniques) ++coverage.in[tactic][technique];
        }
        for (const std::string& technique : techniques)
            coverage.techniques[technique].push_back(rule.name);
        if (tactics.empty() && techniques.empty()) coverage.without.push_back(rule.name);
    }
    return coverage;
}

/// All tactics there are, then what tags name beside them.
Names tactics_in_order(const Coverage& coverage) {
    Names order(std::begin(kTactics), std::end(kTactics));
    for (const auto& [tactic, rules] : coverage.tactics) {
        if (std::find(order.begin(), order.end(), tactic) == order.end()) order.push_back(tactic);
    }
    return order;
}

std::string tactic_title(const std::string& tactic) {
    std::string title = tactic;
    std::replace(title.begin(), title.end(), '_', ' ');
    return title;
}

std::string text_of(const Coverage& coverage, const rules::RuleSet& set) {
    constexpr std::size_t kTechniques = 32;  // where that column begins
    std::string text = "TACTIC                   RULES   TECHNIQUES (RULES)\n";
    std::size_t covered = 0;
    for (const std::string& tactic : tactics_in_order(coverage)) {
        const auto found = coverage.tactics.find(tactic);
        const std::string number =
            found == coverage.tactics.end() ? "-" : std::to_string(found->second.size());
        if (found != coverage.tactics.end()) ++covered;
        std::string line = tactic_title(tactic);
        line.resize(std::max<std::size_t>(30 - number.size(), line.size() + 1), ' ');
        line += number + "  ";
        std::string techniques;
        const auto inside = coverage.in.find(tactic);
        if (inside != coverage.in.end()) {
            for (const auto& [technique, rules] : inside->second) {
                techniques += (techniques.empty() ? "" : " ") + technique;
                if (rules != 1) techniques += "(" + std::to_string(rules) + ")";
            }
        }
        line += wrapped_words(techniques, kTechniques, kTechniques);
        while (line.ends_with(" \n")) line.erase(line.size() - 2, 1);
        text += line;
    }
    text += "\nTECHNIQUE  RULES\n";
    for (const auto& [technique, rules] : coverage.techniques) {
        std::string line = technique;
        line.resize(11, ' ');
        std::string names;
        for (const std::string& name : rules) names += (names.empty() ? "" : "; ") + name;
        text += line + wrapped_words(names, 11, 11);
    }
    if (!coverage.without.empty()) {
        text += "\n" + counted(coverage.without.size(), "rule") + " without such a tag:\n" +
                wrapped_list(coverage.without, 4);
    }
    text += "\n" + counted(set.rules.size(), "rule") + ", " + std::to_string(covered) + " of " +
            std::to_string(tactics_in_order(coverage).size()) + " tactics, " +
            counted(coverage.techniques.size(), "technique") + "\n";
    return text;
}

}  // namespace

Listing list_mitre(const rules::RuleSet& set) {
    const Coverage coverage = coverage_of(set);
    Listing listing;
    listing.text = text_of(coverage, set);
    Json tactics = Json::array();
    for (const std::string& tactic : tactics_in_order(coverage)) {
        const auto rules = coverage.tactics.find(tactic);
        const auto techniques = coverage.in.find(tactic);
        tactics.push_back(
            {{"tactic", tactic},
             {"rules", rules == coverage.tactics.end() ? Names() : rules->second},
             {"techniques",
              techniques == coverage.in.end() ? Json::object() : Json(techniques->second)}});
    }
    listing.json = {{"tactics", std::move(tactics)},
                    {"techniques", coverage.techniques},
                    {"without", coverage.without}};
    return listing;
}

}  // namespace sensor::rulec
