// SPDX-License-Identifier: Apache-2.0
#include "judge/replay.hpp"

namespace sensor::judge {
namespace {

constexpr int kPollMs = 100;

}  // namespace

state::Options replay_state() {
    state::Options options;
    options.live = false;
    return options;
}

Result<> replay_capture(capture::ScapSource& source, state::State& state, const ReplayFn& on_record,
                        const std::function<bool()>& stop) {
    state.load(source.take_tables());
    const capture::RecordFn hand_over = [&](std::span<const std::byte> record) {
        const capture::ScapEvent& event = source.event();
        on_record(record, event.number, !event.state_only);
    };
    std::uint64_t section = source.section();
    while (!source.ended() && !stop()) {
        const Result<std::size_t> count = source.poll(hand_over, kPollMs);
        if (!count.has_value()) return count.error();
        if (source.section() != section) {  // a file appended to the first: another machine
            section = source.section();
            state.load(source.take_tables());
        }
    }
    return Ok{};
}

}  // namespace sensor::judge
