// SPDX-License-Identifier: Apache-2.0
// Containers: one entry for each container that a thread is in or a runtime told of, by its whole
// id. Those that threads are in and nothing is known of are pending until their record comes, it is
// given up, or they waited long enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "state/thread.hpp"

namespace sensor::state {

struct ContainerOptions {
    std::size_t most = 16384;  ///< containers that no thread is in are let go of beyond that
    std::size_t most_bytes = 64 << 20;  ///< of their records; new ones are cut beyond that
    /// Somebody will tell of containers: new ones are pending for so long, ns. 0: nothing waits.
    std::uint64_t patience_ns = 0;
    bool asks = false;  ///< somebody can be asked for them
    /// Every process is in this one, if it has an id.
    containers::ContainerRecord fixed;
};

struct ContainerStats {
    std::uint64_t known = 0, pending = 0;
    std::uint64_t without_image = 0;  ///< of those known
    std::uint64_t learnt = 0, removed = 0, given_up = 0, dropped = 0;
    std::uint64_t cut = 0;  ///< records that lost labels, mounts and environment: no room
};

class Containers {
public:
    explicit Containers(ContainerOptions options) { use(std::move(options)); }
    /// For containers that are seen first from now on.
    void use(ContainerOptions options);

    /// The container of processes with these control groups; null: the host.
    /// now_ns: pending ones wait from then on; 0: from the next `expire` on
    /// cost:   some searches in the text; allocates for a container not seen before
    Ref<Container> of(std::string_view cgroups, std::uint64_t now_ns);

    /// Takes what somebody says of a container, unless more is known of it already.
    /// record: its full_id may be the beginning of one
    /// out:    changed: threads were told otherwise before, and that was not marked as pending
    struct Learnt {
        Ref<Container> container;
        bool changed = false;
    };
    Learnt learn(const containers::ContainerRecord& record);
    /// Its users may still come. Nothing waits for more than what is known.
    void await_users(const Ref<Container>& container, std::uint64_t now_ns);
    /// One of its users or groups. out: as of `learn`
    Learnt add_user(std::string_view id, std::uint32_t uid, User user);
    Learnt add_group(std::string_view id, std::uint32_t gid, std::string name);
    /// All of them have come.
    void has_users(std::string_view full_id);
    /// It is no more; null: not known.
    Ref<Container> remove(std::string_view full_id);
    /// Nobody will tell of it.
    void give_up(std::string_view full_id);
    /// Those that waited long enough are pending no longer. cost: a comparison until then
    void expire(std::uint64_t now_ns);

    /// cost: a hash lookup; null: not known
    const Container* look_up(const std::string& full_id) const noexcept {
        const auto found = known_.find(full_id);
        return found == known_.end() ? nullptr : found->second.get();
    }
    /// Is there something to ask somebody about a container that `of` returned? With patience while
    /// it is pending, else once.
    bool wants_answer(Container& container) const noexcept;
    /// Containers that are pending.
    std::size_t pending() const noexcept { return pending_.size(); }
    /// Grows whenever one stops being pending or another record of it comes.
    std::uint64_t news() const noexcept { return news_; }
    /// What is awaited of one has changed.
    void tell_news() noexcept { ++news_; }

    /// Lets go of those that no thread is in any more and nothing is known of, and of others where
    /// there is no room for so many bytes more. cost: of all of them
    void purge(std::size_t bytes = 0);
    ContainerStats stats() const noexcept;
    std::size_t size() const noexcept { return known_.size(); }
    void clear();
    /// Calls visit(const Container&) for every one.
    template <typename F>
    void for_each(F&& visit) const {
        for (const auto& [id, container] : known_) visit(*container);
    }

private:
    using Map = std::unordered_map<std::string, Ref<Container>>;
    Map::iterator find(std::string_view id);
    Ref<Container>& entry(std::string_view full_id, std::string_view short_id);
    void wait(const Ref<Container>& container, std::uint64_t now_ns);
    void settle(Container& container);
    void give_up(Container& container);

    ContainerOptions options_;
    Ref<Container> fixed_;
    Map known_;
    std::vector<Ref<Container>> pending_;
    std::uint64_t next_deadline_ns_ = 0;  // of them, or before it
    std::size_t bytes_ = 0;               // of the records, about
    std::uint64_t news_ = 0;
    ContainerStats stats_;
};

}  // namespace sensor::state
