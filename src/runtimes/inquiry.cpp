// SPDX-License-Identifier: Apache-2.0
#include "runtimes/inquiry.hpp"

#include <algorithm>
#include <string_view>

#include "base/log.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::chrono::milliseconds kAgain{20}, kAnnouncedAgain{50}, kMostPause{320};
constexpr std::chrono::seconds kAnnouncedPatience{10};
constexpr std::size_t kMostAnnounced = 4096;

/// Which runtimes make containers whose control groups look so. A bare id can be anybody's.
struct Owners {
    std::string_view type, runtimes;
};
constexpr Owners kOwners[] = {
    {"podman", "podman"},
    {"docker", "docker cri containerd"},
    {"cri", "cri containerd docker"},
    {"containerd", "containerd cri"},
};

std::string_view owners_of(std::string_view type) noexcept {
    for (const Owners& row : kOwners)
        if (row.type == type) return row.runtimes;
    return "docker podman cri containerd";
}

}  // namespace

struct Inquiries::Inquiry {
    std::string id, type;
    Owner owner = kRoot;
    const Connection* only = nullptr;  ///< who announced it
    Clock::time_point begun, next;
    std::chrono::milliseconds pause = kAgain;  ///< before the next round; longer after each
    std::size_t waiting = 0;                   ///< for answers of this round
    std::vector<const Connection*> refused;    ///< their answers are not wanted
    bool asked = false;                        ///< not only announced
    bool announced = false;
    bool closed = false;   ///< answered or given up
    bool over = false;     ///< answered
    bool by_root = false;  ///< and that is the last word
    bool gone = false;     ///< removed meanwhile
    std::string why;       ///< the last refusal
};

void Inquiries::ask(const std::string& id, const std::string& type, Owner owner) {
    Handle& inquiry = open_[id];
    if (!inquiry) inquiry = std::make_shared<Inquiry>();
    inquiry->id = id;
    inquiry->type = type;
    inquiry->owner = owner;
    inquiry->asked = true;
    inquiry->pause = kAgain;
    inquiry->only = nullptr;
    inquiry->begun = Clock::now();
    const Handle hold = inquiry;
    if (hold->waiting == 0) put(hold);
}

void Inquiries::announced(const std::string& id, Connection& from) {
    if (open_.size() >= kMostAnnounced) return;  // asked for when a process shows up in it
    Handle& inquiry = open_[id];
    if (inquiry) {
        if (inquiry->only != &from) inquiry->only = nullptr;  // then all are asked
        // Its runtime knows it by now.
        inquiry->announced = true;
        inquiry->pause = kAgain;
        if (inquiry->waiting == 0) inquiry->next = Clock::now();
        return;
    }
    inquiry = std::make_shared<Inquiry>();
    inquiry->owner = from.owner();
    inquiry->announced = true;
    inquiry->pause = kAnnouncedAgain;
    inquiry->id = id;
    inquiry->only = &from;
    inquiry->begun = Clock::now();
    const Handle hold = inquiry;
    put(hold);
}

bool Inquiries::concerns(const Inquiry& inquiry, const Connection& connection) const {
    if (std::find(inquiry.refused.begin(), inquiry.refused.end(), &connection) !=
        inquiry.refused.end())
        return false;
    if (connection.owner() != kRoot && connection.owner() != inquiry.owner) return false;
    if (inquiry.only != nullptr) return inquiry.only == &connection;
    return owners_of(inquiry.type).find(connection.name()) != std::string_view::npos;
}

void Inquiries::put(const Handle& inquiry) {
    bool present = false;
    inquiry->next = Clock::time_point::max();
    ++inquiry->waiting;  // this round's own, so that it ends once
    for (const auto& connection : connections_) {
        if (!concerns(*inquiry, *connection)) continue;
        present = present || connection->present();
        if (!connection->usable()) {
            if (!connection->problem().empty())
                inquiry->why = format("{}: {}", connection->name(), connection->problem());
            continue;
        }
        ++inquiry->waiting;
        if (inquiry->why.empty()) inquiry->why = format("{}: no answer yet", connection->name());
        const auto wanted = [inquiry] { return !inquiry->closed; };
        connection->get({inquiry->id, inquiry->announced, wanted,
                         [this, inquiry, from = connection.get()](Found found) {
                             take(inquiry, *from, std::move(found));
                         }});
    }
    if (!present) {
        // There is nobody left to ask.
        if (inquiry->why.empty()) inquiry->why = "no runtime that could know it is there";
        inquiry->begun = Clock::time_point::min();
    }
    if (--inquiry->waiting == 0) round_ended(inquiry);
}

void Inquiries::take(const Handle& inquiry, const Connection& from, Found found) {
    --inquiry->waiting;
    if (found.kind == Found::Kind::Yes) {
        // However late: it is worth having even after it was given up, and root's after a user's.
        const bool by_root = from.owner() == kRoot;
        if (std::exchange(inquiry->over, true) && (!by_root || inquiry->by_root)) return;
        inquiry->by_root = by_root;
        end(inquiry);
        listener_.answered(from, inquiry->id, std::move(found.record), inquiry->asked);
        if (inquiry->gone) listener_.gone(inquiry->id);
        return;
    }
    if (inquiry->over) return;
    inquiry->why = format("{}: {}", from.name(), found.why);
    if (found.kind == Found::Kind::Refused) {
        inquiry->refused.push_back(&from);
        log::debug("what {} says of container {} is not read: {}", from.name(), inquiry->id,
                   found.why);
    }
    if (inquiry->waiting == 0) round_ended(inquiry);
}

void Inquiries::round_ended(const Handle& inquiry) {
    if (inquiry->closed) return;
    if (inquiry->gone) return give_up(inquiry);
    inquiry->next = Clock::now() + inquiry->pause;
    inquiry->pause = std::min(inquiry->pause * 2, kMostPause);
}

bool Inquiries::removed(const std::string& id) {
    const auto open = open_.find(id);
    if (open == open_.end()) return true;
    if (open->second->waiting != 0) {
        open->second->gone = true;
        return false;
    }
    const Handle inquiry = open->second;
    give_up(inquiry);
    return true;
}

void Inquiries::give_up(const Handle& inquiry) {
    end(inquiry);
    if (inquiry->asked) {
        ++tally_.gave_up;
        listener_.gave_up(inquiry->id, inquiry->why);
    }
    if (inquiry->gone) listener_.gone(inquiry->id);
}

void Inquiries::end(const Handle& inquiry) {
    inquiry->closed = true;
    const auto open = open_.find(inquiry->id);
    if (open != open_.end() && open->second == inquiry) open_.erase(open);
}

Clock::time_point Inquiries::due() const noexcept {
    Clock::time_point first = Clock::time_point::max();
    for (const auto& [id, inquiry] : open_) {
        const auto patience = inquiry->asked ? patience_ : kAnnouncedPatience;
        if (inquiry->begun == Clock::time_point::min()) return inquiry->begun;
        first = std::min({first, inquiry->next, inquiry->begun + patience});
    }
    return first;
}

void Inquiries::tick(Clock::time_point now) {
    std::vector<Handle> late, again;
    for (const auto& [id, inquiry] : open_) {
        const auto patience = inquiry->asked ? patience_ : kAnnouncedPatience;
        if (inquiry->begun == Clock::time_point::min() || now - inquiry->begun >= patience) {
            late.push_back(inquiry);
        } else if (inquiry->next <= now) {
            again.push_back(inquiry);
        }
    }
    for (const Handle& inquiry : late) give_up(inquiry);
    for (const Handle& inquiry : again) {
        ++tally_.retried;
        put(inquiry);
    }
}

}  // namespace sensor::runtimes
