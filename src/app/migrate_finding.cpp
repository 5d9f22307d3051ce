// SPDX-License-Identifier: Apache-2.0
#include "app/migrate_finding.hpp"

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "output/json.hpp"

namespace sensor::app {
namespace {

constexpr std::size_t kVerdicts = 4, kColumns = 96, kVerdictWidth = 11;
using Counts = std::array<std::size_t, kVerdicts>;

const char* colour_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::Same: return "\x1b[32m";
        case Verdict::Changed: return "\x1b[33m";
        case Verdict::Ignored: return "\x1b[2m";
        case Verdict::Unsupported: return "\x1b[1;31m";
    }
    return "";
}

std::string painted(Verdict verdict, bool colour) {
    const std::string word = format("{:<{}}", to_text(verdict), kVerdictWidth);
    return colour ? colour_of(verdict) + word + "\x1b[0m" : word;
}

Counts count(const std::vector<Finding>& findings, Part part, bool every_part) {
    Counts counts{};
    for (const Finding& one : findings) {
        if (every_part || one.part == part) ++counts[static_cast<std::size_t>(one.verdict)];
    }
    return counts;
}

std::string counts_text(const Counts& counts) {
    std::string text;
    for (std::size_t k = 0; k < kVerdicts; ++k) {
        text += format("{}{} {}", k == 0 ? "" : ", ", counts[k], to_text(static_cast<Verdict>(k)));
    }
    return text;
}

/// Names behind each other, broken into lines.
std::string same_text(const std::vector<const Finding*>& same, bool colour) {
    const std::string indent(kVerdictWidth + 3, ' ');
    std::string text = "  " + painted(Verdict::Same, colour) + " ";
    std::size_t width = indent.size();
    for (std::size_t k = 0; k < same.size(); ++k) {
        const std::string name = same[k]->name + (k + 1 < same.size() ? "," : "");
        if (width + name.size() + 1 > kColumns && width > indent.size()) {
            text += "\n" + indent;
            width = indent.size();
        } else if (k > 0) {
            text += " ";
            ++width;
        }
        text += name;
        width += name.size();
    }
    return text + "\n";
}

std::string line(const Finding& one, bool colour) {
    const std::string indent(kVerdictWidth + 3, ' ');
    std::string text = "  " + painted(one.verdict, colour) + " " + one.name;
    if (!one.place.empty()) text += colour ? "  \x1b[2m" + one.place + "\x1b[0m" : "  " + one.place;
    text += "\n";
    if (!one.reason.empty()) text += indent + one.reason + "\n";
    if (!one.advice.empty()) text += indent + "-> " + one.advice + "\n";
    return text;
}

std::string part_text(const Findings& findings, Part part, bool all, bool colour) {
    std::vector<const Finding*> same, others;
    for (const Finding& one : findings.all) {
        if (one.part != part) continue;
        (one.verdict == Verdict::Same && !all ? same : others).push_back(&one);
    }
    if (same.empty() && others.empty()) return {};
    const std::string title =
        format("{} ({})", to_text(part), counts_text(count(findings.all, part, false)));
    std::string text = (colour ? "\x1b[1m" + title + "\x1b[0m" : title) + "\n";
    for (const Finding* one : others) text += line(*one, colour);
    if (!same.empty()) text += same_text(same, colour);
    return text + "\n";
}

}  // namespace

std::string_view to_text(Part part) noexcept {
    constexpr std::string_view kTexts[] = {"settings", "options", "plugins", "rules",
                                           "macros",   "lists",   "fields"};
    return part < Part::count ? kTexts[static_cast<std::size_t>(part)] : "";
}

std::string findings_text(const Findings& findings, bool all, bool colour) {
    std::string text;
    for (std::size_t k = 0; k < static_cast<std::size_t>(Part::count); ++k)
        text += part_text(findings, static_cast<Part>(k), all, colour);
    for (const std::string& one : findings.unreadable) text += "not read: " + one + "\n";
    if (!findings.unreadable.empty()) text += "\n";
    text += format("{} files: {}\n", findings.looked_at.size(),
                   counts_text(count(findings.all, Part::count, true)));
    text += findings.starts
                ? "falco-ebpf starts with them as they are\n"
                : "falco-ebpf does not start with them as they are: see what is refused "
                  "or not read\n";
    return text;
}

std::string findings_json(const Findings& findings) {
    nlohmann::json list = nlohmann::json::array();
    for (const Finding& one : findings.all) {
        list.push_back({{"part", to_text(one.part)},
                        {"verdict", to_text(one.verdict)},
                        {"name", one.name},
                        {"place", one.place},
                        {"reason", one.reason},
                        {"advice", one.advice}});
    }
    nlohmann::json counts = nlohmann::json::object();
    const Counts sums = count(findings.all, Part::count, true);
    for (std::size_t k = 0; k < kVerdicts; ++k)
        counts[std::string(to_text(static_cast<Verdict>(k)))] = sums[k];
    const nlohmann::json whole = {{"starts", findings.starts},
                                  {"findings", std::move(list)},
                                  {"counts", std::move(counts)},
                                  {"files", findings.looked_at},
                                  {"unreadable", findings.unreadable}};
    return output::json_line(whole) + "\n";
}

}  // namespace sensor::app
