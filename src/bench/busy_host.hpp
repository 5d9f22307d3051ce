// SPDX-License-Identifier: Apache-2.0
// BusyHost: a stream of events like that of a server with a hundred processes, half of them in
// containers: opens of a few thousand files, some of them never seen again, connections, datagrams,
// changes of files, programs that start and end. The same seed makes the same stream.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "event/make_record.hpp"
#include "state/state.hpp"

namespace sensor::bench {

class BusyHost {
public:
    /// seed: of the host, what runs and what files there are; round: of what happens
    BusyHost(std::size_t events, std::uint32_t seed, std::uint32_t round);

    /// Puts the processes that run from the start into an empty state.
    void fill(state::State& state) const;
    const std::vector<OwnedRecord>& events() const { return events_; }

private:
    struct Child {
        std::uint32_t tid = 0, parent = 0;
        int left = 0;  ///< events until it ends
    };
    std::size_t below(std::size_t limit) { return random_() % limit; }
    std::uint32_t some_process();
    std::string file_name();
    HeadSpec head(std::uint32_t tid);
    void add(EventType type, const ParamList& params, std::uint32_t tid);
    void add_one();
    void open(std::uint32_t tid);
    void network(std::uint32_t tid);
    void change(std::uint32_t tid);
    void start_program(std::uint32_t parent);
    void end_program(std::size_t child);

    std::mt19937 random_;
    std::vector<state::ProcessSpec> processes_;
    std::vector<std::string> files_;
    std::vector<Child> children_;
    std::vector<OwnedRecord> events_;
    std::uint64_t now_ns_;
    std::uint32_t next_tid_;
    std::uint64_t fresh_ = 0;
};

}  // namespace sensor::bench
