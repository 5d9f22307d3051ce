// SPDX-License-Identifier: Apache-2.0
#include "config/include.hpp"

#include <algorithm>
#include <filesystem>

#include "base/log.hpp"
#include "base/read_file.hpp"
#include "config/check.hpp"
#include "config/environment.hpp"
#include "config/yaml_tree.hpp"

namespace sensor::config {
namespace {

namespace fs = std::filesystem;

enum class Strategy { Append, Override, AddOnly };

struct Inclusion {
    std::string path;
    Strategy strategy = Strategy::Append;
    Origin origin;
};

Strategy read_strategy(const Node& node, Config& config) {
    if (node.text == "append") return Strategy::Append;
    if (node.text == "override") return Strategy::Override;
    if (node.text == "add-only") return Strategy::AddOnly;
    config.notes.push_back(
        {Note::Kind::Other,
         format("{}: config_files: no strategy '{}', so it is append; there are append, override "
                "and add-only",
                to_text(node.origin), node.text)});
    return Strategy::Append;
}

Inclusion read_inclusion(const Node& node, Config& config) {
    Inclusion one;
    one.origin = node.origin;
    const Node* path = &node;
    if (node.kind == Node::Kind::Map) {
        path = child(node, "path");
        if (const Node* strategy = child(node, "strategy"); strategy != nullptr)
            one.strategy = read_strategy(*strategy, config);
    }
    if (path == nullptr || path->kind != Node::Kind::Text || path->text.empty()) {
        refuse(node.origin,
               "an entry of config_files must be a path, or a map of path and strategy");
    }
    one.path = path->text;
    return one;
}

std::vector<Inclusion> read_inclusions(const Node& root, Config& config) {
    std::vector<Inclusion> all;
    const Node* list = at(root, "config_files");
    if (list == nullptr) return all;
    if (list->kind == Node::Kind::List) {
        for (const Node& node : list->items) all.push_back(read_inclusion(node, config));
    } else {
        all.push_back(read_inclusion(*list, config));
    }
    return all;
}

/// Files of a folder in the order of their names; other things in it and what cannot be read are
/// left out.
std::vector<std::string> files_of(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code failed;
    for (fs::directory_iterator it(folder, failed), end; !failed && it != end;
         it.increment(failed)) {
        std::error_code unknown;
        if (it->is_regular_file(unknown)) paths.push_back(it->path().string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

void merge_one(Node& root, Entry& entry, Strategy strategy) {
    Entry* there = entry_of(root, entry.key);
    if (there == nullptr) {
        root.entries.push_back(std::move(entry));
        return;
    }
    if (strategy == Strategy::AddOnly) return;
    Node& old = there->value;
    if (strategy == Strategy::Append && old.kind == Node::Kind::List &&
        entry.value.kind == Node::Kind::List) {
        for (Node& item : entry.value.items) old.items.push_back(std::move(item));
    } else {
        *there = std::move(entry);
    }
}

void merge_file(Node& root, const Inclusion& one, const std::string& path, bool named,
                const std::string& main_file, Config& config) {
    std::error_code failed;
    if (!main_file.empty() && fs::equivalent(path, main_file, failed))
        refuse(one.origin, format("config_files: {} includes itself", path));
    Node included = read_settings_file(path, named, config);
    if (const Entry* nested = entry_of(included, "config_files"); nested != nullptr)
        refuse(nested->origin, "config_files may only be in the main file, not in an included one");
    for (Entry& entry : included.entries) merge_one(root, entry, one.strategy);
}

}  // namespace

Node read_settings_file(const std::string& path, bool named, Config& config) {
    Result<std::string> text = read_file(path);
    if (!text.has_value()) throw BadSetting{text.error().text};
    return read_settings_text(path, *std::move(text), named, config);
}

Node read_settings_text(const std::string& path, std::string text, bool named, Config& config) {
    std::vector<std::string> remarks;
    Node root = parse_settings(text, path, remarks);
    for (std::string& remark : remarks)
        config.notes.push_back({Note::Kind::Other, std::move(remark)});
    expand_environment(root);
    config.files.push_back({path, std::move(text), named, check_schema(root)});
    return root;
}

void merge_included(Node& root, const std::string& main_file, Config& config) {
    const std::vector<Inclusion> all = read_inclusions(root, config);
    for (const Inclusion& one : all) {
        std::error_code failed;
        if (fs::is_directory(one.path, failed)) {
            config.folders.push_back(one.path);
            for (const std::string& path : files_of(one.path))
                merge_file(root, one, path, false, main_file, config);
        } else if (fs::exists(one.path, failed)) {
            if (!fs::is_regular_file(one.path, failed))
                refuse(one.origin, format("config_files: {} is neither file nor folder", one.path));
            merge_file(root, one, one.path, true, main_file, config);
        }
    }
}

}  // namespace sensor::config
