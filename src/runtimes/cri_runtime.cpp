// SPDX-License-Identifier: Apache-2.0
#include "runtimes/cri_runtime.hpp"

#include <cerrno>

#include "runtimes/containerd_events.hpp"
#include "runtimes/grpc.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::string_view kVersion = "/runtime.v1.RuntimeService/Version",
                           kList = "/runtime.v1.RuntimeService/ListContainers",
                           kStatus = "/runtime.v1.RuntimeService/ContainerStatus",
                           kPodStatus = "/runtime.v1.RuntimeService/PodSandboxStatus",
                           kStats = "/runtime.v1.RuntimeService/ContainerStats",
                           kEvents = "/runtime.v1.RuntimeService/GetContainerEvents";
constexpr std::chrono::milliseconds kListPatience{5000};
constexpr std::string_view kSpace = "k8s.io";  // containerd's namespace for CRI

}  // namespace

/// A container on its way to a record.
struct CriRuntime::Asked {
    CriContainer container;
    Done done;

    void finish() { done(Found{Found::Kind::Yes, std::move(container.record), {}}); }
};

void CriRuntime::list(std::function<void(Ids)> done) {
    Request version = call(kVersion, {});
    version.done = [this, done = std::move(done)](const Answer& answer) {
        std::string_view message;
        if (const auto refused = refusal(answer, message)) {
            const bool other = answer.grpc_status == kGrpcUnimplemented;
            return done(Error(refused->why, other ? ENOTSUP : 0));
        }
        type_ = cri_type(message);
        list_containers(done);
    };
    exchange().send(std::move(version));
}

void CriRuntime::list_containers(std::function<void(Ids)> done) {
    Request all = call(kList, {});
    all.most_bytes = kMostListBytes;
    all.timeout = kListPatience;
    all.done = [this, done = std::move(done)](const Answer& answer) {
        std::string_view message;
        if (const auto refused = refusal(answer, message)) return done(Error(refused->why));
        auto listed = cri_listed(message);
        if (!listed) return done(Error(garbage(listed.error()).why));
        std::vector<std::string> ids;
        for (CriListed& one : *listed) ids.push_back(std::move(one.id));
        done(std::move(ids));
    };
    exchange().send(std::move(all));
}

void CriRuntime::get(const std::string& id, Done done) {
    if (type_.empty()) return done(Found{Found::Kind::No, {}, "it was not ready"});
    Request status = call(kStatus, cri_status_request(id));
    status.done = [this, id, done = std::move(done)](const Answer& answer) {
        std::string_view message;
        if (const auto refused = refusal(answer, message)) {
            if (refused->kind == Found::Kind::No) return get_as_pod(id, done);
            return done(*refused);
        }
        auto container = cri_container(message, shared_.label_max_len);
        if (!container) return done(garbage(container.error()));
        if (container->record.full_id != id) return done(garbage(Error(kOfAnother)));
        auto asked = std::make_shared<Asked>(Asked{*std::move(container), done});
        asked->container.record.type = type_;
        if (asked->container.sandbox_id.empty())
            asked->container.sandbox_id = asked->container.record.pod_sandbox_id;
        get_pod_of(std::move(asked));
    };
    exchange().send(std::move(status));
}

void CriRuntime::get_pod_of(std::shared_ptr<Asked> asked) {
    Request pod =
        call(asked->container.sandbox_id.empty() ? kList : kPodStatus,
             asked->container.sandbox_id.empty() ? cri_list_request(asked->container.record.full_id)
                                                 : cri_status_request(asked->container.sandbox_id));
    pod.done = [this, asked = std::move(asked)](const Answer& answer) {
        std::string_view message;
        const auto refused = refusal(answer, message);
        CriContainer& container = asked->container;
        if (!refused && container.sandbox_id.empty()) {
            const auto listed = cri_listed(message);
            if (listed && listed->size() == 1 && listed->front().id == container.record.full_id)
                container.sandbox_id = listed->front().pod_sandbox_id;
            if (!container.sandbox_id.empty()) return get_pod_of(asked);
        } else if (!refused) {
            if (const auto found = cri_pod(message); found && found->id == container.sandbox_id)
                add_pod(container.record, *found, shared_.label_max_len);
        }
        // Without its pod it is still a container with a name and an image.
        get_size(asked);
    };
    exchange().send(std::move(pod));
}

void CriRuntime::get_size(std::shared_ptr<Asked> asked) {
    if (!shared_.with_size) return asked->finish();
    Request stats = call(kStats, cri_stats_request(asked->container.record.full_id));
    stats.done = [this, asked](const Answer& answer) {
        std::string_view message;
        if (!refusal(answer, message)) asked->container.record.size = cri_size(message);
        asked->finish();
    };
    exchange().send(std::move(stats));
}

/// The container that holds a pod together is none of CRI's containers.
void CriRuntime::get_as_pod(const std::string& id, Done done) {
    Request status = call(kPodStatus, cri_status_request(id));
    status.done = [this, id, done = std::move(done)](const Answer& answer) {
        std::string_view message;
        if (const auto refused = refusal(answer, message)) return done(*refused);
        const auto pod = cri_pod(message);
        if (!pod) return done(garbage(pod.error()));
        if (pod->id != id) return done(garbage(Error(kOfAnother)));
        Found found{Found::Kind::Yes, pod_record(*pod, shared_.label_max_len), {}};
        found.record.type = type_;
        done(std::move(found));
    };
    exchange().send(std::move(status));
}

void CriRuntime::listen(std::function<void(Announcement)> take,
                        std::function<void(std::string)> ended) {
    silence();
    take_ = std::move(take);
    ended_ = std::move(ended);
    heard_ = false;
    const auto stream =
        std::make_shared<GrpcStream>(kMostRecordBytes, [this](std::string_view message) {
            heard_ = true;
            if (auto event = cri_event(message)) take_event(*std::move(event));
        });
    Request events = call(kEvents, {});
    events.timeout = std::chrono::milliseconds(0);
    events.on_data = [this, stream](std::string_view bytes) {
        const std::uint64_t before = stream->passed_over();
        const bool good = stream->feed(bytes);
        shared_.tally->refused_large += stream->passed_over() - before;
        return good;
    };
    events.done = [this](const Answer& answer) {
        stream_ = 0;
        if (has_none(answer)) return listen_containerd();
        stream_ended(answer);
    };
    stream_ = exchange().send(std::move(events));
}

void CriRuntime::take_event(CriEvent event) {
    switch (event.kind) {
        case CriEvent::Kind::Created:
            return take_({Announcement::Kind::Created, std::move(event.id)});
        case CriEvent::Kind::Started:
            return take_({Announcement::Kind::Started, std::move(event.id)});
        case CriEvent::Kind::Deleted:
            return take_({Announcement::Kind::Removed, std::move(event.id)});
        case CriEvent::Kind::Stopped: return;
    }
}

/// Did it refuse to announce anything? Each runtime that does not, or is set not to, has a status
/// of its own for that. It is asked about containers all the same.
bool CriRuntime::has_none(const Answer& answer) const {
    return !heard_ && answer.kind == Answer::Kind::Answered && answer.grpc_status > kGrpcOk &&
           answer.grpc_status != kGrpcCancelled && answer.grpc_status != kGrpcUnavailable;
}

/// containerd has had an event service of its own for longer. Others refuse this too.
void CriRuntime::listen_containerd() {
    Request events = containerd_events(
        call(kContainerdSubscribe, containerd_subscribe_request(kSpace)),
        [this](ContainerdEvent event) {
            heard_ = true;
            take_({announced(event.kind), std::move(event.id)});
        },
        kMostRecordBytes, shared_.tally->refused_large);
    events.done = [this](const Answer& answer) {
        stream_ = 0;
        if (has_none(answer)) return ended_({});
        stream_ended(answer);
    };
    stream_ = exchange().send(std::move(events));
}

void CriRuntime::stream_ended(const Answer& answer) {
    const auto refused = refusal(answer);
    if (refused) return ended_(refused->why);
    ended_(answer.problem.empty() ? "its announcements ended" : answer.problem);
}

void CriRuntime::silence() {
    if (stream_ != 0) exchange().cancel(stream_);
    stream_ = 0;
}

}  // namespace sensor::runtimes
