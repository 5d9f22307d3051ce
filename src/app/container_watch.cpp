// SPDX-License-Identifier: Apache-2.0
#include "app/container_watch.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "containers/json.hpp"
#include "runtimes/proc_view.hpp"

namespace sensor::app {
namespace {

using containers::ContainerRecord;
using containers::Known;

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint32_t kLeastPatienceMs = 1000;
constexpr std::chrono::milliseconds kStartPatience{500};
constexpr std::uint64_t kMostTellNs = 5 * kMs;  // then events have their turn again
constexpr std::uint32_t kHostInit = 1;
constexpr const char* kStatic = "static";  // the type of the one container that settings name

runtimes::RuntimeOptions runtime_of(const config::RuntimeOptions& config) {
    return {config.enabled, config.sockets};
}

bool asks_anybody(const config::ContainerOptions& config) {
    return !config.fixed && (config.docker.enabled || config.podman.enabled || config.cri.enabled ||
                             config.containerd.enabled);
}

/// What is told before its runtime answers may come in parts, the later with the earlier in them.
bool is_early(const ContainerRecord& record) noexcept { return record.known != Known::Complete; }

/// Does the state have just this already? What the event's text does not have counts for nothing.
bool is_known(const state::State& state, const ContainerRecord& record) {
    const state::Container* known = state.containers().look_up(record.full_id);
    if (known == nullptr || known->known != Known::Complete || is_early(record)) return false;
    ContainerRecord before = *known, now = record;
    before.size = now.size = -1;  // changes all the time
    return containers::record_json(before) == containers::record_json(now);
}

struct Place {
    std::uint32_t major = 0, minor = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const Place&, const Place&) = default;
};

/// By what the kernel remembers: a file system that is away is not asked, and so not waited for.
std::optional<Place> place_of(int at, const char* path) {
    struct statx info{};
    if (::statx(at, path, AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &info) != 0)
        return std::nullopt;
    return Place{info.stx_dev_major, info.stx_dev_minor, info.stx_ino};
}

ContainerRecord fixed_record(const config::ContainerOptions& config) {
    ContainerRecord record;
    if (!config.fixed) return record;
    record.id = record.full_id = config.fixed_id;
    record.name = config.fixed_name;
    record.image = config.fixed_image;
    record.type = kStatic;
    record.known = Known::Complete;
    return record;
}

}  // namespace

runtimes::WatcherOptions watcher_options(const config::ContainerOptions& config,
                                         const std::string& host_root) {
    runtimes::WatcherOptions options;
    options.host_root = host_root;
    options.docker = runtime_of(config.docker);
    options.podman = runtime_of(config.podman);
    options.cri = runtime_of(config.cri);
    options.containerd = runtime_of(config.containerd);
    options.label_max_len = config.label_max_len;
    options.with_size = config.with_size;
    options.on_create = config.on_create;
    options.on_start = config.on_start;
    // What comes too late for events that wait is still worth having.
    options.patience_ns = std::max(config.patience_ms, kLeastPatienceMs) * kMs;
    return options;
}

state::ContainerOptions container_options(const config::ContainerOptions& config, bool live) {
    state::ContainerOptions options;
    if (!live || asks_anybody(config)) options.patience_ns = config.patience_ms * kMs;
    options.asks = live && asks_anybody(config);
    if (live) options.fixed = fixed_record(config);
    return options;
}

state::Options watched_state(ContainerWatch& containers) {
    state::Options options;
    options.ask = [&containers](const state::Container& container, const containers::Seen& seen) {
        containers.ask(container, seen);
    };
    options.ask_users = [&containers](const state::Container& container, std::uint32_t ns_tgid) {
        return containers.ask_users(container, ns_tgid);
    };
    return options;
}

Result<OwnedRecord> container_event(const std::string& json, bool removed, std::uint64_t ts_ns) {
    HeadSpec head;
    head.ts = ts_ns;
    head.tgid = 0;  // of no process
    return make_record(EventType::asyncevent,
                       {{"plugin_id", 0},
                        {"name", removed ? "container_removed" : "container"},
                        {"data", json + '\0'}},
                       head, {});
}

Result<> ContainerWatch::apply(const config::ContainerOptions& config, state::State& state) {
    if (watcher_ && config == config_) return Ok{};
    watcher_.reset();
    config_ = config;
    if (!asks_anybody(config)) return Ok{};
    // A reload is between two events, and what ran before is known.
    const auto most = std::exchange(started_, true) ? std::chrono::milliseconds(0) : kStartPatience;
    runtimes::WatcherOptions options = watcher_options(config, host_root_);
    options.opener = opener_;
    SENSOR_TRY(watcher_, runtimes::Watcher::start(std::move(options), most));
    while (watcher_->has_news()) {
        for (const runtimes::News& news : watcher_->take()) {
            if (news.kind == runtimes::News::Kind::Record) state.learn(news.record);
        }
    }
    return Ok{};
}

void ContainerWatch::tell(state::State& state, const Handle& handle) {
    const std::uint64_t end = epoch_ns() + kMostTellNs;
    do {
        for (const runtimes::News& news : watcher_->take()) tell_one(news, state, handle);
    } while (watcher_->has_news() && epoch_ns() < end);
}

void ContainerWatch::tell_one(const runtimes::News& news, state::State& state,
                              const Handle& handle) {
    const ContainerRecord& record = news.record;
    if (news.kind == runtimes::News::Kind::GaveUp) {
        log::debug("container {}: {}", record.full_id, news.reason);
        return state.give_up_container(record.full_id);
    }
    const bool removed = news.kind == runtimes::News::Kind::Removed;
    // A list after a runtime's return, or what was there before: no news to rules.
    if (!removed && is_known(state, record)) return;
    if (removed || (record.known == Known::Complete && !news.old)) {
        const Result<OwnedRecord> event =
            container_event(containers::record_json(record), removed, epoch_ns());
        if (event) handle(event->record());
    }
    // What the event's text has no place for: how much is known.
    const state::Container* known = state.containers().look_up(record.full_id);
    if (removed)
        state.forget_container(record.full_id);
    else if (known == nullptr || known->known < record.known || is_early(record) || news.old)
        state.learn(record);
}

state::AskedUsers ContainerWatch::ask_users(const state::Container& container,
                                            std::uint32_t ns_tgid) {
    using state::AskedUsers;
    if (ns_tgid == 0) return AskedUsers::Gone;
    const runtimes::ProcView proc(host_root_);
    Fd root(::open(proc.path_of(ns_tgid, "root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return AskedUsers::Gone;
    // Asked behind that: the number may be another process's by now.
    if (container.type != kStatic && !proc.in_container(ns_tgid, container.full_id))
        return AskedUsers::Gone;
    const auto own = place_of(root.get(), "");
    const auto host = place_of(AT_FDCWD, proc.path_of(kHostInit, "root").c_str());
    if (!own || !host || *own == *host) return AskedUsers::NotYet;
    return users_.ask(container.full_id, std::move(root)) ? AskedUsers::Yes : AskedUsers::NotYet;
}

void ContainerWatch::tell_users(state::State& state, const Handle& handle) {
    const auto tell_one = [&](EventType type, const ParamList& params) {
        HeadSpec head;
        head.ts = epoch_ns();
        head.tgid = 0;
        const Result<OwnedRecord> event = make_record(type, params, head, {});
        if (event) handle(event->record());
    };
    for (const containers::ContainerUsers& of : users_.take()) {
        for (const containers::UserEntry& user : of.users) {
            tell_one(EventType::useradded, {{"uid", user.uid},
                                            {"gid", user.gid},
                                            {"name", user.name},
                                            {"home", user.home},
                                            {"shell", user.shell},
                                            {"container_id", of.full_id}});
        }
        for (const containers::GroupEntry& group : of.groups) {
            tell_one(EventType::groupadded,
                     {{"gid", group.gid}, {"name", group.name}, {"container_id", of.full_id}});
        }
        state.has_users(of.full_id);
    }
}

runtimes::WatcherStats ContainerWatch::stats() const {
    runtimes::WatcherStats all = watcher_ ? watcher_->stats() : runtimes::WatcherStats{};
    const runtimes::UserFilesStats users = users_.stats();
    all.users_stuck = users.stuck;
    all.users_refused = users.refused;
    return all;
}

}  // namespace sensor::app
