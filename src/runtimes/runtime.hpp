// SPDX-License-Identifier: Apache-2.0
// Runtime: one socket of one container runtime, whatever it speaks: lists, answers about one
// container, announces. Three of them: DockerRuntime (docker and podman), CriRuntime,
// ContainerdRuntime. Used by Connection; all in the watcher's thread, none ever waits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "containers/record.hpp"
#include "runtimes/exchange.hpp"
#include "runtimes/watcher.hpp"

namespace sensor::runtimes {

/// What a question about a container came to.
struct Found {
    enum class Kind : std::uint8_t {
        Yes,
        No,       ///< it does not know it, or not yet
        Failed,   ///< it does not answer
        Refused,  ///< its answer is not wanted: too large, or garbage
    };
    Kind kind = Kind::No;
    containers::ContainerRecord record;
    std::string why;  ///< if not Yes: one line
};

/// What a runtime says without being asked.
struct Announcement {
    enum class Kind : std::uint8_t { Created, Started, Removed };
    Kind kind = Kind::Created;
    std::string id;
    /// Created: what it says of it in passing, not Known::Complete; no id: nothing.
    containers::ContainerRecord sketch = {};
};

/// What all runtimes share. Outlives them.
struct Shared {
    Exchange* exchange = nullptr;
    WatcherStats* tally = nullptr;
    std::string host_root;
    std::size_t label_max_len = 100;
    bool with_size = false;
    std::chrono::milliseconds patience{1000};  ///< with an answer about one container
};

class Runtime {
public:
    using Ids = Result<std::vector<std::string>>;

    Runtime(Shared& shared, std::string socket) : shared_(shared), socket_(std::move(socket)) {}
    virtual ~Runtime() = default;
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    const std::string& socket() const noexcept { return socket_; }
    /// "docker", as the configuration has it.
    virtual std::string_view name() const noexcept = 0;
    /// The ids of all containers, at once or later. Error ENOTSUP: it does not offer that
    virtual void list(std::function<void(Ids)> done) = 0;
    virtual void get(const std::string& id, std::function<void(Found)> done) = 0;
    /// How many requests a `get` makes at once.
    virtual std::size_t width() const noexcept { return 1; }
    /// Announcements from now on. ended: why there are no more; empty: it has none to give
    virtual void listen(std::function<void(Announcement)> take,
                        std::function<void(std::string)> ended) = 0;
    /// No announcements any more; `ended` is not called.
    virtual void silence() = 0;

protected:
    Request request(std::string target) const;
    Request call(std::string_view method, std::string_view message) const;
    Exchange& exchange() const noexcept { return *shared_.exchange; }
    /// Of an answer that is none, counted. out: nothing, if it is one
    std::unique_ptr<Found> refusal(const Answer& answer) const;
    /// The same of an answer by gRPC; else `message` is in it.
    std::unique_ptr<Found> refusal(const Answer& answer, std::string_view& message) const;
    /// Of bytes that could not be read, counted.
    Found garbage(const Error& error) const;

    Shared& shared_;

private:
    const std::string socket_;
};

/// Whoever answers like that is not to be believed.
inline constexpr const char* kOfAnother = "its answer is about another container";

/// A list of more bytes is not read: some thousand containers with all their labels.
inline constexpr std::size_t kMostListBytes = 32 << 20;
/// One container, one announcement.
inline constexpr std::size_t kMostRecordBytes = 4 << 20;

}  // namespace sensor::runtimes
