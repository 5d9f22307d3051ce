// SPDX-License-Identifier: Apache-2.0
// Pairs the alerts of two sensors as they are read, nearly in the order of time. Alerts wait until
// nothing that fits better can come; how many may wait is bounded. For compare.cpp; what it finds
// goes to compare_result.cpp.
//
// Alerts of one rule and source within the window are a pair if all values that both have are the
// same: the earliest such one. What is left when nothing more can come takes the one of the nearest
// in time that differs least, first in what says who did it (container, process, user), unless it
// is of another process or more than half is different. A value that differs in most pairs of a
// rule, since one sensor tells it otherwise, no longer decides.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <set>
#include <unordered_map>
#include <vector>

#include "app/compare_alert.hpp"

namespace sensor::app {

/// What the matcher tells: a pair, or an alert that only one has (the other is null).
using Matched = std::function<void(const ComparedAlert* a, const ComparedAlert* b)>;

class AlertMatcher {
public:
    /// in: window_ns between two alerts of a pair; most_bytes of alerts that wait
    AlertMatcher(const NameTable& keys, std::uint64_t window_ns, std::size_t most_bytes,
                 Matched matched);

    /// in: side 0 or 1. cost: O(log of those that wait), and its values
    void add(std::size_t side, ComparedAlert alert);
    /// Nothing older than this comes any more, of either side.
    void advance(std::uint64_t ts_ns);
    void finish();

    std::uint64_t late(std::size_t side) const { return late_[side]; }  ///< too late for some pairs
    std::uint64_t early() const { return early_; }  ///< judged early, for want of memory
    std::size_t peak_bytes() const { return peak_bytes_; }

private:
    using Id = std::pair<std::uint64_t, std::uint64_t>;  ///< time, and a number of its own
    struct Waiting {
        ComparedAlert alert;
        std::uint64_t signature = 0;  ///< of the values that both sides have
    };
    struct Half {
        std::map<Id, Waiting> waiting;
        std::unordered_map<std::uint64_t, std::set<Id>> by_signature;
        std::vector<bool> keys;  ///< that were seen
    };
    struct Bucket {  ///< the alerts of one rule
        std::array<Half, 2> halves;
        std::vector<bool> common;  ///< by key: both sides have it, and it decides
        std::vector<bool> unlike;  ///< both have it, and mostly not the same
        std::uint64_t pairs = 0;
        std::vector<std::uint64_t> differing;  ///< of the pairs, by key
    };
    struct Due {
        Id id;
        std::uint32_t rule;
        std::uint8_t side;
        friend bool operator>(const Due& a, const Due& b) { return a.id > b.id; }
    };
    using Place = std::map<Id, Waiting>::iterator;
    struct Candidate {
        Place place;
        std::size_t own = 0;  ///< which of ours it is for
        std::array<std::uint64_t, 3> cost{};
    };

    void learn_keys(Bucket& bucket, std::size_t side, const ComparedAlert& alert);
    std::uint64_t signature_of(const Bucket& bucket, const ComparedAlert& alert) const;
    bool take_equal(Bucket& bucket, std::size_t side, const ComparedAlert& alert,
                    std::uint64_t signature);
    void settle(const Due& due);
    void sign_anew(Bucket& bucket) const;
    bool learn_unlike(Bucket& bucket, const ComparedAlert& a, const ComparedAlert& b) const;
    void pair_equal(Bucket& bucket);
    std::vector<Place> nearest(Half& half, std::uint64_t ts_ns, std::size_t most) const;
    bool cost_of(const ComparedAlert& a, const ComparedAlert& b, Candidate& into) const;
    Place choose(Bucket& bucket, std::size_t side, Place own) const;
    void drop(Half& half, Place place);
    void tell(std::size_t side, const ComparedAlert& mine, const ComparedAlert* other);

    const NameTable& keys_;
    const std::uint64_t window_ns_;
    const std::size_t most_bytes_;
    const Matched matched_;
    std::unordered_map<std::uint32_t, Bucket> buckets_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    mutable std::vector<std::uint8_t> key_kinds_;
    std::uint64_t number_ = 0, horizon_ = 0, early_ = 0;
    std::array<std::uint64_t, 2> late_{};
    std::size_t bytes_ = 0, peak_bytes_ = 0;
};

/// Calls `differs(key, value of a, value of b)` for each value that both have and that is not the
/// same. out: how many values both have
template <typename Fn>
std::size_t each_difference(const ComparedAlert& a, const ComparedAlert& b, Fn&& differs) {
    std::size_t common = 0;
    auto at = a.values.begin();
    auto other = b.values.begin();
    while (at != a.values.end() && other != b.values.end()) {
        if (at->key < other->key) {
            ++at;
        } else if (other->key < at->key) {
            ++other;
        } else {
            ++common;
            if (at->hash != other->hash) differs(*at, *other);
            ++at;
            ++other;
        }
    }
    return common;
}

}  // namespace sensor::app
