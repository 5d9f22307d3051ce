// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/runner/case_file.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace sensor::cases {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path, std::size_t line) {
    std::ifstream in(path);
    if (!in) throw CaseError{line, "cannot read " + path.string()};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// A misspelled key must not silently weaken a test.
void check_keys(const YAML::Node& map, const std::set<std::string>& known) {
    for (const auto& entry : map) {
        const auto key = entry.first.as<std::string>();
        if (known.count(key) == 0)
            throw CaseError{line_of(entry.first), "unknown key '" + key + "'"};
    }
}

std::vector<std::string> strings(const YAML::Node& node) {
    std::vector<std::string> out;
    if (!node || node.IsNull()) return out;
    if (node.IsScalar()) return {node.as<std::string>()};
    for (const auto& item : node) out.push_back(item.as<std::string>());
    return out;
}

class Reader {
public:
    Reader(fs::path file, fs::path rules_dir)
        : file_(std::move(file)), rules_dir_(std::move(rules_dir)) {
        conditions_ << YAML::BeginSeq;
    }

    CaseFile read() {
        const YAML::Node root = YAML::LoadFile(file_.string());
        check_keys(root, {"rules", "inline", "users", "programs", "containers", "cases"});
        CaseFile out;
        out.path = file_.string();
        if (root["programs"]) out.programs.reset(root["programs"]);
        if (root["containers"]) out.containers.reset(root["containers"]);
        if (const YAML::Node users = root["users"]) {
            for (const auto& entry : users)
                out.users[entry.first.as<std::uint32_t>()] = entry.second.as<std::string>();
        }
        for (const auto& node : root["cases"]) out.cases.push_back(read_case(node, root));
        if (out.cases.empty()) throw CaseError{1, "no cases"};
        share_conditions(out);
        return out;
    }

private:
    void read_rules(const YAML::Node& node, Case& out) {
        for (const std::string& name : strings(node["rules"])) {
            fs::path path = rules_dir_ / name;
            if (!fs::exists(path)) path = file_.parent_path() / name;
            out.rules.push_back({name, slurp(path, line_of(node))});
            out.rules_key += name + "\n";
        }
        if (const YAML::Node text = node["inline"]) {
            out.rules.push_back({"inline.yaml", text.as<std::string>()});
            out.rules_key += text.as<std::string>();
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
        if (!names_.insert(out.name).second)
            throw CaseError{out.line, "a second case of this name"};
        out.only_rule = out.name;
        out.match_all = true;
        if (!node["fires"]) throw CaseError{out.line, "a condition without fires"};
        if (!node["fires"].as<bool>()) return;
        ExpectedAlert alert{out.name, std::nullopt, {}};
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

    void share_conditions(CaseFile& file) {
        conditions_ << YAML::EndSeq;
        for (Case& test : file.cases) {
            if (test.only_rule.empty()) continue;
            test.rules.push_back({"inline.yaml", conditions_.c_str()});
            test.rules_key += "conditions of this file " + file.path;
        }
    }

    static ExpectedAlert read_alert(const YAML::Node& node) {
        ExpectedAlert out;
        if (node.IsScalar()) {
            out.rule = node.as<std::string>();
            return out;
        }
        check_keys(node, {"rule", "output", "has"});
        out.rule = node["rule"].as<std::string>();
        if (const YAML::Node text = node["output"]) out.output = text.as<std::string>();
        out.output_parts = strings(node["has"]);
        return out;
    }

    Case read_case(const YAML::Node& node, const YAML::Node& root) {
        check_keys(node, {"case", "rules", "inline", "match", "by", "given", "event", "events",
                          "alerts", "rejects", "at", "condition", "output", "fires", "prints"});
        Case out;
        out.line = line_of(node);
        out.name = node["case"].as<std::string>();
        read_rules(root, out);
        read_rules(node, out);
        out.match_all = node["match"] && node["match"].as<std::string>() == "all";
        if (node["by"]) out.by.reset(node["by"]);
        for (const auto& item : node["given"]) out.given.push_back(item);
        if (node["event"]) out.events.push_back(node["event"]);
        for (const auto& item : node["events"]) out.events.push_back(item);
        if (node["rejects"]) out.rejects = node["rejects"].as<std::string>();
        if (node["at"]) out.at = node["at"].as<std::string>();
        if (node["condition"] && !out.rejects)
            read_condition(node, out);
        else if (node["condition"])
            read_refused(node, out);
        if (!out.rejects && !node["alerts"] && out.only_rule.empty())
            throw CaseError{out.line, "neither alerts nor rejects"};
        if (!out.rejects && out.events.empty()) throw CaseError{out.line, "no event"};
        for (const auto& item : node["alerts"]) out.alerts.push_back(read_alert(item));
        return out;
    }

    fs::path file_, rules_dir_;
    YAML::Emitter conditions_;  // the rules made of conditions, so far
    std::set<std::string> names_;
};

}  // namespace

std::size_t line_of(const YAML::Node& node) {
    return static_cast<std::size_t>(node.Mark().line + 1);
}

CaseFile read_case_file(const std::string& path, const std::string& rules_dir) {
    try {
        return Reader(path, rules_dir).read();
    } catch (const YAML::Exception& error) {
        throw CaseError{static_cast<std::size_t>(error.mark.line + 1), error.msg};
    }
}

}  // namespace sensor::cases
