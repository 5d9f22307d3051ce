// SPDX-License-Identifier: Apache-2.0
// Command lines of Falco in unit files and files of variables, option by option.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "app/migrate_parts.hpp"
#include "app/options.hpp"
#include "base/log.hpp"
#include "base/read_file.hpp"

namespace sensor::app {
namespace {

using Words = std::vector<std::string>;

/// Variables of the environment that Falco or its packages read.
struct Variable {
    std::string_view name;
    Verdict verdict;
    const char* reason;
};
constexpr Variable kVariables[] = {
    {"HOST_ROOT", Verdict::Same, ""},
    {"FALCO_HOSTNAME", Verdict::Same, ""},
    {"FALCO_K8S_NODE_NAME", Verdict::Same, ""},
    {"FALCO_CGROUP_MEM_PATH", Verdict::Same, ""},
    {"FALCO_BPF_PROBE", Verdict::Ignored, "the probe is part of the program"},
    {"SKIP_DRIVER_LOADER", Verdict::Ignored, "there is no driver to load"},
    {"FALCO_DRIVER_CHOICE", Verdict::Ignored, "there is no driver to choose"},
    {"FALCO_FRONTEND", Verdict::Ignored, "the package asks no questions"},
    {"FALCOCTL_ENABLED", Verdict::Ignored, "rules are not fetched by this package"},
    {"FALCO_K8S_API", Verdict::Ignored, "the API server is not asked"},
    {"FALCO_K8S_API_CERT", Verdict::Ignored, "the API server is not asked"},
    {"FALCO_MESOS_API", Verdict::Ignored, "Mesos has no successor"},
};

/// A line that a backslash goes on with is one with the next. out: texts and where they begin
std::vector<std::pair<std::size_t, std::string>> whole_lines(const std::string& text) {
    std::vector<std::pair<std::size_t, std::string>> lines;
    std::size_t number = 0;
    bool goes_on = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string line = text.substr(at, end - at);
        at = end + 1;
        ++number;
        const bool more = line.ends_with('\\');
        if (more) line.back() = ' ';
        if (goes_on)
            lines.back().second += line;
        else
            lines.emplace_back(number, std::move(line));
        goes_on = more;
    }
    return lines;
}

/// Words as a shell splits them: quotes hold together, a backslash takes the next as it is.
Words split(std::string_view text) {
    Words words;
    std::string word;
    char quote = 0;
    bool open = false;
    for (std::size_t k = 0; k < text.size(); ++k) {
        const char c = text[k];
        if (c == '\\' && quote != '\'' && k + 1 < text.size()) {
            word += text[++k];
            open = true;
        } else if (quote != 0) {
            if (c == quote)
                quote = 0;
            else
                word += c;
        } else if (c == '"' || c == '\'') {
            quote = c;
            open = true;
        } else if (c == ' ' || c == '\t') {
            if (open) words.push_back(std::move(word));
            word.clear();
            open = false;
        } else {
            word += c;
            open = true;
        }
    }
    if (open) words.push_back(std::move(word));
    return words;
}

bool is_falco(std::string_view word) {
    while (!word.empty() && std::string_view("-@:+!|").find(word.front()) != word.npos)
        word.remove_prefix(1);  // what systemd lets stand before a program
    return word.substr(word.rfind('/') + 1) == "falco";
}

/// How many words belong to the option at `at`: itself, and its value if that is one of its own.
std::size_t words_of(const CLI::App& cli, const Words& words, std::size_t at) {
    const std::string& word = words[at];
    std::string name = word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
    const CLI::Option* option = cli.get_option_no_throw(name);
    if (option == nullptr || option->get_items_expected_max() == 0) return 1;
    if (word.size() > name.size() || at + 1 >= words.size()) return 1;
    if (option->get_items_expected_min() == 0 && words[at + 1].starts_with('-')) return 1;
    return 2;
}

Finding judge_option(const Words& words) {
    std::string name;
    std::vector<const char*> arguments{kProgramName};
    for (const std::string& word : words) {
        name += (name.empty() ? "" : " ") + word;
        arguments.push_back(word.c_str());
    }
    Finding finding;
    const ParsedOptions parsed =
        parse_options(static_cast<int>(arguments.size()), arguments.data());
    if (parsed.options && parsed.options->overrides.size() == 1 && words[0].starts_with("-o"))
        finding = judge_setting(parsed.options->overrides[0]);
    if (!parsed.options && parsed.exit_code != 0) {
        finding.verdict = Verdict::Unsupported;
        finding.reason = parsed.text.substr(0, parsed.text.find('\n'));
        finding.advice = "take it out";
    } else if (parsed.options && !parsed.options->notes.empty()) {
        finding.reason = parsed.options->notes[0];
        // Words of options_old.cpp: what is taken has a successor, all else does nothing.
        const bool taken = finding.reason.find("taken as") != std::string::npos;
        finding.verdict = taken ? Verdict::Changed : Verdict::Ignored;
        finding.advice = taken ? "write that instead" : "take it out";
    }
    finding.part = Part::Options;
    finding.name = name;
    return finding;
}

/// A variable's assignment. out: its name and value, or nothing
bool read_assignment(std::string_view line, std::string& name, std::string& value) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    if (line.starts_with("export ")) line.remove_prefix(7);
    std::size_t end = 0;
    while (end < line.size() &&
           (std::isalnum(static_cast<unsigned char>(line[end])) != 0 || line[end] == '_'))
        ++end;
    if (end == 0 || end >= line.size() || line[end] != '=') return false;
    name = line.substr(0, end);
    const Words words = split(line.substr(end + 1));
    value.clear();
    for (const std::string& word : words) value += (value.empty() ? "" : " ") + word;
    return true;
}

/// A variable that means something, or one whose value is options.
void judge_variable(const std::string& name, const std::string& value, const std::string& place,
                    std::vector<std::string>& rules, Findings& findings) {
    for (const Variable& known : kVariables) {
        if (known.name == name)
            findings.add(Part::Options, known.verdict, name, place, known.reason);
    }
    if (!value.starts_with('-')) return;
    for (std::string& file : judge_command_line(split(value), place, findings))
        rules.push_back(std::move(file));
}

}  // namespace

std::vector<std::string> judge_command_line(const Words& words, const std::string& place,
                                            Findings& findings) {
    Options nothing;
    CLI::App cli;
    declare_options(cli, nothing);
    std::vector<std::string> rules;
    for (std::size_t at = 0; at < words.size();) {
        if (words[at].starts_with('$') || words[at].empty()) {  // stands for what is read elsewhere
            ++at;
            continue;
        }
        const std::size_t count = words[at].starts_with('-') ? words_of(cli, words, at) : 1;
        const Words option(words.begin() + static_cast<std::ptrdiff_t>(at),
                           words.begin() + static_cast<std::ptrdiff_t>(at + count));
        Finding finding = judge_option(option);
        finding.place = place;
        findings.all.push_back(std::move(finding));
        if (option[0].starts_with("-r"))
            rules.push_back(option.size() > 1 ? option[1] : option[0].substr(2));
        at += count;
    }
    return rules;
}

std::vector<std::string> find_options(const std::string& file, Findings& findings) {
    std::vector<std::string> rules;
    const Result<std::string> text = read_file(file);
    if (!text) {
        findings.unreadable.push_back(text.error().text);
        return rules;
    }
    findings.looked_at.push_back(file);
    for (const auto& [number, line] : whole_lines(*text)) {
        const std::string place = format("{}:{}", file, number);
        std::string name, value;
        if (!read_assignment(line, name, value)) continue;
        if (name == "ExecStart") {
            Words words = split(line.substr(line.find('=') + 1));
            const auto program = std::find_if(words.begin(), words.end(), is_falco);
            if (program == words.end()) continue;
            words.erase(words.begin(), program + 1);
            for (std::string& one : judge_command_line(words, place, findings))
                rules.push_back(std::move(one));
        } else if (name == "EnvironmentFile") {
            continue;  // a path, that may begin with a dash
        } else if (name == "Environment") {
            for (const std::string& one : split(line.substr(line.find('=') + 1))) {
                if (read_assignment(one, name, value))
                    judge_variable(name, value, place, rules, findings);
            }
        } else {
            judge_variable(name, value, place, rules, findings);
        }
    }
    return rules;
}

}  // namespace sensor::app
