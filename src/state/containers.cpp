// SPDX-License-Identifier: Apache-2.0
#include "state/containers.hpp"

#include <algorithm>
#include <utility>

#include "containers/short_id.hpp"
#include "containers/types.hpp"
#include "containers/users.hpp"
#include "state/container_id.hpp"

namespace sensor::state {
namespace {

using containers::ContainerRecord;
using containers::Known;

constexpr std::size_t kWholeId = 64;

/// Other ids are names that users give, of which one may begin with another.
bool is_hex(std::string_view id) {
    return id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Bytes that a record takes beside itself, about.
std::size_t size_of(const ContainerRecord& record) {
    std::size_t sum = record.cni_json.size() + record.pod_cni_json.size();
    for (const std::string& one : record.env) sum += sizeof one + one.size();
    for (const auto* labels : {&record.labels, &record.pod_labels})
        for (const auto& [key, value] : *labels) sum += 2 * sizeof key + key.size() + value.size();
    for (const containers::Mount& one : record.mounts)
        sum += sizeof one + one.source.size() + one.dest.size();
    return sum;
}

}  // namespace

void Containers::use(ContainerOptions options) {
    options_ = std::move(options);
    fixed_ = {};
    if (options_.fixed.full_id.empty()) return;
    fixed_ = make_ref<Container>();
    static_cast<ContainerRecord&>(*fixed_) = options_.fixed;
}

// A record may name a container by the beginning of its id only, and so may have come before the
// first thread that has the whole.
Containers::Map::iterator Containers::find(std::string_view id) {
    const auto exact = known_.find(std::string(id));
    if (exact != known_.end() || !is_hex(id)) return exact;
    if (id.size() == kWholeId) return known_.find(std::string(containers::short_id(id)));
    if (id.size() != containers::kShortId) return exact;
    return std::find_if(known_.begin(), known_.end(), [&](const auto& entry) {
        return entry.first.size() == kWholeId && entry.first.starts_with(id);
    });
}

Ref<Container>& Containers::entry(std::string_view full_id, std::string_view short_id) {
    const auto found = find(full_id);
    if (found == known_.end()) {
        if (known_.size() >= options_.most) purge();
        Ref<Container>& made = known_[std::string(full_id)];
        made = make_ref<Container>();
        made->id = short_id;
        made->full_id = full_id;
        return made;
    }
    if (found->first.size() >= full_id.size()) return found->second;
    const Ref<Container> container = found->second;  // now its whole id is known
    known_.erase(found);
    container->full_id = full_id;
    return known_[std::string(full_id)] = container;
}

Ref<Container> Containers::of(std::string_view cgroups, std::uint64_t now_ns) {
    if (fixed_) return fixed_;
    const ContainerId id = container_of_cgroups(cgroups);
    if (id.full_id.empty()) return {};
    Ref<Container>& known = entry(id.full_id, id.short_id());
    if (known->type.empty()) known->type = id.type;
    if (known->known == Known::Id && containers::is_silent(known->type))
        known->known = Known::Complete;
    // What was waited for in vain is waited for again when it has no processes any more.
    const bool in_vain = known->incomplete && !known.unique();
    const bool waits = known->known != Known::Complete && !known->pending && !in_vain;
    if (waits && options_.patience_ns != 0) {
        known->incomplete = false;
        known->waits_record = true;
        wait(known, now_ns);
    }
    return known;
}

bool Containers::wants_answer(Container& container) const noexcept {
    if (container.pending || !options_.asks || options_.patience_ns != 0) return container.pending;
    // Nothing waits, but what comes is used then.
    if (container.known == Known::Complete) return false;
    return !std::exchange(container.incomplete, true);
}

void Containers::wait(const Ref<Container>& container, std::uint64_t now_ns) {
    if (container->pending) return;
    container->pending = true;
    container->deadline_ns = now_ns == 0 ? 0 : now_ns + options_.patience_ns;
    next_deadline_ns_ = pending_.empty() ? container->deadline_ns
                                         : std::min(next_deadline_ns_, container->deadline_ns);
    pending_.push_back(container);
}

void Containers::await_users(const Ref<Container>& container, std::uint64_t now_ns) {
    if (options_.patience_ns == 0) return;
    container->waits_users = true;
    wait(container, now_ns);
}

Containers::Learnt Containers::add_user(std::string_view id, std::uint32_t uid, User user) {
    const auto found = find(id);
    if (found == known_.end() || found->second->users.size() >= containers::kMostUsers) return {};
    found->second->users.try_emplace(uid, std::move(user));  // the first of a number counts
    found->second->has_users = true;
    return {found->second, !found->second->pending};
}

Containers::Learnt Containers::add_group(std::string_view id, std::uint32_t gid, std::string name) {
    const auto found = find(id);
    if (found == known_.end() || found->second->groups.size() >= containers::kMostUsers) return {};
    found->second->groups.try_emplace(gid, std::move(name));
    return {found->second, !found->second->pending};
}

void Containers::has_users(std::string_view full_id) {
    const auto found = find(full_id);
    if (found == known_.end()) return;
    Container& container = *found->second;
    container.has_users = true;
    container.waits_users = false;
    if (container.pending && !container.waits_record) settle(container);
}

Containers::Learnt Containers::learn(const ContainerRecord& record) {
    if (record.full_id.empty()) return {};
    const Ref<Container> container = entry(record.full_id, record.id);
    if (record.known < container->known) return {container, false};
    ContainerRecord next = record;
    next.full_id = container->full_id;
    if (next.type.empty()) next.type = container->type;
    ++stats_.learnt;
    const bool same = static_cast<const ContainerRecord&>(*container) == next;
    const bool was_pending = container->pending;
    if (!same) {
        bytes_ -= size_of(*container);
        const std::size_t size = size_of(next);
        if (bytes_ + size > options_.most_bytes) purge(size);
        if (bytes_ + size > options_.most_bytes) {
            ++stats_.cut;
            next.env.clear();
            next.labels.clear();
            next.pod_labels.clear();
            next.mounts.clear();
        }
        static_cast<ContainerRecord&>(*container) = std::move(next);
        bytes_ += size_of(*container);
    }
    if (container->known == Known::Complete) container->waits_record = false;
    if (was_pending && !container->waits_record && !container->waits_users) settle(*container);
    if (!same) ++news_;
    return {container, !same && !was_pending};
}

Ref<Container> Containers::remove(std::string_view full_id) {
    const auto found = find(full_id);
    if (found == known_.end()) return {};
    const Ref<Container> gone = found->second;
    bytes_ -= size_of(*gone);
    known_.erase(found);
    ++stats_.removed;
    if (gone->pending) give_up(*gone);
    return gone;
}

void Containers::give_up(std::string_view full_id) {
    const auto found = find(full_id);
    if (found == known_.end() || !found->second->waits_record) return;
    Container& container = *found->second;
    if (!container.waits_users) return give_up(container);
    ++stats_.given_up;
    container.incomplete = true;
    container.waits_record = false;
}

void Containers::give_up(Container& container) {
    if (container.waits_record) {
        ++stats_.given_up;
        container.incomplete = true;
    }
    container.waits_record = container.waits_users = false;
    settle(container);
}

void Containers::settle(Container& container) {
    container.pending = false;
    ++news_;
    std::erase_if(pending_, [&](const auto& each) { return each.get() == &container; });
}

void Containers::expire(std::uint64_t now_ns) {
    if (now_ns < next_deadline_ns_ || pending_.empty()) return;
    next_deadline_ns_ = ~std::uint64_t{0};
    for (std::size_t k = pending_.size(); k-- > 0;) {
        std::uint64_t& deadline = pending_[k]->deadline_ns;
        if (deadline == 0) deadline = now_ns + options_.patience_ns;
        if (deadline > now_ns) {
            next_deadline_ns_ = std::min(next_deadline_ns_, deadline);
            continue;
        }
        const Ref<Container> late = pending_[k];
        give_up(*late);
    }
}

// Some more than must go, so that the next that comes finds room.
void Containers::purge(std::size_t bytes) {
    const bool full = known_.size() >= options_.most || bytes_ + bytes > options_.most_bytes;
    const auto enough = [&] {
        return known_.size() < options_.most - options_.most / 8 &&
               bytes_ + bytes < options_.most_bytes - options_.most_bytes / 8;
    };
    for (auto at = known_.begin(); at != known_.end();) {
        const Container& one = *at->second;
        const bool idle = at->second.unique();
        const bool empty = one.known == Known::Id;
        if (!idle || (!empty && (!full || enough()))) {
            ++at;
            continue;
        }
        stats_.dropped += empty ? 0 : 1;
        bytes_ -= size_of(one);
        at = known_.erase(at);
    }
}

ContainerStats Containers::stats() const noexcept {
    ContainerStats now = stats_;
    now.known = known_.size();
    now.pending = pending_.size();
    for (const auto& [id, container] : known_)
        now.without_image += container->image.empty() ? 1 : 0;
    return now;
}

void Containers::clear() {
    known_.clear();
    bytes_ = 0;
    for (const Ref<Container>& each : pending_) each->pending = false;
    pending_.clear();
    ++news_;
}

}  // namespace sensor::state
