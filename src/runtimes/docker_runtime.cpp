// SPDX-License-Identifier: Apache-2.0
#include "runtimes/docker_runtime.hpp"

#include <array>

#include "base/log.hpp"
#include "containers/json_read.hpp"
#include "runtimes/image_name.hpp"
#include "runtimes/owner.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::size_t kMostImages = 256;
constexpr std::chrono::milliseconds kListPatience{5000};

/// filters={"type":["container"],"event":["create","start","destroy","remove"]}
constexpr std::string_view kEvents =
    "/events?stream=true&filters=%7B%22type%22%3A%5B%22container%22%5D%2C%22event%22%3A%5B"
    "%22create%22%2C%22start%22%2C%22destroy%22%2C%22remove%22%5D%7D";

struct Action {
    std::string_view name;
    Announcement::Kind kind;
};
constexpr std::array kActions = {
    Action{"create", Announcement::Kind::Created}, Action{"start", Announcement::Kind::Started},
    Action{"destroy", Announcement::Kind::Removed},  // docker
    Action{"remove", Announcement::Kind::Removed},   // podman
};

/// Only what stands for itself in a path: ids and names of images come from outside.
bool is_plain(std::string_view id) {
    return !id.empty() && id.front() != '.' &&
           id.find_first_not_of(
               "0123456789abcdefghijklmnopqrstuvwxyz"
               "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.-:") == std::string_view::npos;
}

}  // namespace

std::string DockerRuntime::path(std::string_view rest) const {
    return std::string(kind_ == DockerKind::Docker ? "" : "/v4.0.0/libpod").append(rest);
}

void DockerRuntime::list(std::function<void(Ids)> done) {
    learn_root();
    Request all = request(path("/containers/json?all=true"));
    all.most_bytes = kMostListBytes;
    all.timeout = kListPatience;
    all.done = [this, done = std::move(done)](Answer answer) {
        if (const auto refused = refusal(answer)) return done(Error(refused->why));
        Ids ids = listed_ids(answer.body);
        if (!ids) garbage(ids.error());
        done(std::move(ids));
    };
    exchange().send(std::move(all));
}

/// docker writes down what it says of a container, before it announces it. Its socket in turn does
/// not answer about a container that is just being started, which is when we want to know.
void DockerRuntime::learn_root() {
    root_.clear();
    if (kind_ != DockerKind::Docker) return;
    // A user could name a folder that keeps who reads it waiting.
    if (socket_owner(shared_.host_root, socket()) != kRoot) return;
    Request info = request("/info");
    info.done = [this](const Answer& answer) {
        if (answer.kind == Answer::Kind::Answered && answer.status == 200)
            root_ = containers::text(containers::parse_json(answer.body), "DockerRootDir");
    };
    exchange().send(std::move(info));
}

bool DockerRuntime::from_files(const std::string& id, Inspected& to) const {
    if (root_.empty() || shared_.with_size) return false;
    auto found = inspected_folder(shared_.host_root, root_, id, shared_.label_max_len);
    if (!found) return false;
    to = *std::move(found);
    return true;
}

void DockerRuntime::get(const std::string& id, Done done) {
    if (!is_plain(id)) return done(Found{Found::Kind::No, {}, "no runtime gives such an id"});
    auto read = std::make_shared<Inspected>();
    if (from_files(id, *read)) return with_image(std::move(read), std::move(done));
    Request one =
        request(path(format("/containers/{}/json{}", id, shared_.with_size ? "?size=true" : "")));
    one.done = [this, id, done = std::move(done)](const Answer& answer) {
        if (const auto refused = refusal(answer)) return done(*refused);
        auto found = inspected(kind_, answer.body, shared_.label_max_len);
        if (!found) return done(garbage(found.error()));
        if (found->record.full_id != id) return done(garbage(Error(kOfAnother)));
        with_image(std::make_shared<Inspected>(*std::move(found)), done);
    };
    exchange().send(std::move(one));
}

/// Names of an image change, but not those a container was started by.
const ImageNames* DockerRuntime::known_image(const Inspected& found) const {
    if (is_image_id(found.record.image)) return nullptr;
    const auto known = images_.find(found.image_id);
    return known == images_.end() ? nullptr : &known->second;
}

void DockerRuntime::keep_image(const std::string& id, ImageNames names) {
    if (!images_.insert_or_assign(id, std::move(names)).second) return;
    image_order_.push_back(id);
    if (image_order_.size() <= kMostImages) return;
    images_.erase(image_order_.front());
    image_order_.pop_front();
}

void DockerRuntime::with_image(std::shared_ptr<Inspected> found, Done done) {
    if (const ImageNames* names = known_image(*found)) {
        fill_image(found->record, names->tags, names->digests);
        return with_network(std::move(found), std::move(done));
    }
    const bool complete = kind_ == DockerKind::Podman && !is_image_id(found->record.image);
    if (complete || !is_plain(found->image_id))
        return with_network(std::move(found), std::move(done));
    Request image = request(path(format("/images/{}/json", found->image_id)));
    image.done = [this, found = std::move(found), done = std::move(done)](const Answer& answer) {
        // An image that was removed is no reason to say nothing of its container.
        if (answer.kind == Answer::Kind::Answered && answer.status == 200) {
            if (auto names = image_names(answer.body)) {
                fill_image(found->record, names->tags, names->digests);
                keep_image(found->image_id, *std::move(names));
            }
        }
        with_network(found, done);
    };
    exchange().send(std::move(image));
}

/// The address of a container that shares another's network is that one's.
void DockerRuntime::with_network(std::shared_ptr<Inspected> found, Done done) {
    const auto finish = [](Inspected& from, const Done& to) {
        to(Found{Found::Kind::Yes, std::move(from.record), {}});
    };
    if (!found->record.ip.empty() || !is_plain(found->network_of)) return finish(*found, done);
    Request other = request(path(format("/containers/{}/json", found->network_of)));
    other.done = [this, finish, found = std::move(found),
                  done = std::move(done)](const Answer& answer) {
        if (answer.kind == Answer::Kind::Answered && answer.status == 200) {
            if (const auto its = inspected(kind_, answer.body, 0)) {
                found->record.ip = its->record.ip;
                if (!found->record.pod_name.empty()) found->record.pod_ip = its->record.ip;
            }
        }
        finish(*found, done);
    };
    exchange().send(std::move(other));
}

void DockerRuntime::listen(std::function<void(Announcement)> take,
                           std::function<void(std::string)> ended) {
    silence();
    take_ = std::move(take);
    line_.clear();
    skipping_ = false;
    Request events = request(path(kEvents));
    events.timeout = std::chrono::milliseconds(0);
    events.on_data = [this](std::string_view bytes) { return take_event_bytes(bytes); };
    events.done = [this, ended = std::move(ended)](const Answer& answer) {
        stream_ = 0;
        const auto refused = refusal(answer);
        ended(refused ? refused->why : "its announcements ended");
    };
    stream_ = exchange().send(std::move(events));
}

void DockerRuntime::silence() {
    if (stream_ != 0) exchange().cancel(stream_);
    stream_ = 0;
}

bool DockerRuntime::take_event_bytes(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (!skipping_) line_.append(part);
        if (line_.size() > kMostRecordBytes) {
            ++shared_.tally->refused_large;  // it will be asked for when it shows up
            skipping_ = true;
            line_.clear();
            line_.shrink_to_fit();
        }
        if (end == std::string_view::npos) return true;
        if (!skipping_) take_line(line_);
        skipping_ = false;
        line_.clear();
        bytes.remove_prefix(end + 1);
    }
    return true;
}

void DockerRuntime::take_line(std::string_view line) {
    if (line.find_first_not_of(" \r\t") == std::string_view::npos) return;
    auto event = docker_event(kind_, line, shared_.label_max_len);
    if (!event) {
        ++shared_.tally->refused_garbage;
        return;
    }
    for (const Action& action : kActions)
        if (event->action == action.name)
            return take_({action.kind, std::move(event->id), std::move(event->sketch)});
}

}  // namespace sensor::runtimes
