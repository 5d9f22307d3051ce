// SPDX-License-Identifier: Apache-2.0
#include "runtimes/containerd_runtime.hpp"

#include "runtimes/containerd_events.hpp"
#include "runtimes/grpc.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::string_view kSpaces = "/containerd.services.namespaces.v1.Namespaces/List",
                           kList = "/containerd.services.containers.v1.Containers/List",
                           kGet = "/containerd.services.containers.v1.Containers/Get",
                           kImage = "/containerd.services.images.v1.Images/Get";
constexpr std::chrono::milliseconds kListPatience{5000};
constexpr std::size_t kMostSpaces = 32;

}  // namespace

/// A list on its way, of several namespaces.
struct ContainerdRuntime::Listing {
    std::size_t waiting = 0;
    std::vector<std::string> ids;
    std::string problem;
    std::function<void(Ids)> done;
};

/// A container on its way, looked for in several namespaces.
struct ContainerdRuntime::Asked {
    std::string id;
    std::size_t waiting = 0;
    Found best;
    std::function<void(Found)> done;

    void answered() {
        if (--waiting == 0) done(std::move(best));
    }
};

Request ContainerdRuntime::call_in(const std::string& space, std::string_view method,
                                   std::string_view message) const {
    Request made = call(method, message);
    made.headers.push_back("containerd-namespace: " + space);
    return made;
}

void ContainerdRuntime::add_space(const std::string& space) {
    if (spaces_.size() < kMostSpaces && !others_.contains(space)) spaces_.insert(space);
}

void ContainerdRuntime::with_spaces(std::function<void(Result<>)> done) {
    Request list = call(kSpaces, {});
    list.done = [this, done = std::move(done)](const Answer& answer) {
        std::string_view message;
        if (const auto refused = refusal(answer, message)) return done(Error(refused->why));
        const auto spaces = containerd_namespaces(message);
        if (!spaces) return done(Error(garbage(spaces.error()).why));
        spaces_.clear();
        for (const std::string& space : *spaces) add_space(space);
        done(Ok{});
    };
    exchange().send(std::move(list));
}

void ContainerdRuntime::list(std::function<void(Ids)> done) {
    with_spaces([this, done = std::move(done)](const Result<>& known) {
        if (!known) return done(known.error());
        if (spaces_.empty()) return done(std::vector<std::string>{});
        auto listing = std::make_shared<Listing>();
        listing->waiting = spaces_.size();
        listing->done = done;
        for (const std::string& space : spaces_) list_in(space, listing);
    });
}

void ContainerdRuntime::list_in(const std::string& space, std::shared_ptr<Listing> listing) {
    Request all = call_in(space, kList, {});
    all.most_bytes = kMostListBytes;
    all.timeout = kListPatience;
    all.done = [this, listing = std::move(listing)](const Answer& answer) {
        std::string_view message;
        const auto refused = refusal(answer, message);
        if (refused) {
            listing->problem = refused->why;
        } else if (auto ids = containerd_listed(message)) {
            listing->ids.insert(listing->ids.end(), ids->begin(), ids->end());
        } else {
            listing->problem = garbage(ids.error()).why;
        }
        if (--listing->waiting != 0) return;
        if (!listing->problem.empty()) return listing->done(Error(listing->problem));
        listing->done(std::move(listing->ids));
    };
    exchange().send(std::move(all));
}

void ContainerdRuntime::get(const std::string& id, std::function<void(Found)> done) {
    auto asked = std::make_shared<Asked>();
    asked->id = id;
    asked->best.why = "it does not know it";
    asked->done = [this, done = std::move(done)](Found found) {
        if (found.kind != Found::Kind::No) return done(std::move(found));
        // Perhaps it is in a namespace that is new: seen by the next attempt.
        with_spaces([done, found](const Result<>&) { done(found); });
    };
    asked->waiting = spaces_.size() + 1;
    for (const std::string& space : spaces_) get_in(space, asked);
    asked->answered();
}

void ContainerdRuntime::get_in(const std::string& space, std::shared_ptr<Asked> asked) {
    Request one = call_in(space, kGet, containerd_get_request(asked->id));
    one.done = [this, space, asked = std::move(asked)](const Answer& answer) {
        std::string_view message;
        Found found;
        if (const auto refused = refusal(answer, message)) {
            found = *refused;
        } else if (auto record = containerd_container(message, shared_.label_max_len); !record) {
            found = garbage(record.error());
        } else if (record->full_id != asked->id) {
            found = garbage(Error(kOfAnother));
        } else {
            found = {Found::Kind::Yes, *std::move(record), {}};
        }
        if (found.kind != Found::Kind::No && asked->best.kind != Found::Kind::Yes)
            asked->best = std::move(found);
        if (asked->best.kind == Found::Kind::Yes && asked->best.record.image_digest.empty() &&
            !asked->best.record.image.empty())
            return get_image(space, asked);
        asked->answered();
    };
    exchange().send(std::move(one));
}

void ContainerdRuntime::get_image(const std::string& space, std::shared_ptr<Asked> asked) {
    Request image = call_in(space, kImage, containerd_get_request(asked->best.record.image));
    image.done = [this, asked = std::move(asked)](const Answer& answer) {
        std::string_view message;
        if (!refusal(answer, message)) asked->best.record.image_digest = containerd_digest(message);
        asked->answered();
    };
    exchange().send(std::move(image));
}

void ContainerdRuntime::listen(std::function<void(Announcement)> take,
                               std::function<void(std::string)> ended) {
    silence();
    Request events = containerd_events(
        call(kContainerdSubscribe, containerd_subscribe_request({})),
        [this, take = std::move(take)](ContainerdEvent event) {
            if (others_.contains(event.space)) return;
            add_space(event.space);
            take({announced(event.kind), std::move(event.id)});
        },
        kMostRecordBytes, shared_.tally->refused_large);
    events.done = [this, ended = std::move(ended)](const Answer& answer) {
        stream_ = 0;
        const auto refused = refusal(answer);
        ended(refused ? refused->why : "its announcements ended");
    };
    stream_ = exchange().send(std::move(events));
}

void ContainerdRuntime::silence() {
    if (stream_ != 0) exchange().cancel(stream_);
    stream_ = 0;
}

}  // namespace sensor::runtimes
