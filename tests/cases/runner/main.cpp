// SPDX-License-Identifier: Apache-2.0
// case_runner: runs text cases. Called by ctest, one file a test; by hand with any files:
//   case_runner --rules-dir rules tests/cases/rules/credentials.yaml
// --coverage FLOOR also reports which rows of the tables all given files touch together.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "tests/cases/runner/coverage.hpp"
#include "tests/cases/runner/run.hpp"

namespace {

using namespace sensor;
using namespace sensor::cases;

struct Arguments {
    std::string rules_dir = "rules";
    std::string coverage_floor;
    std::string own_rules;  ///< rules of this file must each fire in a case and stay quiet in one
    RunOptions run;
    std::vector<std::string> files;
};

bool parse(int argc, char** argv, Arguments& out) {
    for (int k = 1; k < argc; ++k) {
        const std::string word = argv[k];
        auto value = [&]() -> std::string { return k + 1 < argc ? argv[++k] : ""; };
        if (word == "--rules-dir")
            out.rules_dir = value();
        else if (word == "--compiler")
            out.run.compiler = value();
        else if (word == "--cache")
            out.run.cache_dir = value();
        else if (word == "--require-native")
            out.run.require_native = true;
        else if (word == "--coverage")
            out.coverage_floor = value();
        else if (word == "--own-rules")
            out.own_rules = value();
        else if (!word.empty() && word.front() == '-')
            return false;
        else
            out.files.push_back(word);
    }
    return !out.files.empty();
}

/// Prints what is wrong with one file. out: number of failing cases
std::size_t run_file(const std::string& path, const Arguments& arguments, Runner& runner,
                     Coverage& coverage, std::size_t& passed) {
    std::size_t failed = 0;
    std::size_t line = 0;
    try {
        const CaseFile file = read_case_file(path, arguments.rules_dir);
        for (const Case& test : file.cases) {
            line = test.line;
            const auto wrong = runner.run(file, test);
            if (!arguments.coverage_floor.empty())
                coverage.add(file, test, runner.loaded().at(test.rules_key));
            if (wrong.empty()) {
                ++passed;
                continue;
            }
            ++failed;
            std::printf("%s:%zu: case '%s' failed\n", path.c_str(), test.line, test.name.c_str());
            for (const std::string& text : wrong) std::printf("    %s\n", text.c_str());
        }
    } catch (const CaseError& error) {
        std::printf("%s:%zu: %s\n", path.c_str(), error.line != 0 ? error.line : line,
                    error.text.c_str());
        ++failed;
    }
    return failed;
}

/// Every rule of the named file must fire in some case; out: number that does not
std::size_t unfired(const Arguments& arguments, const Coverage& coverage) {
    if (arguments.own_rules.empty()) return 0;
    auto files = rules::read_rules_path(arguments.own_rules);
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
    Arguments arguments;
    if (!parse(argc, argv, arguments)) {
        std::fprintf(stderr,
                     "usage: case_runner [--rules-dir DIR] [--compiler FALCO-RULEC] [--cache DIR] "
                     "[--require-native] [--coverage FLOOR] [--own-rules FILE] FILE...\n");
        return 2;
    }
    Runner runner(arguments.run);
    Coverage coverage;
    std::size_t failed = 0, passed = 0;
    for (const std::string& path : arguments.files)
        failed += run_file(path, arguments, runner, coverage, passed);
    std::size_t native = 0;
    for (const auto& [key, loaded] : runner.loaded()) {
        if (loaded.engines.size() > 1)
            ++native;
        else if (!loaded.native_note.empty())
            std::printf("no machine code: %s\n", loaded.native_note.c_str());
    }
    std::printf("%zu cases passed, %zu failed; rule sets %zu, with machine code %zu\n", passed,
                failed, runner.loaded().size(), native);
    if (!arguments.coverage_floor.empty())
        failed += coverage.report(arguments.coverage_floor) + unfired(arguments, coverage);
    return failed == 0 ? 0 : 1;
}
