// SPDX-License-Identifier: Apache-2.0
#include "output/aggregator.hpp"

#include <algorithm>
#include <vector>

#include "base/log.hpp"

namespace sensor::output {
namespace {

std::string key_of(const Alert& alert) {
    std::string key = alert.rule;
    key += '\0';
    key += alert.source;
    key += '\0';
    key += static_cast<char>(alert.priority);
    return key += alert.message;
}

/// The one alert for all; a single one stays as it was.
Alert of_all(Alert alert, std::uint64_t count, std::uint64_t last_ns) {
    if (count == 1) return alert;
    alert.message += format(" (alert.count={} alert.first={} alert.last={})", count,
                            time_text(alert.ts_ns, true), time_text(last_ns, true));
    if (!alert.fields.is_object()) alert.fields = nlohmann::json::object();
    alert.fields["alert.count"] = count;
    alert.fields["alert.first"] = alert.ts_ns;
    alert.fields["alert.last"] = last_ns;
    return alert;
}

}  // namespace

void Aggregator::add(Alert alert, Time now, const Emit& emit) {
    if (options_.window_ms == 0 || alert.source == "internal") return emit(std::move(alert));
    std::string key = key_of(alert);
    if (const auto found = held_.find(key); found != held_.end()) {
        Held& held = found->second;
        ++held.count;
        ++merged_;
        held.last_ns = std::max(held.last_ns, alert.ts_ns);
        return;
    }
    if (held_.size() >= options_.most) return emit(std::move(alert));
    const std::uint64_t ts_ns = alert.ts_ns;
    held_.emplace(
        std::move(key),
        Held{std::move(alert), now + std::chrono::milliseconds(options_.window_ms), 1, ts_ns});
}

void Aggregator::expire(Time now, bool all, const Emit& emit) {
    std::vector<Held> over;
    for (auto at = held_.begin(); at != held_.end();) {
        if (all || at->second.until <= now) {
            over.push_back(std::move(at->second));
            at = held_.erase(at);
        } else {
            ++at;
        }
    }
    std::sort(over.begin(), over.end(),
              [](const Held& a, const Held& b) { return a.alert.ts_ns < b.alert.ts_ns; });
    for (Held& held : over) emit(of_all(std::move(held.alert), held.count, held.last_ns));
}

std::optional<Aggregator::Time> Aggregator::next() const {
    std::optional<Time> earliest;
    for (const auto& [key, held] : held_)
        if (!earliest || held.until < *earliest) earliest = held.until;
    return earliest;
}

}  // namespace sensor::output
