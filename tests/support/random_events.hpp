// SPDX-License-Identifier: Apache-2.0
// RandomEvents: events of any type, in any order and with any numbers, mostly about the life of a
// few processes. For tests of what must hold whatever happens.
#pragma once

#include <random>

#include "tests/support/make_event.hpp"

namespace sensor::testing {

inline constexpr std::uint32_t kRandomThreads = 40;  ///< numbers are below this

class RandomEvents {
public:
    explicit RandomEvents(std::uint32_t seed) : random_(seed) {}

    TestEvent next() {
        const EventInfo& info = pick_event();
        ParamList params;
        for (const ParamInfo& param : info.params) {
            bool twice = false;
            for (const auto& [name, value] : params) twice = twice || name == param.name;
            if (!twice && below(8) != 0) params.emplace_back(param.name, value_of(param));
        }
        HeadSpec head;
        head.ts = now_ += below(900'000'000);
        head.tgid = below(kRandomThreads);
        head.tid = below(3) == 0 ? below(kRandomThreads) : head.tgid;
        head.start = below(4);
        ExtraSpec extra;
        if (below(4) == 0) {
            extra.fd =
                below(2) == 0
                    ? file_object("/k", below(5))
                    : socket_object(tuple(), 2, 1 + static_cast<std::uint16_t>(below(2)), below(4));
            extra.fd->fd.fd = below(8);
        }
        if (below(4) == 0) extra.dir = "/dir";
        return make_event(info.type, params, head, extra);
    }
    std::uint32_t below(std::uint32_t limit) {
        return std::uniform_int_distribution<std::uint32_t>(0, limit - 1)(random_);
    }

private:
    const EventInfo& pick_event() {
        static constexpr EventType kLife[] = {EventType::clone, EventType::vfork, EventType::execve,
                                              EventType::procexit};
        if (below(2) == 0) return event_info(kLife[below(std::size(kLife))]);
        return all_events()[below(static_cast<std::uint32_t>(all_events().size()))];
    }
    std::string tuple() {
        return tuple_ip(
            "10.0.0." + std::to_string(below(3)), static_cast<std::uint16_t>(below(60000)),
            "10.0.1." + std::to_string(below(3)), static_cast<std::uint16_t>(below(60000)));
    }
    ParamValue value_of(const ParamInfo& param) {
        switch (param.type) {
            case ParamType::SOCKTUPLE: return tuple().substr(0, below(5) == 0 ? below(13) : 13);
            case ParamType::SOCKADDR:
                return sockaddr_ip("10.0.0.1", static_cast<std::uint16_t>(below(3)))
                    .substr(0, below(5) == 0 ? below(7) : 7);
            default: break;
        }
        if (is_variable(param.type)) return std::string(below(6), "/.a\0b="[below(6)]);
        if (param.type == ParamType::FLAGS32) return std::uint64_t{1} << below(32);
        if (below(6) == 0) return -static_cast<std::int64_t>(below(120));
        return below(param.type == ParamType::PID ? kRandomThreads : 10);
    }

    std::mt19937 random_;
    std::uint64_t now_ = 1'700'000'000'000'000'000;
};

}  // namespace sensor::testing
