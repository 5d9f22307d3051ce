// SPDX-License-Identifier: Apache-2.0
// falco-rulec test: rule tests of YAML files, with events or captures (docs/rule-tests.md).
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>

#include "cases/run.hpp"
#include "rulec/command.hpp"
#include "rulec/junit.hpp"
#include "rulec/terminal.hpp"

namespace sensor::rulec {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<std::string> files;
    std::vector<std::string> rules;
    std::string rules_dir;
    std::string junit;
    bool coverage = false;
    double coverage_min = 0;
    bool native = false;
    bool verbose = false;
};

/// Folders become their YAML files, of every depth, sorted.
std::optional<std::vector<std::string>> case_files(const std::vector<std::string>& paths) {
    std::vector<std::string> out;
    for (const std::string& path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            out.push_back(path);
            continue;
        }
        std::vector<std::string> found;
        for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
             it.increment(error)) {
            const std::string extension = it->path().extension().string();
            if (extension == ".yaml" || extension == ".yml") found.push_back(it->path().string());
        }
        if (error) complain("reading " + path + ": " + error.message());
        if (!error && found.empty()) complain("no *.yaml below " + path);
        if (error || found.empty()) return std::nullopt;
        std::sort(found.begin(), found.end());
        out.insert(out.end(), found.begin(), found.end());
    }
    return out;
}

std::string indented(const std::string& text, const std::string& by) {
    std::string out;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        out += by + text.substr(begin, end - begin) + "\n";
        begin = end + 1;
    }
    return out;
}

std::string failure_text(const cases::Failure& failure, const Paint& paint) {
    std::string out = failure.what + "\n";
    for (const cases::DiffLine& line : failure.diff) {
        const Colour colour = line.sign == '-'   ? Colour::Red
                              : line.sign == '+' ? Colour::Green
                                                 : Colour::Dim;
        out += paint(colour, std::string("  ") + line.sign + " " + line.text) + "\n";
    }
    const auto has = [&](char sign) {
        return std::any_of(failure.diff.begin(), failure.diff.end(),
                           [&](const cases::DiffLine& line) { return line.sign == sign; });
    };
    if (has('-') || has('+')) {
        std::string legend = has('-') ? "- expected" : "";
        if (has('+')) legend += std::string(legend.empty() ? "" : ", ") + "+ found";
        out += paint(Colour::Dim, "    (" + legend + ")") + "\n";
    }
    for (const std::string& note : failure.notes) out += indented(note, "  ");
    return out;
}

class Session {
public:
    Session(const Options& options, cases::ReadOptions how, cases::RunOptions run)
        : options_(options), how_(std::move(how)), runner_(std::move(run)) {}

    void run_file(const std::string& path) {
        TestFile results{path, {}};
        const Result<cases::CaseFile> file = cases::read_case_file(path, how_);
        if (!file) {
            std::printf("%s\n", file.error().text.c_str());
            results.tests.push_back({"(file)", 0, 0, {}, file.error().text});
            ++unusable_;
            done_.push_back(std::move(results));
            return;
        }
        std::string text;
        std::size_t good = 0;
        for (const cases::Case& test : file->cases) {
            text += run_case(*file, test, results);
            if (results.tests.back().failure.empty() && results.tests.back().error.empty()) ++good;
        }
        const std::size_t bad = file->cases.size() - good;
        const std::string state =
            std::to_string(good) + " passed" +
            (bad == 0 ? "" : ", " + paint_(Colour::Red, std::to_string(bad) + " failed"));
        std::printf("%s: %s\n%s", path.c_str(), state.c_str(), text.c_str());
        done_.push_back(std::move(results));
    }

    /// Prints what no test fired. out: share of the rules that fired, percent
    double coverage() const {
        std::set<std::string> all, fired;
        std::map<std::string, std::string> places;
        for (const auto& [key, loaded] : runner_.loaded()) {
            fired.insert(loaded.fired.begin(), loaded.fired.end());
            for (const rules::Rule& rule : loaded.ruleset.rules) {
                if (rule.file == "inline.yaml") continue;
                all.insert(rule.name);
                places[rule.name] = rule.file + ":" + std::to_string(rule.line);
            }
        }
        std::vector<std::string> missing;
        std::set_difference(all.begin(), all.end(), fired.begin(), fired.end(),
                            std::back_inserter(missing));
        const double share = all.empty()
                                 ? 100
                                 : 100.0 * static_cast<double>(all.size() - missing.size()) /
                                       static_cast<double>(all.size());
        if (!options_.coverage) return share;
        std::printf("\n%zu of %zu rules were fired by a test (%.0f %%)\n",
                    all.size() - missing.size(), all.size(), share);
        if (!missing.empty()) std::printf("no test fires:\n");
        for (const std::string& rule : missing)
            std::printf("  %s  %s\n", rule.c_str(), paint_(Colour::Dim, places.at(rule)).c_str());
        return share;
    }

    int finish() const {
        const std::size_t all = passed_ + failed_ + unusable_;
        std::string text = "\n" + counted(all, "case") + ": " +
                           paint_(Colour::Green, std::to_string(passed_) + " passed");
        if (failed_ != 0) text += ", " + paint_(Colour::Red, std::to_string(failed_) + " failed");
        if (unusable_ != 0)
            text += ", " + paint_(Colour::Red, std::to_string(unusable_) + " could not be run");
        std::printf("%s\n", text.c_str());
        const double share = options_.coverage || options_.coverage_min > 0 ? coverage() : 100;
        const bool thin = share < options_.coverage_min;
        if (thin)
            std::printf("coverage of rules is %.1f %%, less than %.1f %%\n", share,
                        options_.coverage_min);
        std::fflush(stdout);
        if (!options_.junit.empty() && !write_output(options_.junit, junit_xml(done_)))
            return kUnusable;
        if (unusable_ != 0) return kUnusable;
        return failed_ != 0 || thin ? kBad : kGood;
    }

private:
    /// out: what to print of it
    std::string run_case(const cases::CaseFile& file, const cases::Case& test, TestFile& results) {
        const auto begin = std::chrono::steady_clock::now();
        const Result<cases::Outcome> outcome = runner_.run(file, test);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
        TestResult result{test.name, test.at.line, taken.count(), {}, {}};
        std::string text;
        if (!outcome) {
            ++unusable_;
            result.error = outcome.error().text;
            text = indented(outcome.error().text, "  ");
        } else if (!outcome->passed()) {
            ++failed_;
            text = "  " + paint_(Colour::Bold, test.name) + "  " +
                   paint_(Colour::Dim, file.path + ":" + std::to_string(test.at.line)) + "\n";
            for (const cases::Failure& failure : outcome->failures) {
                text += indented(failure_text(failure, paint_), "    ");
                result.failure += failure_text(failure, Paint(false));
            }
        } else {
            ++passed_;
            if (options_.verbose) text = "  " + test.name + "\n";
        }
        results.tests.push_back(std::move(result));
        return text;
    }

    const Options& options_;
    const cases::ReadOptions how_;
    cases::Runner runner_;
    const Paint paint_ = Paint::of_stdout();
    std::vector<TestFile> done_;
    std::size_t passed_ = 0, failed_ = 0, unusable_ = 0;
};

int run(const Options& options) {
    const auto files = case_files(options.files);
    if (!files) return kUnusable;
    cases::ReadOptions how;
    how.rules_dir = options.rules_dir;
    if (!options.rules.empty()) {
        how.rules = read_files(options.rules);
        if (!how.rules) return kUnusable;
    }
    cases::RunOptions run_options;
    if (options.native) {
        std::error_code error;
        run_options.compiler = fs::read_symlink("/proc/self/exe", error).string();
        run_options.require_native = true;
    }
    Session session(options, std::move(how), std::move(run_options));
    for (const std::string& path : *files) session.run_file(path);
    return session.finish();
}

}  // namespace

void declare_test(CLI::App& app, int& exit) {
    auto options = std::make_shared<Options>();
    Declaration test(app, "test", "Run rule tests; exit 1 if one fails, 2 if one cannot be run");
    test.option("FILE", options->files, "files of cases, or folders of them").required();
    test.option("--rules", options->rules,
                "rules file or folder, instead of those the cases name; may be repeated")
        .one_each();
    test.option("--rules-dir", options->rules_dir,
                "where rules files are that cases name, before the folder of the case");
    test.option("--junit", options->junit, "also write the results as JUnit XML");
    test.flag("--coverage", options->coverage, "say which rules no test fired");
    test.option("--coverage-min", options->coverage_min,
                "exit 1 if less than this percentage of the rules fired")
        .between(0.0, 100.0);
    test.flag("--native", options->native, "judge by machine code too; both must agree");
    test.flag("-v,--verbose", options->verbose, "name the cases that passed");
    test.run([options] { return run(*options); }, exit);
}

}  // namespace sensor::rulec
