// SPDX-License-Identifier: Apache-2.0
// Files to rule set: YAML documents to items, items to the library, the library to checked rules.
// Everything that is wrong is collected; yaml-cpp's exceptions end here.
#include <algorithm>
#include <exception>
#include <tuple>
#include <unordered_map>

#include "lang/similar.hpp"
#include "rules/codes.hpp"
#include "rules/compile.hpp"
#include "rules/one_line.hpp"
#include "rules/read.hpp"
#include "rules/yaml_text.hpp"

namespace sensor::rules {
namespace {

// A file with more mistakes is looked at again once these are mended.
constexpr unsigned kMostYamlErrors = 20;
// Reading a file again for each mistake takes its time.
constexpr std::size_t kMostToRetry = 1 << 20;

using ReadFn = void (*)(const Item&, Library&);
struct Kind {
    const char* key;
    ReadFn read;
};
// The first key present decides what an item is.
constexpr Kind kKinds[] = {
    {"required_engine_version", read_engine_version},
    {"required_plugin_versions", read_plugin_versions},
    {"list", read_list},
    {"macro", read_macro},
    {"rule", read_rule},
};

void read_item(const YAML::Node& node, std::uint32_t file, Reporter& reporter, Library& library) {
    const Item item(node, file, reporter);
    if (node.IsNull()) return;
    if (!node.IsMap()) {
        const Reporter::Scope scope(reporter, "rules content item", "", item.at());
        item.fail(item.at(),
                  node.IsScalar() ? "'" + node.Scalar() + "' is not an item"
                                  : std::string("a list is not an item"),
                  "an item is a map: - rule: NAME, with its other keys below");
        return;
    }
    for (const Kind& kind : kKinds) {
        if (!item.has(kind.key)) continue;
        kind.read(item, library);
        return;
    }
    const Reporter::Scope scope(reporter, "rules content item", "", item.at());
    std::vector<std::string_view> kinds;
    for (const Kind& kind : kKinds) kinds.emplace_back(kind.key);
    const YAML::Node first = node.begin() == node.end() ? YAML::Node() : node.begin()->first;
    const std::string key = first.IsScalar() ? first.Scalar() : std::string();
    const std::string near = lang::did_you_mean(key, kinds);
    reporter.warning(code::kUnknownItem, item.at(),
                     key.empty() ? "an item of an unknown kind is ignored"
                                 : "an item of the unknown kind '" + key + "' is ignored",
                     near.empty() ? "an item has a key 'rule', 'macro', 'list', "
                                    "'required_engine_version' or 'required_plugin_versions'"
                                  : near);
}

void read_document(const YAML::Node& document, std::uint32_t file, Reporter& reporter,
                   Library& library) {
    if (!document.IsDefined() || document.IsNull()) return;
    const Origin at = reporter.files().origin(file, document.Mark().pos);
    if (!document.IsSequence()) {
        reporter.error(code::kYamlValidate, at,
                       document.IsMap() ? "a rules file is a list of items, not a map"
                                        : "a rules file is a list of items, not a text",
                       "begin every item with a dash: - rule: NAME");
        return;
    }
    for (const YAML::Node& node : document) read_item(node, file, reporter, library);
}

/// What was named in an item that cannot be read is not called undefined.
void remember_names(const std::string& item, Library& library) {
    const auto remember = [&](std::string_view key, std::unordered_set<std::string>& broken) {
        std::size_t at = item.find(key);
        if (at == std::string::npos) return;
        at = item.find_first_not_of(" \"'", at + key.size());
        if (at == std::string::npos) return;
        broken.insert(item.substr(at, item.find_first_of("\"'\r\n#", at) - at));
    };
    remember("rule:", library.rules.broken);
    remember("macro:", library.macros.broken);
    remember("list:", library.lists.broken);
}

/// Reads the text; an item that is no YAML is reported and left out, so that the others are read.
std::vector<YAML::Node> read_documents(std::uint32_t file, Reporter& reporter, Library& library) {
    std::string text = reporter.files().file(file).text;
    if (const std::optional<YamlProblem> wrong = find_wrong_bytes(text)) {
        reporter.error(code::kYamlParse, {file, static_cast<std::uint32_t>(wrong->offset)},
                       wrong->message, wrong->hint);
        return {};
    }
    const bool large = text.size() > kMostToRetry;
    for (unsigned tries = 0;; ++tries) {
        try {
            return load_documents(text);
        } catch (const YAML::Exception& error) {
            const YamlProblem problem =
                explain_yaml(text, reporter.files().origin(file, error.mark.pos).offset, error.msg);
            const Origin at{file, static_cast<std::uint32_t>(problem.offset)};
            reporter.error(code::kYamlParse, at, problem.message, problem.hint);
            if (large || tries == kMostYamlErrors) return {};
            const std::optional<std::string> item = blank_item(text, problem.offset);
            if (!item) return {};
            remember_names(*item, library);
        }
    }
}

void read_file(std::uint32_t file, Reporter& reporter, Library& library) {
    const Reporter::Scope scope(reporter, "rules content", "", {file, 0});
    if (is_one_line_format(reporter.files().file(file)))
        return read_one_line_file(file, reporter, library);
    try {
        for (const YAML::Node& document : read_documents(file, reporter, library))
            read_document(document, file, reporter, library);
    } catch (const std::exception& error) {
        reporter.error(code::kYamlParse, {file, 0},
                       std::string("this cannot be read as YAML: ") + error.what());
    }
}

/// Containers are told apart here without a plugin; no other plugin can be had.
void check_plugins(const Library& library, Reporter& reporter) {
    for (const PluginPlace& requirement : library.required_plugins) {
        std::string wanted;
        bool met = false;
        for (const PluginRequirement::Choice& choice : requirement.choices) {
            met = met || choice.name == "container";
            wanted += (wanted.empty() ? "" : ", ") + choice.name +
                      " (>= " + to_text(choice.version) + ")";
        }
        if (!met)
            reporter.error(code::kValidate, requirement.at,
                           "a plugin is required that is not here: " + wanted,
                           "only 'container' is built in, and plugins cannot be loaded");
    }
}

/// In the order of the files and of what stands in them, as their author reads.
void sort_by_place(lang::Diagnostics& diagnostics, const std::vector<SourceFile>& sources) {
    std::unordered_map<std::string_view, std::size_t> order;
    for (const SourceFile& source : sources) order.emplace(source.name, order.size());
    std::vector<std::tuple<std::size_t, std::size_t, std::size_t>> places;  // the last: as said
    for (const lang::Diagnostic& d : diagnostics) {
        const auto found = order.find(d.position.file);
        places.emplace_back(found == order.end() ? order.size() : found->second, d.position.offset,
                            places.size());
    }
    std::sort(places.begin(), places.end());
    lang::Diagnostics sorted;
    sorted.reserve(diagnostics.size());
    for (const auto& place : places) sorted.push_back(std::move(diagnostics[std::get<2>(place)]));
    diagnostics = std::move(sorted);
}

}  // namespace

RuleSet load_rules(const std::vector<SourceFile>& sources, const LoadOptions& options) {
    RuleSet set;
    const Files files(sources);
    Reporter reporter(files, set.diagnostics);
    Library library;
    Compiler compiler(library, reporter, options);
    for (std::uint32_t file = 0; file < sources.size(); ++file) {
        read_file(file, reporter, library);
        if (file + 1 == sources.size()) break;
        const Reporter::Scope scope(reporter, "rules content", "", {file, 0});
        compiler.check_file(file);
    }
    check_plugins(library, reporter);
    compiler.build(set);
    sort_by_place(set.diagnostics, sources);
    set.required_engine = library.required_engine;
    for (PluginPlace& requirement : library.required_plugins)
        set.required_plugins.push_back(std::move(requirement));
    return set;
}

}  // namespace sensor::rules
