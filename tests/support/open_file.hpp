// SPDX-License-Identifier: Apache-2.0
// The smallest event with a state around it: a process named cat opens a file.
#pragma once

#include <string>

#include "fields/context.hpp"
#include "state/state.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {

/// Calls look(context) at the open, with everything the state knows.
template <typename Look>
void open_file(const std::string& exepath, const std::string& file, Look&& look) {
    state::Options options;
    options.live = false;
    options.host_root = "";
    state::State state(options);
    state::ProcessSpec process;
    process.tid = 1000;
    process.comm = "cat";
    process.exepath = exepath;
    state.add_process(process);
    const TestEvent event =
        make_event(EventType::openat, {{"fd", 3}, {"dirfd", -100}, {"name", file}, {"flags", 1}});
    fields::Arena arena;
    fields::Context context;
    context.event = event.event();
    context.evt_num = 1;
    context.arena = &arena;
    state.begin(context.event, context);
    look(context);
}

}  // namespace sensor::testing
