// SPDX-License-Identifier: Apache-2.0
// What comes to be known of containers: from a runtime, or from the events of a capture, which
// carry a container's JSON. See containers.hpp for how they are kept.
#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "containers/json.hpp"
#include "state/state.hpp"

namespace sensor::state {
namespace {

constexpr std::size_t kName = 1, kData = 2;  // of asyncevent
constexpr std::size_t kJson = 0;             // of the event `container` of older captures

}  // namespace

void State::learn(const containers::ContainerRecord& record) {
    const Containers::Learnt learnt = containers_.learn(record);
    void_facts(learnt);
    told_ = learnt.container;
}

// While it was pending nothing was remembered of its threads.
void State::void_facts(const Containers::Learnt& learnt) noexcept {
    if (learnt.changed && !learnt.container.unique()) old_facts_ = last_facts_;
}

// Events may come late: live the clock counts.
std::uint64_t State::waiting_clock() const {
    return options_.live ? std::max(now_ns_, epoch_ns()) : now_ns_;
}

/// Who made a container's process, from outside of it. Only the host's numbers count: root of a
/// user namespace is nobody's root.
std::optional<std::uint32_t> State::starter_of(const Thread& thread) const noexcept {
    const Thread* const parent = threads_.find(thread.leader->ptid);
    if (parent == nullptr || parent->uid == kNoId || (parent->own_userns && parent->uid == 0) ||
        parent->container.get() == thread.container.get())
        return std::nullopt;
    return parent->uid;
}

void State::find_container(Thread& thread, std::string_view cgroups) {
    thread.container = containers_.of(cgroups, waiting_clock());
    Container* const container = thread.container.get();
    if (container != nullptr && options_.ask && containers_.wants_answer(*container))
        options_.ask(*container, {thread.leader->ns_tgid, cgroups, starter_of(thread)});
}

void State::ask_users(Thread& thread) {
    Container* const container = thread.container.get();
    if (container == nullptr || container->users_asked || !options_.ask_users) return;
    const AskedUsers asked = options_.ask_users(*container, thread.leader->ns_tgid);
    if (asked == AskedUsers::Gone && !std::exchange(container->users_missed, true))
        containers_.tell_news();  // who waits for them does so no longer
    if (asked != AskedUsers::Yes) return;
    container->users_asked = true;
    containers_.await_users(thread.container, waiting_clock());
    // What is remembered of its threads is with users of the host.
    threads_.for_each([&](Thread& each) {
        if (each.container.get() == container) each.facts = 0;
    });
}

void State::bind_pending(const Thread& thread) {
    if (!thread.container || !thread.container->pending) return;
    bound_.pending = true;
    bound_.facts = 0;
}

void State::learn_from(const Event& event) {
    if (event.type() == EventType::container) return learn_json(event.text(kJson), false);
    const std::string_view name = event.text(kName);
    if (name == "container" || name == "container_removed")
        learn_json(event.text(kData), name == "container_removed");
}

void State::learn_json(std::string_view json, bool removed) {
    const Result<containers::ContainerRecord> record = containers::parse_record(json);
    if (!record) {
        ++stats_.bad_containers;
        return;
    }
    told_ = {};
    if (removed)
        told_ = containers_.remove(record->full_id);
    else
        learn(*record);
    bound_.container = told_.get();
}

}  // namespace sensor::state
