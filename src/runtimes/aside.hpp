// SPDX-License-Identifier: Apache-2.0
// Aside: what runtimes of users say of containers of which it is not known whose they are. It is
// told when a process of that user shows up in one, and never otherwise. Each user has a share.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "runtimes/owner.hpp"
#include "runtimes/records.hpp"

namespace sensor::runtimes {

class Aside {
public:
    /// A record stays when a later word says less.
    void put(News news, Owner owner) {
        if (shares_.find(owner) == shares_.end() && shares_.size() >= kMostOwners) return;
        Share& share = shares_.try_emplace(owner).first->second;
        const News* known = share.records.find(news.record.full_id);
        if (known == nullptr || known->record.known <= news.record.known)
            share.records.put(std::move(news));
    }
    /// out: null: nothing was said
    const News* find(const std::string& id, Owner owner) const {
        const auto share = shares_.find(owner);
        return share == shares_.end() ? nullptr : share->second.records.find(id);
    }
    /// Is there all that can be said?
    bool answers(const std::string& id, Owner owner) const {
        const News* known = find(id, owner);
        return known != nullptr && known->record.known == containers::Known::Complete;
    }
    /// It is no more. What was said may still be asked for.
    void gone(const std::string& id, Owner owner) {
        const auto share = shares_.find(owner);
        if (share != shares_.end()) share->second.gone.put(id, true);
    }
    bool is_gone(const std::string& id, Owner owner) const {
        const auto share = shares_.find(owner);
        return share != shares_.end() && share->second.gone.find(id) != nullptr;
    }
    void erase(const std::string& id, Owner owner) {
        if (const auto share = shares_.find(owner); share != shares_.end())
            share->second.records.erase(id);
    }

private:
    static constexpr std::size_t kMostOwners = 16, kMost = 1024, kMostBytes = 4 << 20;
    struct Share {
        Records records{kMost, kMostBytes};
        Latest<bool, kMost> gone;
    };
    std::map<Owner, Share> shares_;
};

}  // namespace sensor::runtimes
