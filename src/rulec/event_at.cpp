// SPDX-License-Identifier: Apache-2.0
#include "rulec/event_at.hpp"

#include <iostream>
#include <sstream>

#include "base/read_file.hpp"
#include "cases/build.hpp"
#include "judge/replay.hpp"
#include "judge/walk.hpp"

namespace sensor::rulec {
namespace {

Result<std::string> event_text(const std::string& given, std::string& name) {
    name = "--event";
    if (given != "-" && !given.starts_with('@')) return given;
    std::ostringstream text;
    if (given == "-" || given == "@-") {
        name = "standard input";
        text << std::cin.rdbuf();
        return text.str();
    }
    name = given.substr(1);
    return read_file(name);
}

Result<> given_event(const std::string& given,
                     const std::function<void(const fields::Context&)>& look) {
    std::string name;
    SENSOR_TRY(const std::string text, event_text(given, name));
    SENSOR_TRY(const cases::CaseFile file, cases::read_event_text(name, text));
    SENSOR_TRY(const cases::World world, cases::build_world(file, file.cases.front()));
    const auto state = cases::make_state(file, world);
    judge::EventWalk walk(*state);
    std::uint64_t number = 0;
    for (const OwnedRecord& record : world.events) {
        const bool last = ++number == world.events.size();
        bool seen = false;
        walk.step(record.record(), number, last, [&](const fields::Context& context) {
            seen = true;
            look(context);
        });
        if (last && !seen) return Error(name + ": rules are not asked for this event");
    }
    return Ok{};
}

Result<> captured_event(const EventChoice& choice,
                        const std::function<void(const fields::Context&)>& look) {
    SENSOR_TRY(const std::unique_ptr<capture::ScapSource> source,
               capture::ScapSource::open(choice.capture));
    state::State state(judge::replay_state());
    judge::EventWalk walk(state);
    bool seen = false, passed = false;
    std::uint64_t last = 0;
    const Result<> ended = judge::replay_capture(
        *source, state,
        [&](std::span<const std::byte> record, std::uint64_t number, bool wanted) {
            if (passed) return;
            last = number;
            passed = number >= choice.number && wanted;
            walk.step(record, number, wanted && number == choice.number,
                      [&](const fields::Context& context) {
                          seen = true;
                          look(context);
                      });
        },
        [&] { return passed; });
    if (seen) return Ok{};
    SENSOR_TRY_OK(ended);
    const std::string number = std::to_string(choice.number);
    if (last < choice.number)
        return Error(choice.capture + ": no event " + number + ", the last one is " +
                     std::to_string(last));
    return Error(choice.capture + ": event " + number +
                 " is not one that rules are asked for (the enter half of a system call); the next "
                 "one is " +
                 std::to_string(last));
}

}  // namespace

Result<> at_event(const EventChoice& choice,
                  const std::function<void(const fields::Context&)>& look) {
    return choice.capture.empty() ? given_event(choice.event, look) : captured_event(choice, look);
}

}  // namespace sensor::rulec
