// SPDX-License-Identifier: Apache-2.0
// GapTeller: turns what the probe counts as lost into records, at the place in the stream where the
// events are missing. A gap is an `asyncevent` named sensor.gap whose data is JSON:
//   {"cpu": 1, "lane": "bulk", "lost": 12, "reasons": {"ring_full": 12}, "classes": {"open": 12}}
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "capture/source.hpp"

namespace sensor::capture {

class GapTeller {
public:
    /// What was lost on a processor in a lane so far.
    using ReadLosses = std::function<Losses(std::uint32_t cpu, rec_lane lane)>;

    GapTeller(std::uint32_t cpus, ReadLosses read);

    /// To be called before a record is handed over whose sequence number leaves some out. Those the
    /// probe has not counted as lost may still come: they are overtaken, and told of when they are.
    /// cost: a look at counters; allocates if there is a gap to tell
    void hole(const rec_head& next, const RecordFn& on_record);
    /// To be called now and then: tells of losses that left no hole, or none in sight, for a while.
    /// now_ns: time of the stream, since the epoch
    void look(std::uint64_t now_ns, const RecordFn& on_record);

    std::uint64_t told() const noexcept { return told_; }

private:
    struct Place {
        Losses told;
        std::uint64_t since_ns = 0;  ///< there is something to tell; 0: there is not
    };
    Place& place_of(std::uint32_t cpu, rec_lane lane) {
        return places_[std::size_t{cpu} * REC_LANE_COUNT + lane];
    }
    void tell(std::uint32_t cpu, rec_lane lane, std::uint64_t ts_ns, const Losses& now,
              const RecordFn& on_record);

    const ReadLosses read_;
    std::vector<Place> places_;
    std::uint64_t told_ = 0;
};

}  // namespace sensor::capture
