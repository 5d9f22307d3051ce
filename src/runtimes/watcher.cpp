// SPDX-License-Identifier: Apache-2.0
#include "runtimes/watcher.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/log.hpp"
#include "containers/short_id.hpp"
#include "containers/types.hpp"
#include "runtimes/containerd_runtime.hpp"
#include "runtimes/cri_runtime.hpp"
#include "runtimes/docker_runtime.hpp"
#include "runtimes/local_facts.hpp"
#include "runtimes/stored_names.hpp"
#include "runtimes/watcher_impl.hpp"

namespace sensor::runtimes {
namespace {

using containers::ContainerRecord;
using std::chrono::milliseconds;

constexpr milliseconds kDiscoverEach{1000}, kMostRest{1000};
constexpr std::size_t kMostConnections = 256;

News removed(std::string id) {
    News news;
    news.kind = News::Kind::Removed;
    news.record.full_id = std::move(id);
    return news;
}

/// What any socket of root's does not need. out: no descriptor: it is one of those
Result<Fd> connect_specially(const std::string& socket, const std::string& host_root,
                             SocketOpener* opener) {
    const bool closed = ::faccessat(AT_FDCWD, socket.c_str(), W_OK, AT_EACCESS) != 0 &&
                        errno == EACCES && opener != nullptr;
    if (closed) return opener->open_socket(socket);
    return user_of_place(host_root, socket) ? connect_to(socket, host_root) : Fd();
}

}  // namespace

Watcher::Impl::Impl(WatcherOptions options, std::unique_ptr<Exchange> made,
                    std::atomic<bool>& has_news)
    : box(has_news),
      exchange(std::move(made)),
      options_(std::move(options)),
      listener_{[this](Connection& from, ContainerRecord one, bool first) {
                    const std::string id = one.full_id;
                    record(from, id, std::move(one), first ? By::FirstList : By::List);
                },
                [this](Connection& from, const std::string& id) {
                    if (is_heard(from, id)) inquiries_.announced(id, from);
                },
                [this](Connection& from, Announcement what) { announced(from, std::move(what)); }},
      inquiries_(
          connections_,
          {[this](const Connection& from, const std::string& id, ContainerRecord one, bool asked) {
               record(from, id, std::move(one), asked ? By::Question : By::Announcement);
           },
           [this](const std::string& id, std::string why) { gave_up(id, std::move(why)); },
           [this](const std::string& id) { box.tell(removed(id), id); }},
          std::chrono::nanoseconds(options_.patience_ns), tally_) {
    shared_.exchange = exchange.get();
    shared_.tally = &tally_;
    shared_.host_root = options_.host_root;
    shared_.label_max_len = options_.label_max_len;
    shared_.with_size = options_.with_size;
    const auto patience = std::chrono::nanoseconds(options_.patience_ns);
    shared_.patience = std::clamp(std::chrono::duration_cast<milliseconds>(patience),
                                  milliseconds(100), milliseconds(5000));
}

Watcher::Impl::~Impl() {
    stop_.store(true);
    exchange->wake();
    if (thread_.joinable()) thread_.join();
}

void Watcher::Impl::start(milliseconds most) {
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    std::unique_lock hold(settled_lock_);
    settled_changed_.wait_for(hold, most, [this] { return settled_; });
}

void Watcher::Impl::run() {
    ::pthread_setname_np(::pthread_self(), "runtimes");
    while (!stop_.load()) turn();
}

void Watcher::Impl::turn() {
    const auto now = Clock::now();
    if (now >= next_discovery_) discover();
    for (Question& question : box.questions()) take_question(std::move(question));
    for (std::size_t k = 0; k < connections_.size(); ++k) connections_[k]->tick(now);
    inquiries_.tick(now);
    if (!settled_) tell_settled();
    box.publish(tally_);
    exchange->turn(rest(Clock::now()));
}

milliseconds Watcher::Impl::rest(Clock::time_point now) const {
    Clock::time_point next = std::min({next_discovery_, inquiries_.due(), now + kMostRest});
    for (const auto& connection : connections_) next = std::min(next, connection->due());
    if (next <= now) return milliseconds(0);
    return std::chrono::ceil<milliseconds>(next - now);
}

void Watcher::Impl::discover() {
    next_discovery_ = Clock::now() + kDiscoverEach;
    for (const RuntimeKind kind : kRuntimeKinds) {
        for (const std::string& path : socket_paths(kind, options_)) {
            if (connections_.size() >= kMostConnections) return;
            if (!known_sockets_.emplace(kind, path).second) continue;
            connections_.push_back(std::make_unique<Connection>(make_runtime(kind, path), listener_,
                                                                shared_.host_root));
        }
    }
}

std::unique_ptr<Runtime> Watcher::Impl::make_runtime(RuntimeKind kind, const std::string& socket) {
    switch (kind) {
        case RuntimeKind::Docker:
            return std::make_unique<DockerRuntime>(shared_, socket, DockerKind::Docker);
        case RuntimeKind::Podman:
            return std::make_unique<DockerRuntime>(shared_, socket, DockerKind::Podman);
        case RuntimeKind::Cri: return std::make_unique<CriRuntime>(shared_, socket);
        case RuntimeKind::Containerd: break;
    }
    std::set<std::string> others;
    if (options_.cri.enabled) others.insert("k8s.io");
    if (options_.docker.enabled) others.insert("moby");
    return std::make_unique<ContainerdRuntime>(shared_, socket, std::move(others));
}

void Watcher::Impl::tell_settled() {
    for (const auto& connection : connections_)
        if (!connection->settled()) return;
    const std::lock_guard hold(settled_lock_);
    settled_ = true;
    settled_changed_.notify_all();
}

void Watcher::Impl::take_question(Question question) {
    const bool was_known = owners_.find(question.id) != nullptr;
    const Owner owner = owner_of(question);
    // Whose it is the first process may not have told: then all is asked anew.
    const bool is_told = !was_known && owner != kRoot;
    if (question.again && !is_told) return look_again(question);
    if (const News* known = latest_.find(question.id)) {
        ++tally_.answered;
        return box.tell(*known, question.id);
    }
    if (aside_.answers(question.id, owner)) return tell_aside(question.id, owner);
    if (gone_.find(question.id) != nullptr) return tell_gone(question.id);
    if (const News* sketch = aside_.find(question.id, owner)) {
        sketched(sketch->record);
        if (aside_.is_gone(question.id, owner)) return tell_gone(question.id);
    }
    if (answer_at_once(question)) return;
    for (const auto& connection : connections_) connection->look();
    inquiries_.ask(question.id, question.type, owner);
}

/// What the first process did not tell, another may.
void Watcher::Impl::look_again(const Question& question) {
    const News* const told = early_.find(question.id);
    if (told != nullptr && told->record.known != containers::Known::Id &&
        told->record.known != containers::Known::Local)
        return;
    if (latest_.find(question.id) == nullptr) answer_at_once(question);
}

/// Remembered: the process may be gone when the next word on its container comes.
Owner Watcher::Impl::owner_of(const Question& question) {
    if (const Owner* known = owners_.find(question.id)) return *known;
    auto owner = container_owner(question.id, question.cgroups);
    if (!owner) owner = question.starter;
    if (!owner) owner = container_owner(ProcView(options_.host_root), question.id, question.pid);
    if (!owner) return kRoot;
    owners_.put(question.id, *owner);
    return *owner;
}

/// What a user's socket says counts for what is known to be that user's, and not for what root's
/// has spoken of.
bool Watcher::Impl::is_heard(const Connection& from, const std::string& id) const {
    if (from.owner() == kRoot) return true;
    const Owner* owner = owners_.find(id);
    return owner != nullptr && *owner == from.owner();
}

/// A user's container of which its runtime spoke before a process was seen in it.
void Watcher::Impl::tell_aside(const std::string& id, Owner owner) {
    ++tally_.answered;
    News news = *aside_.find(id, owner);
    const bool is_gone = aside_.is_gone(id, owner);
    aside_.erase(id, owner);
    latest_.put(news);
    box.tell(std::move(news), id);
    if (is_gone) box.tell(removed(id));
}

/// What the kernel and files say. out: is that all there will ever be
bool Watcher::Impl::answer_at_once(const Question& question) {
    auto facts = local_facts(options_.host_root, question.id, question.type, question.pid,
                             options_.label_max_len, &podman_files_);
    if (!facts && question.type == "podman")
        facts = podman_files_.created(question.id, options_.label_max_len);
    const bool silent = containers::is_silent(question.type);
    if (!facts && !silent) return false;
    News news;
    if (facts) {
        const News* const told = early_.find(question.id);
        if (told != nullptr) take_names(told->record, *facts);
        news = news_of(*std::move(facts));
        early_.put(news);
    }
    if (silent) {
        news.record.full_id = question.id;
        news.record.id = containers::short_id(question.id);
        news.record.type = question.type;
        news.record.known = containers::Known::Complete;
        ++tally_.answered;
    }
    box.tell(std::move(news), silent ? std::string_view(question.id) : std::string_view());
    return silent;
}

void Watcher::Impl::announced(Connection& from, Announcement what) {
    if (!is_heard(from, what.id)) return announced_aside(from, std::move(what));
    // containerd's users give ids, and may give one again.
    if (what.kind != Announcement::Kind::Removed) gone_.erase(what.id);
    switch (what.kind) {
        case Announcement::Kind::Created:
            if (!options_.on_create) return;
            sketched(what.sketch);
            return inquiries_.announced(what.id, from);
        case Announcement::Kind::Started:
            if (options_.on_start || gave_up_.find(what.id) != nullptr)
                inquiries_.announced(what.id, from);
            return;
        case Announcement::Kind::Removed: break;
    }
    gave_up_.erase(what.id);
    if (latest_.find(what.id) == nullptr) gone_.put(what.id, true);
    if (inquiries_.removed(what.id)) box.tell(removed(what.id), what.id);
}

/// Nobody knows yet whose container that is: asked for once, and kept until somebody does.
void Watcher::Impl::announced_aside(Connection& from, Announcement what) {
    if (what.kind == Announcement::Kind::Removed) return aside_.gone(what.id, from.owner());
    const bool created = what.kind == Announcement::Kind::Created;
    if (!(created ? options_.on_create : options_.on_start)) return;
    if (!what.sketch.full_id.empty()) aside_.put(news_of(std::move(what.sketch)), from.owner());
    from.get({what.id, true, {}, [this, &from, id = what.id](Found found) {
                  if (found.kind == Found::Kind::Yes)
                      record(from, id, std::move(found.record), By::Announcement);
              }});
}

/// Names at once, before the runtime is asked for the rest.
void Watcher::Impl::sketched(const ContainerRecord& sketch) {
    if (sketch.full_id.empty()) return;
    const News* const told = early_.find(sketch.full_id);
    const News names = news_of(sketch);
    News news = told != nullptr ? *told : names;
    take_names(names.record, news.record);
    early_.put(news);
    box.tell(std::move(news));
}

void Watcher::Impl::record(const Connection& from, const std::string& id, ContainerRecord one,
                           By by) {
    if (from.owner() == kRoot) owners_.put(id, kRoot);
    News news = news_of(std::move(one));
    const std::int64_t created_s = news.record.created_s;
    const bool is_older = created_s != 0 && created_s < begun_s_;
    news.old = by == By::FirstList || (by == By::Question && is_older);
    if (!is_heard(from, id)) return aside_.put(std::move(news), from.owner());
    if (by == By::Question) ++tally_.answered;
    gave_up_.erase(id);
    gone_.erase(id);
    if (by != By::List && by != By::FirstList) latest_.put(news);
    box.tell(std::move(news), id);
}

News Watcher::Impl::news_of(ContainerRecord record) {
    News news;
    news.record = std::move(record);
    if (cut(news.record)) ++tally_.cut_records;
    return news;
}

void Watcher::Impl::tell_gone(const std::string& id) {
    ++tally_.gave_up;
    // What there is, be it only its announcement: it will not be more.
    if (const News* told = early_.find(id)) box.tell(*told);
    gave_up(id, "it is gone, and its runtime did not answer before");
}

void Watcher::Impl::gave_up(const std::string& id, std::string why) {
    gave_up_.put(id, true);
    News news;
    news.kind = News::Kind::GaveUp;
    news.record.full_id = id;
    news.reason = std::move(why);
    box.tell(std::move(news), id);
}

Watcher::Watcher() = default;
Watcher::~Watcher() = default;

Result<std::unique_ptr<Watcher>> Watcher::start(WatcherOptions options, milliseconds most) {
    SENSOR_TRY(auto exchange, Exchange::make([root = options.host_root,
                                              opener = options.opener](const std::string& socket) {
                   return connect_specially(socket, root, opener);
               }));
    std::unique_ptr<Watcher> watcher(new Watcher());
    watcher->impl_ =
        std::make_unique<Impl>(std::move(options), std::move(exchange), watcher->has_news_);
    watcher->impl_->start(most);
    return watcher;
}

void Watcher::ask(std::string_view full_id, std::string_view type,
                  const containers::Seen& seen) noexcept {
    if (impl_->box.ask(full_id, type, seen)) impl_->exchange->wake();
}

std::vector<News> Watcher::take() { return impl_->box.take(); }

WatcherStats Watcher::stats() const { return impl_->box.stats(); }

}  // namespace sensor::runtimes
