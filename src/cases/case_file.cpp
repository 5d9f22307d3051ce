// SPDX-License-Identifier: Apache-2.0
#include "cases/case_file.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "base/read_file.hpp"
#include "lang/similar.hpp"
#include "rules/yaml_text.hpp"

namespace sensor::cases {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostSnippet = 100;

std::string slurp(const fs::path& path, Place at) {
    Result<std::string> text = read_file(path.string());
    if (!text) throw CaseError{at, text.error().text};
    return *std::move(text);
}

/// A misspelled key must not silently weaken a test.
void check_keys(const YAML::Node& map, const std::set<std::string>& known, const char* what) {
    if (!map.IsMap()) throw CaseError{place_of(map), std::string(what) + " is a map"};
    for (const auto& entry : map) {
        const auto key = entry.first.as<std::string>();
        if (known.count(key) != 0) continue;
        throw CaseError{place_of(entry.first), "unknown key '" + key + "' of " + what,
                        lang::did_you_mean(key, {known.begin(), known.end()})};
    }
}

std::vector<std::string> strings(const YAML::Node& node) {
    std::vector<std::string> out;
    if (!node || node.IsNull()) return out;
    if (node.IsScalar()) return {node.as<std::string>()};
    for (const auto& item : node) out.push_back(item.as<std::string>());
    return out;
}

/// The first document; parsed by way of rules/, which guards against texts that never end.
YAML::Node document(const std::string& text) {
    const std::vector<YAML::Node> all = rules::load_documents(text);
    return all.empty() ? YAML::Node() : all.front();
}

void read_surroundings(const YAML::Node& root, CaseFile& out) {
    if (root["programs"]) out.programs.reset(root["programs"]);
    if (root["containers"]) out.containers.reset(root["containers"]);
    if (const YAML::Node users = root["users"]) {
        for (const auto& entry : users)
            out.users[entry.first.as<std::uint32_t>()] = entry.second.as<std::string>();
    }
}

class Reader {
public:
    Reader(CaseFile& out, const ReadOptions& options)
        : out_(out), file_(out.path), options_(options) {
        conditions_ << YAML::BeginSeq;
    }

    void read() {
        const YAML::Node root = document(out_.text);
        check_keys(root, {"rules", "inline", "users", "programs", "containers", "cases"},
                   "a file of cases");
        read_surroundings(root, out_);
        const YAML::Node cases = root["cases"];
        if (!cases || !cases.IsSequence() || cases.size() == 0)
            throw CaseError{cases ? place_of(cases) : place_of(root), "no list of cases"};
        for (const auto& node : cases) out_.cases.push_back(read_case(node, root));
        share_conditions();
    }

private:
    std::string beside(const std::string& name) const {
        return (file_.parent_path() / name).string();  // an absolute name stays as it is
    }

    void read_named_rules(const YAML::Node& node, Case& out) {
        for (const std::string& name : strings(node)) {
            fs::path path = fs::path(options_.rules_dir) / name;
            if (options_.rules_dir.empty() || !fs::exists(path)) path = beside(name);
            auto files = rules::read_rules_path(path.string());
            if (!files) throw CaseError{place_of(node), files.error().text};
            for (rules::SourceFile& file : *files) out.rules.push_back(std::move(file));
            out.rules_key += path.string() + "\n";
        }
    }

    void read_inline(const YAML::Node& node, Case& out) {
        if (!node) return;
        out.rules.push_back({"inline.yaml", node.as<std::string>()});
        out.rules_key += node.as<std::string>();
    }

    void read_rules(const YAML::Node& root, const YAML::Node& node, Case& out) {
        if (options_.rules) out.rules = *options_.rules;
        for (const YAML::Node& from : {root, node}) {
            if (!options_.rules && from["rules"]) read_named_rules(from["rules"], out);
            read_inline(from["inline"], out);
        }
    }

    /// A case that is a condition becomes a rule of that name; all of a file make one rules file.
    void read_condition(const YAML::Node& node, Case& out) {
        const YAML::Node output = node["output"];
        conditions_ << YAML::BeginMap << YAML::Key << "rule" << YAML::Value << out.name << YAML::Key
                    << "desc" << YAML::Value << "a case" << YAML::Key << "condition" << YAML::Value
                    << node["condition"].as<std::string>() << YAML::Key << "output" << YAML::Value
                    << (output ? output.as<std::string>() : std::string("fired")) << YAML::Key
                    << "priority" << YAML::Value << "INFO" << YAML::EndMap;
        if (!names_.insert(out.name).second) throw CaseError{out.at, "a second case of this name"};
        out.only_rule = out.name;
        out.match_all = true;
        if (!node["fires"]) throw CaseError{out.at, "a condition without fires"};
        if (!node["fires"].as<bool>()) return;
        ExpectedAlert alert;
        alert.rule = out.name;
        if (node["prints"]) alert.output = node["prints"].as<std::string>();
        out.alerts.push_back(alert);
    }

    /// A condition that must be refused stands alone.
    static void read_refused(const YAML::Node& node, Case& out) {
        YAML::Emitter rule;
        rule << YAML::BeginSeq << YAML::BeginMap << YAML::Key << "rule" << YAML::Value << "refused"
             << YAML::Key << "desc" << YAML::Value << "a case" << YAML::Key << "condition"
             << YAML::Value << node["condition"].as<std::string>() << YAML::Key << "output"
             << YAML::Value << "o" << YAML::Key << "priority" << YAML::Value << "INFO"
             << YAML::EndMap << YAML::EndSeq;
        out.rules.push_back({"inline.yaml", rule.c_str()});
        out.rules_key += rule.c_str();
    }

    void share_conditions() {
        conditions_ << YAML::EndSeq;
        for (Case& test : out_.cases) {
            if (test.only_rule.empty()) continue;
            test.rules.push_back({"inline.yaml", conditions_.c_str()});
            test.rules_key += "conditions of this file " + out_.path;
        }
    }

    static ExpectedAlert read_alert(const YAML::Node& node) {
        ExpectedAlert out;
        if (node.IsScalar()) {
            out.rule = node.as<std::string>();
            return out;
        }
        check_keys(node, {"rule", "output", "has", "count"}, "an alert");
        if (!node["rule"]) throw CaseError{place_of(node), "an alert without rule"};
        out.rule = node["rule"].as<std::string>();
        if (node["count"]) out.count = node["count"].as<std::size_t>();
        if (const YAML::Node text = node["output"]) out.output = text.as<std::string>();
        out.output_parts = strings(node["has"]);
        return out;
    }

    /// A list of alerts in order, or a map of rules and how often.
    static void read_alerts(const YAML::Node& node, Case& out) {
        if (!node) return;
        if (node.IsMap()) {
            for (const auto& entry : node) {
                ExpectedAlert alert;
                alert.rule = entry.first.as<std::string>();
                alert.count = entry.second.as<std::size_t>();
                out.alerts.push_back(std::move(alert));
            }
            return;
        }
        if (!node.IsSequence() && !node.IsNull())
            throw CaseError{place_of(node), "alerts are a list of rules, or a map RULE: count",
                            "[] for none"};
        for (const auto& item : node) out.alerts.push_back(read_alert(item));
    }

    /// What must be there for the case to say anything.
    static void require(const YAML::Node& node, const Case& out) {
        if (!out.rejects && !node["alerts"] && out.only_rule.empty())
            throw CaseError{out.at, "neither alerts nor rejects",
                            "alerts: [] for a case that must raise none"};
        if (out.capture.empty()) {
            if (!out.rejects && out.events.empty())
                throw CaseError{out.at, "no event", "give event:, events: or capture:"};
            return;
        }
        for (const char* key : {"event", "events", "by", "given", "rejects"}) {
            if (node[key])
                throw CaseError{place_of(node[key]), std::string(key) + " beside capture",
                                "a capture brings its own events and processes"};
        }
    }

    Case read_case(const YAML::Node& node, const YAML::Node& root) {
        check_keys(node,
                   {"case", "rules", "inline", "match", "by", "given", "event", "events", "capture",
                    "alerts", "rejects", "at", "condition", "output", "fires", "prints"},
                   "a case");
        Case out;
        out.at = place_of(node);
        if (!node["case"]) throw CaseError{out.at, "a case without a name", "case: NAME"};
        out.name = node["case"].as<std::string>();
        read_rules(root, node, out);
        if (const YAML::Node match = node["match"]) {
            out.match_all = match.as<std::string>() == "all";
            if (!out.match_all && match.as<std::string>() != "first")
                throw CaseError{place_of(match), "match is all or first"};
        }
        if (node["by"]) out.by.reset(node["by"]);
        for (const auto& item : node["given"]) out.given.push_back(item);
        if (node["event"]) out.events.push_back(node["event"]);
        for (const auto& item : node["events"]) out.events.push_back(item);
        if (node["capture"]) out.capture = beside(node["capture"].as<std::string>());
        if (node["rejects"]) out.rejects = node["rejects"].as<std::string>();
        if (node["at"]) out.at_text = node["at"].as<std::string>();
        if (node["condition"] && !out.rejects)
            read_condition(node, out);
        else if (node["condition"])
            read_refused(node, out);
        require(node, out);
        read_alerts(node["alerts"], out);
        return out;
    }

    CaseFile& out_;
    fs::path file_;
    const ReadOptions& options_;
    YAML::Emitter conditions_;  // the rules made of conditions, so far
    std::set<std::string> names_;
};

/// The map of an event on a command line to the one case it makes.
void read_event_case(const YAML::Node& root, CaseFile& file) {
    if (!root.IsMap())
        throw CaseError{place_of(root), "an event is a map",
                        R"(as {"openat": {"name": "/etc/shadow"}, "by": "cat"})"};
    Case out;
    out.name = "event";
    if (root["event"] || root["events"]) {
        check_keys(root,
                   {"event", "events", "by", "given", "users", "programs", "containers", "case"},
                   "an event with its surroundings");
        if (root["event"]) out.events.push_back(root["event"]);
        for (const auto& item : root["events"]) out.events.push_back(item);
        for (const auto& item : root["given"]) out.given.push_back(item);
        read_surroundings(root, file);
    } else {
        YAML::Node event(YAML::NodeType::Map);
        for (const auto& entry : root) {
            if (entry.first.as<std::string>() != "by") event[entry.first] = entry.second;
        }
        out.events.push_back(event);
    }
    if (root["by"]) out.by.reset(root["by"]);
    file.cases.push_back(std::move(out));
}

template <typename Read>
Result<CaseFile> guarded(CaseFile file, Read&& read) {
    try {
        read(file);
        return file;
    } catch (const YAML::Exception& error) {
        return file.error({{error.mark}, error.msg});
    } catch (const CaseError& error) {
        return file.error(error);
    } catch (const std::exception& error) {
        return file.error({{}, std::string("cannot read YAML: ") + error.what()});
    }
}

}  // namespace

Place place_of(const YAML::Node& node) { return node.Mark(); }

Error CaseFile::error(const CaseError& what) const {
    lang::Diagnostic problem;
    problem.message = what.text;
    problem.hint = what.hint;
    problem.position.file = path;
    problem.position.line = what.at.line;
    problem.position.column = what.at.column;
    std::istringstream in(text);
    std::string line;
    for (std::size_t k = 0; k < what.at.line && std::getline(in, line); ++k) continue;
    if (what.at.line != 0 && what.at.column != 0 && what.at.column <= kMostSnippet) {
        problem.snippet =
            line.substr(0, kMostSnippet) + "\n" + std::string(what.at.column - 1, ' ') + "^\n";
    }
    std::string said = lang::to_text(problem);
    while (!said.empty() && said.back() == '\n') said.pop_back();
    return Error(said);
}

Result<CaseFile> read_case_file(const std::string& path, const ReadOptions& options) {
    CaseFile file;
    file.path = path;
    return guarded(std::move(file), [&](CaseFile& out) {
        out.text = slurp(path, {});
        Reader(out, options).read();
    });
}

Result<CaseFile> read_event_text(const std::string& name, const std::string& text) {
    CaseFile file;
    file.path = name;
    file.text = text;
    return guarded(std::move(file),
                   [&](CaseFile& out) { read_event_case(document(out.text), out); });
}

}  // namespace sensor::cases
