// SPDX-License-Identifier: Apache-2.0
// falco-rulec explain: what a rule asks, and why it fired or did not for one event.
#include "rulec/explain.hpp"

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include "judge/judge.hpp"
#include "lang/similar.hpp"
#include "rulec/command.hpp"
#include "rulec/compare_sets.hpp"
#include "rulec/event_at.hpp"

namespace sensor::rulec {
namespace {

constexpr const char* kConditionName = "--condition";

struct Options {
    std::string rule;  // with --condition one more file
    std::vector<std::string> files;
    std::string condition;
    EventChoice event;
    bool full = false;
    bool facts = false;
    std::string format = "text";
};

/// The condition of the command line as a rule behind the files.
rules::SourceFile condition_file(const std::string& condition) {
    const std::string text = output::json_line(condition);
    return {kConditionName, std::string("- rule: ") + kConditionName +
                                "\n  desc: of the command line\n  condition: " + text +
                                "\n  output: it holds\n  priority: INFO\n"};
}

bool mentions(const std::string& name, const std::string& wanted) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
    };
    return std::search(name.begin(), name.end(), wanted.begin(), wanted.end(), same) != name.end();
}

/// By its name, else the only one whose name has the text in it.
const rules::Rule* find_rule(const rules::RuleSet& set, const std::string& wanted) {
    std::vector<const rules::Rule*> near;
    std::vector<std::string_view> names;
    for (const std::vector<rules::Rule>* rules : {&set.rules, &set.idle}) {
        for (const rules::Rule& rule : *rules) {
            if (rule.name == wanted) return &rule;
            if (mentions(rule.name, wanted)) near.push_back(&rule);
            names.push_back(rule.name);
        }
    }
    if (near.size() == 1) return near.front();
    std::string text = "no rule '" + wanted + "'";
    for (std::size_t k = 0; k < std::min<std::size_t>(near.size(), 8); ++k)
        text += std::string(k == 0 ? "; it could be '" : ", '") + near[k]->name + "'";
    const std::string hint = near.empty() ? lang::did_you_mean(wanted, names) : "";
    complain(text + (hint.empty() ? "" : ": " + hint));
    return nullptr;
}

/// Judges the event both ways: every part for the tree, and all rules by the engine.
class Detective {
public:
    Detective(const rules::RuleSet& set, const rules::Rule& rule, bool active,
              const std::vector<rules::SourceFile>& files)
        : set_(set), rule_(rule), active_(active), files_(files) {}

    Result<> look(const fields::Context& context) {
        SENSOR_TRY(const std::unique_ptr<explain::Explainer> explainer,
                   explain::Explainer::create(*rule_.tree));
        finding.truth = explainer->explain(context);
        finding.number = context.evt_num;
        finding.fired = finding.truth.holds();
        finding.event_type = field(context, "evt.type");
        finding.actor = field(context, "proc.name");
        if (active_) SENSOR_TRY_OK(judge(context));
        if (finding.fired) finding.silence = find_silence(files_, rule_, context);
        return Ok{};
    }

    Finding finding;

private:
    static std::string field(const fields::Context& context, const char* name) {
        lang::Program program;
        const lang::OutputParse parsed = lang::parse_output(std::string("%") + name, program);
        engine::EngineOptions options;
        options.native = false;
        const auto engine = engine::Engine::create(program, options);
        engine->match(context, true, {});
        judge::EngineTerms terms(*engine);
        return output::render_message(parsed.format, program, terms, {});
    }

    Result<> judge(const fields::Context& context) {
        engine::EngineOptions options;
        options.native = false;
        const auto engine = engine::Engine::create(set_.program, options);
        std::vector<std::uint32_t> matches(set_.rules.size());
        const std::size_t count = engine->match(context, true, matches);
        bool found = false;
        for (std::size_t k = 0; k < count; ++k) {
            found = found || matches[k] == rule_.condition_idx;
            if (matches[k] < rule_.condition_idx && finding.fired)
                finding.rules_first.push_back(set_.rules[matches[k]].name);
        }
        if (found != finding.fired)
            return Error("the engine and this explanation differ, please report it: engine " +
                         std::string(found ? "fired" : "did not fire"));
        if (!found) return Ok{};
        judge::EngineTerms terms(*engine);
        finding.message = output::render_message(rule_.format, set_.program, terms,
                                                 {false, context.event.ts_ns()});
        return Ok{};
    }

    const rules::RuleSet& set_;
    const rules::Rule& rule_;
    const bool active_;
    const std::vector<rules::SourceFile>& files_;
};

/// What else of the capture the proposed exception would silence.
void count_silenced(const rules::RuleSet& set, const std::string& rule, const std::string& capture,
                    Finding& finding) {
    SetDifference found;
    CompareOptions how;
    how.captures = {capture};
    how.match_all = true;
    // A damaged capture was judged as far as it goes.
    const Result<> ended = compare_alerts(set, finding.silence->with, how, found);
    finding.counted = ended.has_value();
    finding.silenced = found.rules[rule].lost;
    finding.alerts = found.rules[rule].before;
}

struct Loaded {
    std::vector<rules::SourceFile> files;
    rules::RuleSet set;
    const rules::Rule* rule = nullptr;
};

/// out: an exit status if there is nothing to explain
std::optional<int> load(const Options& options, Loaded& out) {
    std::vector<std::string> paths = options.files;
    const bool bare = !options.condition.empty();
    if (bare && !options.rule.empty()) paths.insert(paths.begin(), options.rule);
    if (!bare && (options.rule.empty() || paths.empty())) {
        complain("give the name of a RULE and rules files, or --condition TEXT");
        return kUnusable;
    }
    const std::string wanted = bare ? kConditionName : options.rule;
    auto files = read_files(paths);
    if (!files) return kUnusable;
    out.files = *std::move(files);
    if (!options.condition.empty()) out.files.push_back(condition_file(options.condition));
    rules::LoadOptions how;
    how.trees = true;
    out.set = rules::load_rules(out.files, how);
    for (const lang::Diagnostic& problem : out.set.diagnostics) {
        if (problem.severity == lang::Severity::Error)
            std::fputs(lang::to_text(problem).c_str(), stderr);
    }
    if (!out.set.ok()) return kBad;
    out.rule = find_rule(out.set, wanted);
    if (out.rule == nullptr) return kUnusable;
    if (!out.rule->tree) {
        complain("the condition of '" + out.rule->name + "' cannot be judged here: its source is " +
                 out.rule->source);
        return kUnusable;
    }
    return std::nullopt;
}

std::optional<std::string> unfit(const Options& options) {
    if (!options.event.event.empty() && !options.event.capture.empty())
        return "--event or --capture, not both";
    if (!options.event.capture.empty() && options.event.number == 0)
        return "--capture needs --num N, the evt.num of the event";
    if (options.event.capture.empty() && options.event.number != 0)
        return "--num is of a --capture FILE";
    return std::nullopt;
}

std::string printed(const RuleFacts& facts, const std::optional<Finding>& finding,
                    const Options& options) {
    if (options.format == "json") {
        nlohmann::json out = json_of(facts);
        if (finding) out["event"] = json_of(*finding);
        return output::json_lines(out);
    }
    const Show show{Paint::of_stdout(), options.full};
    if (!finding) return text_of(facts, show);
    if (options.facts) return text_of(facts, show) + text_of(*finding, show);
    const std::string head = finding->bare ? options.condition : facts.rule->name;
    return show.paint(Colour::Bold, head) + "\n" + text_of(*finding, show);
}

int run(const Options& options) {
    if (const auto problem = unfit(options)) {
        complain(*problem);
        return kUnusable;
    }
    Loaded loaded;
    if (const auto exit = load(options, loaded)) return *exit;
    const RuleFacts facts = facts_of(*loaded.rule, loaded.set);
    std::optional<Finding> finding;
    if (options.event.any()) {
        Detective detective(loaded.set, *loaded.rule, facts.active, loaded.files);
        Result<> looked = Ok{};
        const Result<> found = at_event(options.event, [&](const fields::Context& context) {
            looked = detective.look(context);
        });
        for (const Result<>* result : {&found, &std::as_const(looked)}) {
            if (result->has_value()) continue;
            std::fprintf(stderr, "%s\n", result->error().text.c_str());
            return kUnusable;
        }
        finding = std::move(detective.finding);
        finding->bare = !options.condition.empty();
        if (finding->bare) finding->message.clear();
        if (finding->silence && !options.event.capture.empty())
            count_silenced(loaded.set, loaded.rule->name, options.event.capture, *finding);
    }
    return write_output({}, printed(facts, finding, options)) ? kGood : kUnusable;
}

}  // namespace

void declare_explain(CLI::App& app, int& exit) {
    auto options = std::make_shared<Options>();
    Declaration explain(app, "explain",
                        "What a rule asks and costs; with an event, why it fired or did not");
    explain.option("RULE", options->rule, "name of a rule, or a part that only one has");
    explain.option("FILE", options->files, "rules files or folders, loaded in this order");
    explain.option("--condition", options->condition,
                   "a condition instead of a rule; macros and lists come from FILE...");
    explain.option("--event", options->event.event,
                   "one event as in rule tests, JSON or YAML; @FILE, or - for standard input");
    explain.option("--capture,-e", options->event.capture, "a capture that has the event");
    explain.option("--num", options->event.number, "evt.num of the event in the capture");
    explain.flag("--full", options->full, "do not shorten lists and values");
    explain.flag("--rule", options->facts, "with an event: also all that is said without one");
    explain.option("--format", options->format, "text or json")
        .one_of({"text", "json"})
        .shows_default();
    explain.run([options] { return run(*options); }, exit);
}

}  // namespace sensor::rulec
