// SPDX-License-Identifier: Apache-2.0
// The descriptor an event is about: found in the table of its process if what the kernel says of
// the object agrees, else taken from the kernel.
#include <fcntl.h>

#include <limits>

#include "state/state.hpp"
#include "state/update.hpp"

namespace sensor::state {
namespace {

constexpr std::int64_t kEbadf = -9;
constexpr std::uint64_t kCloseRangeCloexec = 4;

bool only_creates(const EventInfo& info) noexcept {
    return (info.flags & event_flag::CREATES_FD) != 0 && (info.flags & event_flag::USES_FD) == 0;
}

}  // namespace

FdTable& State::own_fds(Thread& thread) {
    Ref<FdTable>& table = thread.leader->fds;
    if (!table) {
        table = make_ref<FdTable>(fd_budget_);
    } else if (!table.unique()) {
        Ref<FdTable> copy = table->copy();
        stats_.fds_dropped += table->size() - copy->size();
        table = std::move(copy);
    }
    return *table;
}

// Keeps an entry aside for the length of an event if its table has no room.
FdInfo& State::put_fd(Thread& thread, std::int64_t fd, FdInfo info) {
    if (FdInfo* kept = own_fds(thread).put(fd, info, options_.max_fds)) return *kept;
    ++stats_.fds_dropped;
    held_ = std::move(info);
    return held_;
}

void State::bind(std::int64_t fd, const FdInfo* info) noexcept {
    bound_.fd_num = fd;
    bound_.has_fd_num = true;
    bound_.fd = info;
}

void State::bind_fd(const Event& event, Thread& thread) {
    const EventInfo& info = event.info();
    if (!bound_.has_fd_num) {
        const std::int8_t param = info.fd_param;
        if (param < 0 || info.type == EventType::bpf) return;
        const std::size_t k = static_cast<std::uint8_t>(param);
        if (!event.has(k)) return;
        const std::int64_t fd = event.i64(k);
        if (only_creates(info) && fd < 0) return bind(-1, nullptr);
        bind(fd, fd < 0 ? nullptr : thread.fd(fd));
    }
    bind_object(event, thread);
}

void State::bind_object(const Event& event, Thread& thread) {
    const rec_fd* object = event.fd_object();
    if (object == nullptr || static_cast<std::int64_t>(object->fd) != bound_.fd_num) return;
    const FdInfo* entry = bound_.fd;
    const bool is_new = (event.info().flags & event_flag::CREATES_FD) != 0;
    if (entry != nullptr && (is_new || same_object(*entry, *object))) {
        const bool socket = entry->is_socket() || object->cookie != 0;
        const bool learns = socket ? entry->cookie() == 0 && object->cookie != 0
                                   : entry->ino == 0 && object->ino != 0;
        if (!learns) return;
        FdInfo* mine = own_fds(thread).edit(bound_.fd_num);
        if (mine == nullptr) return;  // bound, but its table had no room
        if (socket) {
            mine->set_id(object->cookie);
        } else {
            mine->ino = object->ino;
            mine->dev = object->dev;
        }
        bound_.fd = mine;
        return;
    }
    if (entry != nullptr) own_fds(thread).erase(bound_.fd_num);
    // Of what an event opened the path stands apart.
    const std::string_view text = event.fd_object_text();
    bound_.fd = &describe(*object, text.empty() ? event.extra(REC_X_REAL) : text);
}

const FdInfo& State::describe(const rec_fd& object, std::string_view text) {
    describe_object(object, text, object_);
    if (object_.is_ip_socket() && object_.role == SocketRole::Client &&
        server_ports_.test(object_.local().port)) {
        set_connection(object_, object_.local(), object_.remote(), SocketRole::Server);
    }
    return object_;
}

void State::learn_object(Thread& thread, const rec_fd& object, std::string_view text) {
    const FdInfo* entry = thread.fd(object.fd);
    if (entry != nullptr && same_object(*entry, object)) return;
    FdInfo info = describe(object, text);
    // As it was opened, as far as one can tell; but nobody gives a program standard files that do
    // not last.
    info.cloexec = object.fd > kLastStandardFile && (object.f_flags & O_CLOEXEC) != 0;
    put_fd(thread, object.fd, std::move(info));
}

void State::learn_file(const Event& event) {
    const rec_fd* object = event.fd_object();
    Thread* thread = threads_.find(event.head().tgid);
    if (object != nullptr && thread != nullptr)
        learn_object(*thread, *object, event.fd_object_text());
}

void State::scan_files() {
    threads_.for_each([&](Thread& thread) {
        if (thread.is_leader()) read_files(thread, std::numeric_limits<std::int64_t>::max());
    });
}

void State::read_files(Thread& leader, std::int64_t last_fd) {
    if (!proc_ || leader.ns_tgid == 0) return;
    for (const ProcFile& file : proc_->files(leader.ns_tgid, last_fd))
        learn_object(leader, file.object, file.text);
}

void State::end_fds(const Event& event, Thread& thread) {
    if (!thread.leader->fds) return;
    if (event.type() == EventType::close) {
        // The number is free whatever close says, unless it never was open.
        const std::int64_t fd = event.i64(1);
        if (event.has(0) && event.result() != kEbadf && thread.fd(fd) != nullptr)
            own_fds(thread).erase(fd);
    } else if (event.type() == EventType::close_range && event.has(0) && event.result() >= 0) {
        const auto first = static_cast<std::int64_t>(event.u64(1) & 0xffffffffU);
        const auto last = static_cast<std::int64_t>(event.u64(2) & 0xffffffffU);
        FdTable& table = own_fds(thread);
        if ((event.u64(3) & kCloseRangeCloexec) == 0) return table.erase_range(first, last);
        table.mark_cloexec(first, last);
    }
}

}  // namespace sensor::state
