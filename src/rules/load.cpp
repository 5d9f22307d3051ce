// SPDX-License-Identifier: Apache-2.0
// Files to rule set: YAML documents to items, items to the library, the library to checked rules.
// Everything that is wrong is collected; yaml-cpp's exceptions end here.
#include <exception>

#include "rules/codes.hpp"
#include "rules/compile.hpp"
#include "rules/one_line.hpp"
#include "rules/read.hpp"
#include "rules/yaml_text.hpp"

namespace sensor::rules {
namespace {

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
                  "Unexpected element type. Each element should be a yaml associative array.");
        return;
    }
    for (const Kind& kind : kKinds) {
        if (!item.has(kind.key)) continue;
        kind.read(item, library);
        return;
    }
    const Reporter::Scope scope(reporter, "rules content item", "", item.at());
    reporter.warning(code::kUnknownItem, item.at(), "Unknown top level item",
                     "an item has a key 'rule', 'macro', 'list', 'required_engine_version' or "
                     "'required_plugin_versions'");
}

void read_document(const YAML::Node& document, std::uint32_t file, Reporter& reporter,
                   Library& library) {
    if (!document.IsDefined() || document.IsNull()) return;
    const Origin at = reporter.files().origin(file, document.Mark().pos);
    if (!document.IsSequence()) {
        reporter.error(code::kYamlValidate, at,
                       document.IsMap() ? "Rules content is not yaml array of objects"
                                        : "Rules content is not yaml");
        return;
    }
    for (const YAML::Node& node : document) read_item(node, file, reporter, library);
}

void read_file(std::uint32_t file, Reporter& reporter, Library& library, SchemaCheck& schema) {
    const Reporter::Scope scope(reporter, "rules content", "", {file, 0});
    if (is_one_line_format(reporter.files().file(file)))
        return read_one_line_file(file, reporter, library);
    try {
        const auto documents = load_documents(reporter.files().file(file).text);
        schema.status = SchemaCheck::Status::Ok;
        for (const YAML::Node& document : documents) {
            check_schema(document, schema);
            read_document(document, file, reporter, library);
        }
    } catch (const YAML::Exception& error) {
        reporter.error(code::kYamlParse, reporter.files().origin(file, error.mark.pos),
                       "yaml-cpp: " + error.msg);
    } catch (const std::exception& error) {
        reporter.error(code::kYamlParse, {file, 0},
                       std::string("cannot read YAML: ") + error.what());
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
                           "Plugin requirement not satisfied, must load one of: " + wanted);
    }
}

}  // namespace

RuleSet load_rules(const std::vector<SourceFile>& sources, const LoadOptions& options) {
    RuleSet set;
    const Files files(sources);
    Reporter reporter(files, set.diagnostics);
    Library library;
    library.static_fields = options.static_fields;
    set.program.static_fields = options.static_fields;
    set.schema.resize(sources.size());
    Compiler compiler(library, reporter, options);
    for (std::uint32_t file = 0; file < sources.size(); ++file) {
        read_file(file, reporter, library, set.schema[file]);
        if (file + 1 == sources.size()) break;
        const Reporter::Scope scope(reporter, "rules content", "", {file, 0});
        compiler.check_file(file);
    }
    check_plugins(library, reporter);
    compiler.build(set);
    set.required_engine = library.required_engine;
    for (PluginPlace& requirement : library.required_plugins)
        set.required_plugins.push_back(std::move(requirement));
    return set;
}

RuleSet load_condition(const SourceFile& condition, const LoadOptions& options) {
    RuleSet set;
    const std::vector<SourceFile> sources{condition};
    const Files files(sources);
    Reporter reporter(files, set.diagnostics);
    Library library;
    RuleDef def;
    def.name = condition.name;
    for (std::uint32_t k = 0; k < condition.text.size(); ++k)
        def.condition.append(condition.text.substr(k, 1), {0, k});
    library.rules.add(std::move(def));
    Compiler(library, reporter, options).build(set);
    return set;
}

}  // namespace sensor::rules
