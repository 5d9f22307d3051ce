// SPDX-License-Identifier: Apache-2.0
// Records: what was told of containers lately, by id, bounded in number and bytes: the oldest goes
// first. Latest: the same of small things, bounded in number. Both of the watcher's thread.
#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <string>
#include <unordered_map>

#include "runtimes/record_size.hpp"
#include "runtimes/watcher.hpp"

namespace sensor::runtimes {

class Records {
public:
    Records(std::size_t most, std::size_t most_bytes) : most_(most), most_bytes_(most_bytes) {}

    void put(News news) {
        const std::string id = news.record.full_id;
        erase(id);
        bytes_ += size_of(news.record);
        by_age_.push_back(std::move(news));
        by_id_[id] = std::prev(by_age_.end());
        while (by_age_.size() > most_ || bytes_ > most_bytes_)
            erase(std::string(by_age_.front().record.full_id));
    }
    const News* find(const std::string& id) const {
        const auto found = by_id_.find(id);
        return found == by_id_.end() ? nullptr : &*found->second;
    }
    void erase(const std::string& id) {
        const auto found = by_id_.find(id);
        if (found == by_id_.end()) return;
        bytes_ -= size_of(found->second->record);
        by_age_.erase(found->second);
        by_id_.erase(found);
    }
    std::size_t size() const noexcept { return by_age_.size(); }

private:
    const std::size_t most_, most_bytes_;
    std::size_t bytes_ = 0;
    std::list<News> by_age_;
    std::unordered_map<std::string, std::list<News>::iterator> by_id_;
};

template <typename T, std::size_t kMost>
class Latest {
public:
    void put(const std::string& id, T value) {
        if (known_.insert_or_assign(id, std::move(value)).second) order_.push_back(id);
        while (known_.size() > kMost || order_.size() > 2 * kMost) {
            known_.erase(order_.front());
            order_.pop_front();
        }
    }
    const T* find(const std::string& id) const {
        const auto found = known_.find(id);
        return found == known_.end() ? nullptr : &found->second;
    }
    void erase(const std::string& id) { known_.erase(id); }

private:
    std::unordered_map<std::string, T> known_;
    std::deque<std::string> order_;
};

}  // namespace sensor::runtimes
