// SPDX-License-Identifier: Apache-2.0
#include "capture/gap_teller.hpp"

#include <utility>

#include "base/log.hpp"
#include "event/make_record.hpp"

namespace sensor::capture {
namespace {

// So long a loss may wait for the record behind it, which tells where it happened.
constexpr std::uint64_t kPatienceNs = 200'000'000;

void append(std::string& members, std::string_view name, std::uint64_t count) {
    if (count != 0) members += format("{}\"{}\": {}", members.empty() ? "" : ", ", name, count);
}

std::string reasons_of(const Losses& lost) {
    std::string members;
    for (unsigned reason = 0; reason < REC_LOSS_COUNT; ++reason) {
        if (reason != REC_LOSS_read_fault)
            append(members, loss_text(reason), lost.of(static_cast<rec_loss>(reason)));
    }
    return members;
}

std::string classes_of(const Losses& lost) {
    std::string members;
    for (unsigned k = 0; k < REC_CLASS_COUNT; ++k)
        append(members, loss_class_text(k), lost.events(static_cast<rec_class>(k)));
    return members;
}

}  // namespace

GapTeller::GapTeller(std::uint32_t cpus, ReadLosses read)
    : read_(std::move(read)), places_(std::size_t{cpus} * REC_LANE_COUNT) {}

void GapTeller::hole(const rec_head& next, const RecordFn& on_record) {
    const rec_lane lane = (next.flags & REC_F_CRITICAL) != 0 ? REC_LANE_CRITICAL : REC_LANE_BULK;
    if (std::size_t{next.cpu} * REC_LANE_COUNT + lane >= places_.size()) return;
    const Losses now = read_(next.cpu, lane);
    if (now.events() != place_of(next.cpu, lane).told.events())
        tell(next.cpu, lane, next.ts, now, on_record);
}

void GapTeller::look(std::uint64_t now_ns, const RecordFn& on_record) {
    for (std::uint32_t cpu = 0; cpu < places_.size() / REC_LANE_COUNT; ++cpu) {
        for (const rec_lane lane : {REC_LANE_CRITICAL, REC_LANE_BULK}) {
            Place& place = place_of(cpu, lane);
            const Losses now = read_(cpu, lane);
            if (now.events() == place.told.events()) {
                place.since_ns = 0;
            } else if (place.since_ns == 0) {
                place.since_ns = now_ns;
            } else if (now_ns - place.since_ns >= kPatienceNs) {
                tell(cpu, lane, now_ns, now, on_record);
            }
        }
    }
}

void GapTeller::tell(std::uint32_t cpu, rec_lane lane, std::uint64_t ts_ns, const Losses& now,
                     const RecordFn& on_record) {
    Place& place = place_of(cpu, lane);
    Losses since = now;
    since -= place.told;
    const std::uint64_t lost = since.events();
    const std::string data =
        format(R"({{"cpu": {}, "lane": "{}", "lost": {}, "reasons": {{{}}}, "classes": {{{}}}}})",
               cpu, lane == REC_LANE_CRITICAL ? "critical" : "bulk", lost, reasons_of(since),
               classes_of(since));
    place.told = now;
    place.since_ns = 0;
    told_ += lost;
    HeadSpec head;
    head.ts = ts_ns;
    head.tgid = 0;  // of no process
    head.cpu = static_cast<std::uint16_t>(cpu);
    head.flags = lane == REC_LANE_CRITICAL ? REC_F_CRITICAL : 0;
    const Result<OwnedRecord> record =
        make_record(EventType::asyncevent,
                    {{"plugin_id", 0}, {"name", "sensor.gap"}, {"data", data}}, head, {});
    SENSOR_CHECK(record.has_value());
    on_record(record->record());
}

}  // namespace sensor::capture
