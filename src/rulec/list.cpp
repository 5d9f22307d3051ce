// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "rulec/listing.hpp"

namespace sensor::rulec {
namespace {

constexpr ListKind kKinds[] = {
    {"fields", false, list_fields},
    {"events", false, list_events},
    {"operators", false, list_operators},
    {"transformers", false, list_transformers},
    {"priorities", false, list_priorities},
    {"rules", true, list_rules},
    {"macros", true, list_macros},
    {"lists", true, list_lists},
    {"mitre", true, list_mitre},
};

struct Options {
    std::string what;
    RulesInput input;
    std::string format = "text";
};

int run(const Options& options) {
    const ListKind* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                        [&](const auto& k) { return k.name == options.what; });
    LoadedRules loaded;
    if (kind->of_rules) {
        auto found = load_input(options.input);
        if (!found) return kUnusable;
        loaded = *std::move(found);
        for (const lang::Diagnostic& d : loaded.set.diagnostics) {
            if (d.severity == lang::Severity::Error) std::fputs(lang::to_text(d).c_str(), stderr);
        }
    } else if (!options.input.paths.empty() || options.input.condition) {
        complain("list " + options.what + " takes no rules");
        return kUnusable;
    }
    const Listing listing = kind->make(loaded.set);
    const std::string text =
        options.format == "json" ? output::json_lines(listing.json) : listing.text;
    if (!write_output({}, text)) return kUnusable;
    return loaded.set.ok() ? kGood : kBad;
}

}  // namespace

void declare_list(CLI::App& app, int& exit) {
    auto options = std::make_shared<Options>();
    Declaration list(app, "list", "List what rules may be made of, or what rules files hold");
    std::vector<std::string> names;
    for (const ListKind& kind : kKinds) names.emplace_back(kind.name);
    list.option("WHAT", options->what,
                "fields, events, operators, transformers, priorities; with rules files: "
                "rules, macros, lists, mitre (ATT&CK tactics and techniques by tag)")
        .required()
        .one_of(names);
    declare_rules(list, options->input);
    list.option("--format", options->format, "text or json")
        .one_of({"text", "json"})
        .shows_default();
    list.run([options] { return run(*options); }, exit);
}

}  // namespace sensor::rulec
