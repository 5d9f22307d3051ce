// SPDX-License-Identifier: Apache-2.0
// NewsBox: between the event thread and the watcher's: questions one way, news the other. Its lock
// is held for a look-up or a swap at most, never for work.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtimes/owner.hpp"
#include "runtimes/watcher.hpp"

namespace sensor::runtimes {

struct Question {
    std::string id, type, cgroups;
    std::uint32_t pid = 0;
    std::optional<Owner> starter;
    bool again = false;  ///< another process of a container that is asked for already
};

class NewsBox {
public:
    explicit NewsBox(std::atomic<bool>& has_news) : has_news_(has_news) {}

    // Of the event thread.
    /// out: is there a new question, to wake the watcher for
    bool ask(std::string_view id, std::string_view type, const containers::Seen& seen);
    /// At most 64, and not much more than a megabyte: the events must not wait for long.
    std::vector<News> take();
    WatcherStats stats() const;

    // Of the watcher's thread.
    std::vector<Question> questions();
    /// answers: the question of that container ends with it, and may be put again; empty: none
    void tell(News news, std::string_view answers = {});
    void publish(const WatcherStats& tally);

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    mutable std::mutex lock_;
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> under_way_;  ///< processes
    std::vector<Question> questions_;
    std::deque<News> news_;
    std::size_t bytes_ = 0;  ///< of the news
    WatcherStats tally_;     ///< as last published
    std::uint64_t asked_ = 0, dropped_questions_ = 0, dropped_news_ = 0;
    std::atomic<bool>& has_news_;
};

}  // namespace sensor::runtimes
