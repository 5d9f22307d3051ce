// SPDX-License-Identifier: Apache-2.0
#include "config/plugins.hpp"

#include <algorithm>
#include <optional>

#include "base/log.hpp"
#include "config/check.hpp"
#include "config/values.hpp"
#include "config/yaml_tree.hpp"

namespace sensor::config {
namespace {

constexpr std::string_view kBuiltIn = "container";

/// Plugins that bring events of their own, whose rules stay inactive.
struct KnownSource {
    std::string_view plugin, source;
};
constexpr KnownSource kSources[] = {{"cloudtrail", "aws_cloudtrail"},
                                    {"dummy", "dummy"},
                                    {"dummy_c", "dummy_c"},
                                    {"gcpaudit", "gcp_auditlog"},
                                    {"github", "github"},
                                    {"journald", "journal"},
                                    {"k8saudit", "k8s_audit"},
                                    {"k8saudit-eks", "k8s_audit"},
                                    {"k8saudit-gke", "k8s_audit"},
                                    {"kafka", "kafka"},
                                    {"okta", "okta"}};

struct PluginEntry {
    std::string name, library;
    const Node* init = nullptr;
    Origin origin;
};

std::vector<PluginEntry> read_entries(const Node& root) {
    std::vector<PluginEntry> entries;
    const Node* list = at(root, "plugins");
    if (list == nullptr) return entries;
    if (list->kind != Node::Kind::List) refuse(list->origin, "plugins must be a list");
    for (const Node& item : list->items) {
        const Node* name = child(item, "name");
        if (name == nullptr || name->kind != Node::Kind::Text || name->text.empty())
            refuse(item.origin, "an entry of plugins must be a map with a name");
        PluginEntry& entry = entries.emplace_back();
        entry.name = name->text;
        entry.origin = name->origin;
        if (const Node* library = child(item, "library_path"))
            entry.library = text_of(*library, "library_path");
        entry.init = child(item, "init_config");
    }
    return entries;
}

/// Reads keys of a map by name; what is not asked for is unknown.
class MapReader {
public:
    MapReader(const Node& map, std::string what, std::vector<Note>& notes)
        : map_(map), what_(std::move(what)), notes_(notes) {
        if (map.kind != Node::Kind::Map && map.kind != Node::Kind::Null)
            refuse(map.origin, what_ + " must be a map");
    }

    const Node* find(std::string_view key) {
        known_.push_back(key);
        const Node* node = child(map_, key);
        return node == nullptr || node->kind == Node::Kind::Null ? nullptr : node;
    }
    void flag(std::string_view key, bool& into) {
        if (const Node* node = find(key)) into = flag_of(*node, name(key));
    }
    void text(std::string_view key, std::string& into) {
        if (const Node* node = find(key)) into = text_of(*node, name(key));
    }
    void texts(std::string_view key, std::vector<std::string>& into) {
        if (const Node* node = find(key)) into = texts_of(*node, name(key));
    }
    std::string name(std::string_view key) const { return format("{}.{}", what_, key); }

    void note_others() {
        for (const Entry& entry : map_.entries) {
            if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
            notes_.push_back(
                {Note::Kind::UnknownKey,
                 format("{}: there is no key '{}', nothing reads it{}", to_text(entry.origin),
                        name(entry.key), hint_for(entry.key, known_))});
        }
    }

private:
    const Node& map_;
    std::string what_;
    std::vector<Note>& notes_;
    std::vector<std::string_view> known_;
};

void read_runtime(MapReader& engines, std::string_view key, RuntimeOptions& into,
                  std::vector<Note>& notes) {
    const Node* node = engines.find(key);
    if (node == nullptr) return;
    MapReader in(*node, engines.name(key), notes);
    in.flag("enabled", into.enabled);
    in.texts("sockets", into.sockets);
    in.note_others();
}

void read_engines(const Node& node, const std::string& what, Config& config) {
    MapReader in(node, what, config.notes);
    ContainerOptions& to = config.containers;
    read_runtime(in, "docker", to.docker, config.notes);
    read_runtime(in, "podman", to.podman, config.notes);
    read_runtime(in, "containerd", to.containerd, config.notes);
    read_runtime(in, "cri", to.cri, config.notes);
    read_runtime(in, "lxc", to.lxc, config.notes);
    read_runtime(in, "libvirt_lxc", to.libvirt_lxc, config.notes);
    read_runtime(in, "bpm", to.bpm, config.notes);
    if (const Node* fixed = in.find("static")) {
        MapReader at(*fixed, in.name("static"), config.notes);
        at.flag("enabled", to.fixed);
        at.text("container_id", to.fixed_id);
        at.text("container_name", to.fixed_name);
        at.text("container_image", to.fixed_image);
        at.note_others();
    }
    in.note_others();
}

void read_hooks(const Node& node, const std::string& what, ContainerOptions& to) {
    to.on_create = to.on_start = false;
    for (const std::string& hook : texts_of(node, what)) {
        if (hook != "create" && hook != "start")
            refuse(node.origin, format("{}: no hook '{}'; there are create and start", what, hook));
        (hook == "create" ? to.on_create : to.on_start) = true;
    }
}

void read_container(const Node& init, Config& config) {
    std::optional<Node> parsed;
    if (init.kind == Node::Kind::Null) return;
    if (init.kind == Node::Kind::Text) {  // JSON in a text
        if (init.text.find_first_not_of(" \t\r\n") == std::string::npos) return;
        parsed = parse_value(init.text, init.origin);
    }
    MapReader in(parsed ? *parsed : init, "init_config of the plugin container", config.notes);
    ContainerOptions& to = config.containers;
    if (const Node* length = in.find("label_max_len")) {
        const auto value = parse_number(text_of(*length, in.name("label_max_len")));
        if (!value || *value < 0 || *value > 65536)
            refuse(length->origin, in.name("label_max_len") + " must be a number from 0 to 65536");
        to.label_max_len = static_cast<std::uint32_t>(*value);
    }
    in.flag("with_size", to.with_size);
    in.find("log_level");
    if (const Node* hooks = in.find("hooks")) read_hooks(*hooks, in.name("hooks"), to);
    if (const Node* engines = in.find("engines"))
        read_engines(*engines, in.name("engines"), config);
    in.note_others();
}

void note_foreign(const std::string& name, const PluginEntry* entry, const Origin& origin,
                  Config& config) {
    const auto known = [&](const ForeignPlugin& one) { return one.name == name; };
    const auto& all = config.foreign_plugins;
    if (std::any_of(all.begin(), all.end(), known)) return;
    ForeignPlugin plugin{name, entry == nullptr ? "" : entry->library, {}};
    for (const KnownSource& row : kSources) {
        if (row.plugin == name) plugin.source = row.source;
    }
    const std::string what =
        plugin.source.empty()
            ? std::string(
                  "its fields and events do not exist, and rules that need them stay "
                  "inactive")
            : format("there are no events of source {}, and its rules stay inactive",
                     plugin.source);
    config.notes.push_back({Note::Kind::Plugin, format("{}: the plugin '{}' is not available: {}",
                                                       to_text(origin), name, what)});
    config.foreign_plugins.push_back(std::move(plugin));
}

}  // namespace

void read_plugins(const Node& root, Config& config) {
    const std::vector<PluginEntry> entries = read_entries(root);
    const auto entry_named = [&](std::string_view name) {
        const auto found = std::find_if(entries.begin(), entries.end(),
                                        [&](const PluginEntry& one) { return one.name == name; });
        return found == entries.end() ? nullptr : &*found;
    };
    if (const PluginEntry* own = entry_named(kBuiltIn); own != nullptr && own->init != nullptr)
        read_container(*own->init, config);
    const Node* chosen = at(root, "load_plugins");
    if (chosen == nullptr) {
        for (const PluginEntry& entry : entries) {
            if (entry.name != kBuiltIn) note_foreign(entry.name, &entry, entry.origin, config);
        }
        return;
    }
    const std::vector<std::string> names = texts_of(*chosen, "load_plugins");
    for (std::size_t k = 0; k < names.size(); ++k) {
        const Origin& origin = k < chosen->items.size() ? chosen->items[k].origin : chosen->origin;
        if (names[k] != kBuiltIn) note_foreign(names[k], entry_named(names[k]), origin, config);
    }
}

}  // namespace sensor::config
