// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>

#include "base/read_file.hpp"
#include "config/append_output.hpp"
#include "config/override.hpp"

namespace sensor::config {
namespace {

constexpr const char* kDefaultFile = "/etc/falco/falco.yaml";

void expand_scalars(YAML::Node node) {
    switch (node.Type()) {
        case YAML::NodeType::Scalar:
            if (node.Scalar().find("${") != std::string::npos)
                node = expand_environment(node.Scalar());
            break;
        case YAML::NodeType::Sequence:
            for (auto item : node) expand_scalars(item);
            break;
        case YAML::NodeType::Map:
            for (auto item : node) expand_scalars(item.second);
            break;
        default: break;
    }
}

class Reader {
public:
    Reader(std::string file, const YAML::Node& root) : file_(std::move(file)), root_(root) {}

    /// Node at a dotted path, undefined if it is not there.
    YAML::Node at(std::string_view path) const {
        YAML::Node node;
        node.reset(root_);
        while (!path.empty()) {
            const std::size_t dot = path.find('.');
            const std::string name(path.substr(0, dot));
            if (!node.IsMap() || !node[name].IsDefined() || node[name].IsNull())
                return YAML::Node(YAML::NodeType::Undefined);
            node.reset(node[name]);
            path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
        }
        return node;
    }

    template <typename T>
    void read(std::string_view path, T& into, std::string_view expected) const {
        const YAML::Node node = at(path);
        if (!node.IsDefined()) return;
        if (!node.IsScalar()) refuse(file_, node, format("{} must be {}", path, expected));
        try {
            into = node.as<T>();
        } catch (const YAML::Exception&) {
            refuse(file_, node, format("{} must be {}, not '{}'", path, expected, node.Scalar()));
        }
    }
    void flag(std::string_view path, bool& into) const { read(path, into, "true or false"); }

    std::vector<std::string> texts(std::string_view path) const {
        std::vector<std::string> list;
        const YAML::Node node = at(path);
        if (!node.IsDefined()) return list;
        if (node.IsScalar()) return {node.Scalar()};
        if (!node.IsSequence()) refuse(file_, node, format("{} must be a list of texts", path));
        for (const auto& item : node) {
            if (!item.IsScalar()) refuse(file_, item, format("{} must be a list of texts", path));
            list.push_back(item.Scalar());
        }
        return list;
    }

    const std::string& file() const { return file_; }

private:
    std::string file_;
    YAML::Node root_;
};

void read_selections(const Reader& in, Config& config) {
    const YAML::Node list = in.at("rules");
    if (!list.IsDefined()) return;
    if (!list.IsSequence())
        refuse(in.file(), list, "rules must be a list of enable and disable entries");
    for (const auto& item : list) {
        for (const bool enable : {true, false}) {
            const YAML::Node body =
                item.IsMap() ? item[enable ? "enable" : "disable"] : YAML::Node();
            if (!body.IsDefined() || body.IsNull()) continue;
            rules::Selection selection;
            selection.enable = enable;
            if (body["rule"].IsDefined()) selection.rule_pattern = body["rule"].as<std::string>();
            if (body["tag"].IsDefined()) selection.tag = body["tag"].as<std::string>();
            if (selection.rule_pattern.empty() && selection.tag.empty())
                refuse(in.file(), item, "expected rule: or tag:");
            config.selections.push_back(std::move(selection));
        }
    }
}

void read_words(const Reader& in, Config& config) {
    std::string word;
    in.read("priority", word, "a priority");
    if (!word.empty() && !rules::parse_priority(word, config.priority)) {
        refuse(in.file(), in.at("priority"), format("unknown rule priority '{}'", word));
    }
    word = "first";
    in.read("rule_matching", word, "first or all");
    if (word != "first" && word != "all") {
        refuse(in.file(), in.at("rule_matching"),
               format("Unknown rule matching strategy \"{}\"; use first or all", word));
    }
    config.match_all = word == "all";
    word = "info";
    in.read("log_level", word, "a level");
    rules::Priority level{};
    if (!rules::parse_priority(word, level))
        refuse(in.file(), in.at("log_level"), format("unknown log level '{}'", word));
    switch (level) {
        case rules::Priority::Debug: config.log_level = log::Level::Debug; break;
        case rules::Priority::Informational:
        case rules::Priority::Notice: config.log_level = log::Level::Info; break;
        case rules::Priority::Warning: config.log_level = log::Level::Warning; break;
        case rules::Priority::Error: config.log_level = log::Level::Error; break;
        default: config.log_level = log::Level::Critical; break;
    }
}

void read_engine(const Reader& in, Config& config) {
    std::string kind = "modern_ebpf";
    in.read("engine.kind", kind, "an engine");
    if (kind == "replay") {
        in.read("engine.replay.capture_file", config.capture_file, "a capture file");
        if (config.capture_file.empty()) {
            refuse(in.file(), in.at("engine.kind"),
                   "engine.kind is replay, but engine.replay.capture_file names no file");
        }
    } else if (kind != "modern_ebpf") {
        config.notes.push_back(
            format("engine.kind '{}' is not available, events come from modern_ebpf", kind));
    }
    in.read("engine.modern_ebpf.buf_size_preset", config.ring_preset, "a number from 1 to 10");
    if (config.ring_preset < 1 || config.ring_preset > 10) {
        refuse(in.file(), in.at("engine.modern_ebpf.buf_size_preset"),
               "buf_size_preset must be from 1 to 10");
    }
    in.read("engine.memory_mb", config.memory_mb, "a number of MB");
    in.read("engine.cgroup_budget", config.cgroup_budget, "a number of events a second");
    in.read("engine.kernel_filter", config.kernel_filter, "true or false");
    in.flag("engine.jit", config.engine_native);
    in.read("engine.cache_dir", config.cache_dir, "a folder");
    in.read("falco_libs.snaplen", config.snaplen, "a number of bytes");
    if (config.snaplen == 0) config.snaplen = 80;
    in.flag("base_syscalls.all", config.all_syscalls);
    config.custom_syscalls = in.texts("base_syscalls.custom_set");
}

void read_drop_actions(const Reader& in, DropOptions& drops) {
    if (in.at("syscall_event_drops.actions").IsDefined()) drops.log = drops.alert = false;
    bool ignored = false;
    for (const std::string& action : in.texts("syscall_event_drops.actions")) {
        const YAML::Node at = in.at("syscall_event_drops.actions");
        if (action == "ignore") {
            ignored = true;
        } else if (ignored && (action == "log" || action == "alert")) {
            refuse(in.file(), at,
                   format("syscall_event_drops.actions: \"{}\" makes no sense with \"ignore\"",
                          action));
        } else if (action == "log") {
            drops.log = true;
        } else if (action == "alert") {
            drops.alert = true;
        } else if (action == "exit") {
            drops.exit = true;
        } else {
            refuse(in.file(), at,
                   format("syscall_event_drops.actions: no action '{}'; there are ignore, log, "
                          "alert and exit",
                          action));
        }
    }
}

void read_drops(const Reader& in, DropOptions& drops) {
    read_drop_actions(in, drops);
    const auto positive = [&](const char* key, double& into, double most, const char* range) {
        const std::string path = format("syscall_event_drops.{}", key);
        in.read(path, into, "a number");
        if (!(into >= 0 && into <= most))
            refuse(in.file(), in.at(path), format("{} must be in the range {}", path, range));
    };
    positive("threshold", drops.threshold, 1, "[0, 1]");
    positive("rate", drops.rate, 1e9, "of numbers that are not negative");
    positive("max_burst", drops.max_burst, 1e9, "of numbers that are not negative");
    in.flag("syscall_event_drops.simulate_drops", drops.simulate);
}

void note_unused(const Reader& in, Config& config) {
    for (const char* channel : {"syslog_output", "file_output", "http_output", "program_output"}) {
        bool enabled = false;
        in.flag(format("{}.enabled", channel), enabled);
        if (enabled)
            config.notes.push_back(
                format("{} is enabled, but this version writes alerts to stdout only", channel));
    }
    bool metrics = false;
    in.flag("metrics.enabled", metrics);
    if (metrics)
        config.notes.emplace_back("metrics.enabled is set, but this version has no metrics");
}

void read_outputs(const Reader& in, output::OutputOptions& out) {
    in.flag("json_output", out.format.json);
    in.flag("json_include_output_property", out.format.include_output);
    in.flag("json_include_message_property", out.format.include_message);
    in.flag("json_include_output_fields_property", out.format.include_output_fields);
    in.flag("json_include_tags_property", out.format.include_tags);
    in.flag("time_format_iso_8601", out.format.iso8601);
    bool buffered = false, enabled = false;
    in.flag("buffered_outputs", buffered);
    in.flag("stdout_output.enabled", enabled);
    if (enabled) out.standard.emplace().flush_each = !buffered;
    in.read("outputs_queue.capacity", out.queue_alerts, "a number");
}

Config to_config(const Reader& in) {
    Config config;
    config.file = in.file();
    config.rules_files = in.texts("rules_files");
    if (const std::vector<std::string> old = in.texts("rules_file"); !old.empty()) {
        if (!config.rules_files.empty())
            refuse(in.file(), in.at("rules_file"), "rules_file and rules_files are both set");
        config.rules_files = old;
    }
    read_selections(in, config);
    read_static_fields(in.file(), in.at("static_fields"), config);
    read_append_output(in.file(), in.at("append_output"), config);
    read_words(in, config);
    read_outputs(in, config.outputs);
    in.flag("buffer_format_base64", config.buffer_base64);
    in.flag("log_stderr", config.log_stderr);
    read_drops(in, config.drops);
    read_engine(in, config);
    note_unused(in, config);
    return config;
}

}  // namespace

Result<Config> load_config(const std::string& path, const std::vector<std::string>& overrides) {
    std::string file = path;
    if (file.empty() && std::ifstream(kDefaultFile).good()) file = kDefaultFile;
    std::string text;
    if (!file.empty()) {
        SENSOR_TRY(text, read_file(file));
    }
    try {
        YAML::Node root = text.empty() ? YAML::Node(YAML::NodeType::Map) : YAML::Load(text);
        if (root.IsNull()) root = YAML::Node(YAML::NodeType::Map);
        if (!root.IsMap()) return Error(file + ": the configuration must be a map of settings");
        expand_scalars(root);
        for (const std::string& option : overrides) SENSOR_TRY_OK(apply_override(root, option));
        Config config = to_config(Reader(file, root));
        if (file.empty()) config.outputs.standard.emplace();
        return config;
    } catch (const BadSetting& bad) {
        return Error(bad.text);
    } catch (const YAML::Exception& error) {
        return Error(
            format("{}:{}:{}: {}", file, error.mark.line + 1, error.mark.column + 1, error.msg));
    }
}

}  // namespace sensor::config
