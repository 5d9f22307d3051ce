// SPDX-License-Identifier: Apache-2.0
#include "app/doctor.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "engine/engine.hpp"
#include "output/json.hpp"

namespace sensor::app {
namespace {

using capture::Finding;
using State = Finding::State;

struct StateText {
    const char* word;
    const char* colour;  ///< escape sequence of terminals
};
StateText text_of(State state) {
    switch (state) {
        case State::Good: return {"ok", "\x1b[32m"};
        case State::Blind: return {"blind", "\x1b[33m"};
        case State::Missing: return {"missing", "\x1b[1;31m"};
        case State::Unused: return {"unused", "\x1b[2m"};
    }
    return {"", ""};
}

std::string line(const Finding& finding, std::size_t name_width, bool colour) {
    constexpr std::size_t kStateWidth = 7;
    const StateText state = text_of(finding.state);
    const std::string word = format("{:<{}}", state.word, kStateWidth);
    std::string text = format("  {} {:<{}}  {}\n", colour ? state.colour + word + "\x1b[0m" : word,
                              finding.name, name_width, finding.found);
    if (finding.state == State::Good) return text;
    const std::string indent(3 + kStateWidth + name_width + 2, ' ');
    if (!finding.effect.empty()) text += indent + finding.effect + "\n";
    if (!finding.remedy.empty() && finding.state != State::Unused)
        text += indent + "-> " + finding.remedy + "\n";
    return text;
}

std::string counted(std::size_t count, const char* word) {
    return format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string conclusion(const std::vector<Finding>& findings) {
    const auto count = [&](State state) {
        return static_cast<std::size_t>(std::count_if(
            findings.begin(), findings.end(), [&](const Finding& f) { return f.state == state; }));
    };
    const std::size_t missing = count(State::Missing), blind = count(State::Blind);
    if (missing != 0) return format("falco-ebpf cannot run here: {}\n", counted(missing, "need"));
    if (blind != 0) return format("falco-ebpf runs here, with {}\n", counted(blind, "blind spot"));
    return "falco-ebpf runs here\n";
}

}  // namespace

void examine_sensor(const config::Config& config, const std::string& compiler,
                    std::vector<Finding>& findings) {
    lang::Program nothing;
    nothing.conditions.push_back({nothing.add_node({}), lang::EventSet::all()});
    engine::EngineOptions how;
    how.compiler = compiler;
    how.cache_dir = config.cache_dir;
    const auto engine = engine::Engine::create(nothing, how);
    const bool good = engine->native();
    findings.push_back({"rules", "machine code", good ? State::Good : State::Blind,
                        good ? "compiles and runs" : engine->note(),
                        "rules are interpreted: an event costs many times as much",
                        "install falco-rulec beside falco-ebpf, and let it map code"});
    const std::string& note = engine->note();
    if (!good) return;
    findings.push_back({"rules", "cache", note.empty() ? State::Good : State::Unused,
                        note.empty() ? config.cache_dir : note,
                        "every start compiles the rules anew", ""});
}

bool can_run(const std::vector<Finding>& findings) {
    return std::none_of(findings.begin(), findings.end(),
                        [](const Finding& f) { return f.state == State::Missing; });
}

std::string doctor_text(const std::vector<Finding>& findings, bool colour) {
    std::size_t name_width = 0;
    for (const Finding& finding : findings) name_width = std::max(name_width, finding.name.size());
    std::string text;
    std::string_view area;
    for (const Finding& finding : findings) {
        if (finding.area != area) {
            text += (text.empty() ? "" : "\n") +
                    (colour ? "\x1b[1m" + finding.area + "\x1b[0m" : finding.area) + "\n";
            area = finding.area;
        }
        text += line(finding, name_width, colour);
    }
    return text + "\n" + conclusion(findings);
}

std::string doctor_json(const std::vector<Finding>& findings) {
    nlohmann::json list = nlohmann::json::array();
    for (const Finding& f : findings) {
        list.push_back({{"area", f.area},
                        {"name", f.name},
                        {"state", text_of(f.state).word},
                        {"found", f.found},
                        {"effect", f.state == State::Good ? "" : f.effect},
                        {"remedy", f.state == State::Good ? "" : f.remedy}});
    }
    const nlohmann::json whole = {{"can_run", can_run(findings)}, {"findings", std::move(list)}};
    return output::json_line(whole) + "\n";
}

}  // namespace sensor::app
