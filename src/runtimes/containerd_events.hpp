// SPDX-License-Identifier: Apache-2.0
// ContainerdEvents: what containerd announces by its own event service. For ContainerdRuntime, and
// for CriRuntime where CRI itself announces nothing (containerd before 1.7).
#pragma once

#include <functional>
#include <memory>

#include "runtimes/containerd_record.hpp"
#include "runtimes/grpc.hpp"
#include "runtimes/runtime.hpp"

namespace sensor::runtimes {

/// The method's request, its stream cut into events. `done` of it is the caller's to set.
inline Request containerd_events(Request call, std::function<void(ContainerdEvent)> take,
                                 std::size_t most_bytes, std::uint64_t& refused_large) {
    const auto stream = std::make_shared<GrpcStream>(
        most_bytes, [take = std::move(take)](std::string_view message) {
            if (auto event = containerd_event(message)) take(*std::move(event));
        });
    call.timeout = std::chrono::milliseconds(0);
    call.on_data = [stream, &refused_large](std::string_view bytes) {
        const std::uint64_t before = stream->passed_over();
        const bool good = stream->feed(bytes);
        refused_large += stream->passed_over() - before;
        return good;
    };
    return call;
}

inline Announcement::Kind announced(ContainerdEvent::Kind kind) noexcept {
    switch (kind) {
        case ContainerdEvent::Kind::Created: return Announcement::Kind::Created;
        case ContainerdEvent::Kind::Started: return Announcement::Kind::Started;
        case ContainerdEvent::Kind::Deleted: break;
    }
    return Announcement::Kind::Removed;
}

inline constexpr std::string_view kContainerdSubscribe =
    "/containerd.services.events.v1.Events/Subscribe";

}  // namespace sensor::runtimes
