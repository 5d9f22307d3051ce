// SPDX-License-Identifier: Apache-2.0
#include "app/compare_match.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace sensor::app {
namespace {

constexpr std::size_t kNearest = 16;  // of many at about the same time, so many are looked at
constexpr std::size_t kNearestAtFirst = 4096;  // while it is not known what differs anyway
constexpr std::size_t kLearnt = 32;            // pairs of a rule, then it is

/// What a key says of an alert.
enum KeyKind : std::uint8_t {
    kUndecided,
    kWhat,    ///< what was done
    kWho,     ///< who did it
    kProcess  ///< a number of the process: another one is another process
};

KeyKind kind_of(std::string_view key) {
    if (key == "proc.pid" || key == "thread.tid" || key == "proc.vpid" || key == "thread.vtid")
        return kProcess;
    for (const std::string_view prefix : {"container.", "k8s.", "proc.", "thread.", "user."}) {
        if (key.starts_with(prefix)) return kWho;
    }
    return kWhat;
}

std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a < b ? b - a : a - b; }

}  // namespace

AlertMatcher::AlertMatcher(const NameTable& keys, std::uint64_t window_ns, std::size_t most_bytes,
                           Matched matched)
    : keys_(keys), window_ns_(window_ns), most_bytes_(most_bytes), matched_(std::move(matched)) {}

void AlertMatcher::tell(std::size_t side, const ComparedAlert& mine, const ComparedAlert* other) {
    if (side == 0) {
        matched_(&mine, other);
    } else {
        matched_(other, &mine);
    }
}

std::uint64_t AlertMatcher::signature_of(const Bucket& bucket, const ComparedAlert& alert) const {
    std::uint64_t sum = 0;
    for (const ComparedValue& value : alert.values) {
        if (value.key < bucket.common.size() && bucket.common[value.key])
            sum = sum * 0x100000001B3U ^ value.hash;
    }
    return sum;
}

/// Signatures are of the keys that both sides have; those are known after the first alerts.
void AlertMatcher::learn_keys(Bucket& bucket, std::size_t side, const ComparedAlert& alert) {
    Half& half = bucket.halves[side];
    const std::vector<bool>& other = bucket.halves[1 - side].keys;
    bool changed = false;
    for (const ComparedValue& value : alert.values) {
        if (half.keys.size() <= value.key) half.keys.resize(value.key + 1, false);
        if (half.keys[value.key]) continue;
        half.keys[value.key] = true;
        if (value.key >= other.size() || !other[value.key]) continue;
        if (value.key < bucket.unlike.size() && bucket.unlike[value.key]) continue;
        if (bucket.common.size() <= value.key) bucket.common.resize(value.key + 1, false);
        bucket.common[value.key] = true;
        changed = true;
    }
    if (changed) sign_anew(bucket);
}

void AlertMatcher::sign_anew(Bucket& bucket) const {
    for (Half& each : bucket.halves) {
        each.by_signature.clear();
        for (auto& [id, waiting] : each.waiting) {
            waiting.signature = signature_of(bucket, waiting.alert);
            each.by_signature[waiting.signature].insert(id);
        }
    }
}

/// out: is there a key that no longer decides?
bool AlertMatcher::learn_unlike(Bucket& bucket, const ComparedAlert& a,
                                const ComparedAlert& b) const {
    bool learnt = false;
    each_difference(a, b, [&](const ComparedValue& value, const ComparedValue&) {
        if (bucket.differing.size() <= value.key) {
            bucket.differing.resize(value.key + 1, 0);
            bucket.unlike.resize(value.key + 1, false);
        }
        if (++bucket.differing[value.key] * 2 < bucket.pairs || bucket.pairs < kLearnt) return;
        if (bucket.unlike[value.key]) return;
        bucket.unlike[value.key] = learnt = true;
        if (value.key < bucket.common.size()) bucket.common[value.key] = false;
    });
    return learnt;
}

/// Those that wait and are equal now.
void AlertMatcher::pair_equal(Bucket& bucket) {
    sign_anew(bucket);
    Half& half = bucket.halves[0];
    for (Place at = half.waiting.begin(); at != half.waiting.end();) {
        const Place own = at++;
        if (take_equal(bucket, 0, own->second.alert, own->second.signature)) drop(half, own);
    }
}

void AlertMatcher::drop(Half& half, Place place) {
    const auto found = half.by_signature.find(place->second.signature);
    found->second.erase(place->first);
    if (found->second.empty()) half.by_signature.erase(found);
    bytes_ -= place->second.alert.bytes();
    half.waiting.erase(place);
}

bool AlertMatcher::take_equal(Bucket& bucket, std::size_t side, const ComparedAlert& alert,
                              std::uint64_t signature) {
    Half& other = bucket.halves[1 - side];
    const auto same = other.by_signature.find(signature);
    if (same == other.by_signature.end()) return false;
    const std::uint64_t from = alert.ts_ns - std::min(alert.ts_ns, window_ns_);
    const auto first = same->second.lower_bound({from, 0});
    if (first == same->second.end() || first->first > alert.ts_ns + window_ns_) return false;
    const Place place = other.waiting.find(*first);
    bool equal = true;
    each_difference(alert, place->second.alert, [&](const ComparedValue& value, const auto&) {
        if (value.key >= bucket.unlike.size() || !bucket.unlike[value.key]) equal = false;
    });
    if (!equal) return false;
    ++bucket.pairs;
    tell(side, alert, &place->second.alert);
    drop(other, place);
    return true;
}

void AlertMatcher::add(std::size_t side, ComparedAlert alert) {
    if (alert.ts_ns + 2 * window_ns_ < horizon_) ++late_[side];
    Bucket& bucket = buckets_[alert.rule];
    learn_keys(bucket, side, alert);
    const std::uint64_t signature = signature_of(bucket, alert);
    if (take_equal(bucket, side, alert, signature)) return;
    const Id id(alert.ts_ns, number_++);
    due_.push({id, alert.rule, static_cast<std::uint8_t>(side)});
    bytes_ += alert.bytes();
    peak_bytes_ = std::max(peak_bytes_, bytes_);
    Half& half = bucket.halves[side];
    half.by_signature[signature].insert(id);
    half.waiting.emplace(id, Waiting{std::move(alert), signature});
    while (bytes_ > most_bytes_ && !due_.empty()) {
        const std::size_t before = bytes_;
        settle(due_.top());
        due_.pop();
        if (bytes_ < before) ++early_;
    }
}

void AlertMatcher::advance(std::uint64_t ts_ns) {
    horizon_ = ts_ns;
    while (!due_.empty() && due_.top().id.first + 2 * window_ns_ < ts_ns) {
        settle(due_.top());
        due_.pop();
    }
}

void AlertMatcher::finish() {
    for (; !due_.empty(); due_.pop()) settle(due_.top());
}

std::vector<AlertMatcher::Place> AlertMatcher::nearest(Half& half, std::uint64_t ts_ns,
                                                       std::size_t most) const {
    std::vector<Place> found;
    Place after = half.waiting.lower_bound({ts_ns, 0});
    Place before = after;
    const auto near = [&](Place at) { return distance(at->first.first, ts_ns) <= window_ns_; };
    while (found.size() < most) {
        const bool later = after != half.waiting.end() && near(after);
        const bool earlier = before != half.waiting.begin() && near(std::prev(before));
        if (!later && !earlier) break;
        if (later &&
            (!earlier || after->first.first - ts_ns <= ts_ns - std::prev(before)->first.first)) {
            found.push_back(after++);
        } else {
            found.push_back(--before);
        }
    }
    return found;
}

bool AlertMatcher::cost_of(const ComparedAlert& a, const ComparedAlert& b, Candidate& into) const {
    if (distance(a.ts_ns, b.ts_ns) > window_ns_) return false;
    if (key_kinds_.size() < keys_.size()) key_kinds_.resize(keys_.size(), kUndecided);
    std::size_t who = 0, all = 0;
    bool other_process = false;
    const std::size_t common =
        each_difference(a, b, [&](const ComparedValue& mine, const ComparedValue& theirs) {
            std::uint8_t& kind = key_kinds_[mine.key];
            if (kind == kUndecided) kind = kind_of(keys_.text(mine.key));
            ++all;
            if (kind >= kWho) ++who;
            if (kind == kProcess && mine.kind == theirs.kind) other_process = true;
        });
    into.cost = {who, all, distance(a.ts_ns, b.ts_ns)};
    return !other_process && all <= (common + 1) / 2;
}

/// Pairs what is there by cost, the least first, and tells what `own` gets. Only its pair is final.
AlertMatcher::Place AlertMatcher::choose(Bucket& bucket, std::size_t side, Place own) const {
    Half& mine = bucket.halves[side];
    Half& theirs = bucket.halves[1 - side];
    std::vector<Candidate> candidates;
    const std::size_t most = bucket.pairs < kLearnt ? kNearestAtFirst : kNearest;
    const auto collect = [&](Place from, std::size_t number) {
        for (const Place to : nearest(theirs, from->first.first, most)) {
            Candidate candidate{to, number, {}};
            if (cost_of(from->second.alert, to->second.alert, candidate))
                candidates.push_back(candidate);
        }
    };
    collect(own, 0);
    if (candidates.empty()) return theirs.waiting.end();
    Place at = std::next(own);
    for (std::size_t k = 1; k < kNearest && at != mine.waiting.end(); ++k, ++at) {
        if (at->first.first > own->first.first + 2 * window_ns_) break;
        collect(at, k);
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return std::tie(a.cost, a.own, a.place->first) < std::tie(b.cost, b.own, b.place->first);
    });
    std::vector<bool> served(kNearest, false);
    std::vector<Id> taken;
    for (const Candidate& candidate : candidates) {
        const Id id = candidate.place->first;
        if (served[candidate.own] || std::find(taken.begin(), taken.end(), id) != taken.end())
            continue;
        if (candidate.own == 0) return candidate.place;
        served[candidate.own] = true;
        taken.push_back(id);
    }
    return theirs.waiting.end();
}

void AlertMatcher::settle(const Due& due) {
    Bucket& bucket = buckets_[due.rule];
    Half& mine = bucket.halves[due.side];
    Half& theirs = bucket.halves[1 - due.side];
    const Place own = mine.waiting.find(due.id);
    if (own == mine.waiting.end()) return;
    const Place other = choose(bucket, due.side, own);
    if (other == theirs.waiting.end()) {
        tell(due.side, own->second.alert, nullptr);
    } else {
        tell(due.side, own->second.alert, &other->second.alert);
        ++bucket.pairs;
        const bool learnt = learn_unlike(bucket, own->second.alert, other->second.alert);
        drop(theirs, other);
        drop(mine, own);
        if (learnt) pair_equal(bucket);
        return;
    }
    drop(mine, own);
}

}  // namespace sensor::app
