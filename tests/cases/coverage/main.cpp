// SPDX-License-Identifier: Apache-2.0
// case_coverage: which rows of the tables the text cases touch together; called by ctest.
//   case_coverage RULES-DIR FLOOR OWN-RULES FILE...
// Fails if a line of FLOOR is not covered, or a rule of OWN-RULES fires in no case. That the cases
// pass is the business of `falco-rulec test`.
#include <cstdio>
#include <string>

#include "tests/cases/coverage/coverage.hpp"

namespace {

using namespace sensor;
using namespace sensor::cases;

/// Adds what one file touches. out: false if it cannot be read
bool add_file(const std::string& path, const ReadOptions& options,
              std::map<std::string, rules::RuleSet>& loaded, Coverage& coverage) {
    const Result<CaseFile> file = read_case_file(path, options);
    if (!file) {
        std::printf("%s\n", file.error().text.c_str());
        return false;
    }
    for (const Case& test : file->cases) {
        if (test.rejects || !test.capture.empty()) continue;
        const Result<World> world = build_world(*file, test);
        if (!world) {
            std::printf("%s\n", world.error().text.c_str());
            return false;
        }
        const auto [entry, fresh] = loaded.try_emplace(test.rules_key);
        if (fresh) entry->second = rules::load_rules(test.rules, {});
        coverage.add(*world, test, entry->second);
    }
    return true;
}

/// Every rule of the named file must fire in some case. out: number that does not
std::size_t unfired(const std::string& own_rules, const Coverage& coverage) {
    auto files = rules::read_rules_path(own_rules);
    if (!files) return 1;
    std::size_t missing = 0;
    for (const rules::Rule& rule : rules::load_rules(*files, {}).rules) {
        if (coverage.fired.count(rule.name) != 0) continue;
        std::printf("no case fires the rule '%s'\n", rule.name.c_str());
        ++missing;
    }
    return missing;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        std::fputs("usage: case_coverage RULES-DIR FLOOR OWN-RULES FILE...\n", stderr);
        return 2;
    }
    ReadOptions options;
    options.rules_dir = argv[1];
    Coverage coverage;
    std::map<std::string, rules::RuleSet> loaded;
    bool good = true;
    for (int k = 4; k < argc; ++k) good = add_file(argv[k], options, loaded, coverage) && good;
    const std::size_t missing = coverage.report(argv[2]) + unfired(argv[3], coverage);
    return good && missing == 0 ? 0 : 1;
}
