// SPDX-License-Identifier: Apache-2.0
// KernelSource: the probe, its rings merged by time, and waiting. No wake-up per event: the reader
// looks again after 1 to 30 ms, sooner only when a ring passes a quarter full.
#include "capture/kernel.hpp"

#include <sys/epoll.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "capture/gap_teller.hpp"
#include "capture/merge.hpp"
#include "capture/probe.hpp"

namespace sensor::capture {
namespace {

// A record reserved but not written holds back younger ones of all rings, but not longer.
constexpr std::uint64_t kBusyBoundNs = 50'000'000;
constexpr std::uint64_t kClockRefreshNs = 1'000'000'000;
constexpr int kFirstSleepMs = 1;
constexpr int kLongestSleepMs = 30;

std::uint64_t clock_ns(clockid_t clock) {
    timespec t{};
    ::clock_gettime(clock, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(t.tv_nsec);
}

// The epoch is read between two readings of the boot clock, so its middle is what it belongs to.
std::uint64_t boot_offset_ns() {
    const std::uint64_t before = clock_ns(CLOCK_BOOTTIME);
    const std::uint64_t epoch = clock_ns(CLOCK_REALTIME);
    const std::uint64_t after = clock_ns(CLOCK_BOOTTIME);
    return epoch - (before + (after - before) / 2);
}

class Live final : public KernelSource {
public:
    Live(std::unique_ptr<Probe> probe, std::vector<Ring> rings, bool iterators)
        : probe_(std::move(probe)),
          iterators_(iterators),
          merge_(std::move(rings)),
          gaps_(probe_->cpus(),
                [this](std::uint32_t cpu, rec_lane lane) { return probe_->lost(cpu, lane); }) {}

    Result<> init() {
        epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
        if (!epoll_) return errno_error("epoll_create1", errno);
        for (const int fd : probe_->ring_fds()) {
            epoll_event event{};
            event.events = EPOLLIN | EPOLLET;
            if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
                return errno_error("epoll_ctl", errno);
        }
        refresh_clock(clock_ns(CLOCK_BOOTTIME));
        return Ok{};
    }

    Result<std::size_t> poll(const RecordFn& on_record, int timeout_ms) override {
        const std::uint64_t start = clock_ns(CLOCK_BOOTTIME);
        for (;;) {
            const std::size_t count = look(on_record);
            if (count > 0) {
                sleep_ms_ = kFirstSleepMs;
                return count;
            }
            const std::uint64_t waited_ms = (clock_ns(CLOCK_BOOTTIME) - start) / 1'000'000U;
            if (timeout_ms < 0 || waited_ms >= static_cast<std::uint64_t>(timeout_ms))
                return std::size_t{0};
            const int left_ms = timeout_ms - static_cast<int>(waited_ms);
            const int now_ms = merge_.pending() ? kFirstSleepMs : sleep_ms_;
            SENSOR_TRY_OK(wait(std::min(now_ms, left_ms)));
            sleep_ms_ = std::min(sleep_ms_ * 2, kLongestSleepMs);
        }
    }

    SourceStats stats() const override {
        SourceStats stats;
        stats.delivered = merge_.delivered();
        for (std::uint32_t cpu = 0; cpu < probe_->cpus(); ++cpu)
            stats.attempted += probe_->attempted(cpu);
        stats.gaps = merge_.gaps();
        stats.skipped = probe_->skipped();
        for (const Unwanted& each : probe_->unwanted())
            stats.unwanted += each.by_interest + each.by_filter;
        for (std::uint32_t cpu = 0; cpu < probe_->cpus(); ++cpu) {
            stats.lost += probe_->lost(cpu, REC_LANE_CRITICAL);
            stats.lost += probe_->lost(cpu, REC_LANE_BULK);
        }
        stats.lost.of(REC_CLASS_other_interest, REC_LOSS_bad_record) += merge_.malformed();
        return stats;
    }

    std::vector<TaskSnapshot> snapshot() const override {
        if (!iterators_) return {};
        Result<std::vector<TaskSnapshot>> tasks = probe_->tasks();
        if (tasks.has_value()) return *std::move(tasks);
        log::warning("processes that run already are read from /proc only: {}", tasks.error().text);
        return {};
    }
    Result<> open_files(const RecordFn& on_record) const override {
        if (!iterators_) return Error("iterators are disabled");
        return probe_->files(on_record);
    }
    Result<std::unique_ptr<LoadedFilter>> load(const KernelFilter& filter) const override {
        return probe_->load_filter(filter);
    }
    Result<> narrow(std::unique_ptr<LoadedFilter> filter) override {
        return probe_->narrow(std::move(filter));
    }
    Result<> widen() override { return probe_->widen(); }
    Result<std::unique_ptr<LoadedChange>> prepare(const KernelOptions& options) const override {
        return probe_->prepare(options);
    }
    Result<> change(std::unique_ptr<LoadedChange> change) override {
        return probe_->change(std::move(change));
    }
    Result<> settle() override { return probe_->settle(); }
    bool set_interest(const Interest& interest) noexcept override {
        return probe_->set_interest(interest);
    }
    void void_interests() noexcept override { probe_->void_interests(); }
    void expect_canary(std::uint32_t tid) noexcept override { probe_->expect_canary(tid); }
    std::vector<Unwanted> unwanted() const override { return probe_->unwanted(); }
    std::vector<CgroupExcess> over_budget() const override { return probe_->over_budget(); }
    std::uint64_t kernel_memory() const override { return probe_->memory(); }
    std::vector<CpuStats> cpu_stats() const override {
        std::vector<CpuStats> all(probe_->cpus());
        for (std::uint32_t cpu = 0; cpu < all.size(); ++cpu) {
            all[cpu].attempted = probe_->attempted(cpu);
            all[cpu].critical = probe_->lost(cpu, REC_LANE_CRITICAL);
            all[cpu].bulk = probe_->lost(cpu, REC_LANE_BULK);
        }
        return all;
    }
    std::vector<ProgramRuns> program_runs() const override { return probe_->runs(); }
    std::vector<ProgramCost> program_costs() const override { return probe_->costs(); }
    std::vector<std::string> mend() override { return probe_->mend(); }

private:
    // The clock is read before the rings: a record that enters a ring while we look cannot be older
    // than one we hand over, but for the slack.
    std::size_t look(const RecordFn& on_record) {
        const std::uint64_t now = clock_ns(CLOCK_BOOTTIME);
        if (now - clock_read_ns_ > kClockRefreshNs) refresh_clock(now);
        probe_->rearm_wakeups();
        const bool busy = merge_.collect();
        if (!busy) busy_since_ns_ = 0;
        if (busy && busy_since_ns_ == 0) busy_since_ns_ = now;
        std::uint64_t horizon = now - kSlackNs;
        if (busy && now - busy_since_ns_ < kBusyBoundNs)
            horizon = std::min(horizon, busy_since_ns_ - kSlackNs);
        const std::size_t count =
            merge_.deliver(horizon + offset_ns_, on_record,
                           [&](const rec_head& next) { gaps_.hole(next, on_record); });
        gaps_.look(horizon + offset_ns_, on_record);
        return count;
    }

    void refresh_clock(std::uint64_t now) {
        offset_ns_ = boot_offset_ns();
        clock_read_ns_ = now;
        probe_->set_boot_offset(offset_ns_);
    }

    Result<> wait(int ms) {
        epoll_event event{};
        if (::epoll_wait(epoll_.get(), &event, 1, ms) < 0 && errno != EINTR)
            return errno_error("epoll_wait", errno);
        return Ok{};
    }

    std::unique_ptr<Probe> probe_;  // outlives the mappings of its rings
    bool iterators_;
    Merge merge_;
    GapTeller gaps_;
    Fd epoll_;
    std::uint64_t offset_ns_ = 0;
    std::uint64_t clock_read_ns_ = 0;
    std::uint64_t busy_since_ns_ = 0;
    int sleep_ms_ = kFirstSleepMs;  // grows while nothing happens, also from call to call
};

struct ReadyProbe final : LoadedProbe {
    explicit ReadyProbe(std::unique_ptr<Probe> of) : probe(std::move(of)) {}
    std::unique_ptr<Probe> probe;
};

Result<std::unique_ptr<KernelSource>> begin(std::unique_ptr<Probe> probe,
                                            const KernelOptions& options) {
    SENSOR_TRY_OK(probe->begin(options));
    SENSOR_TRY(std::vector<Ring> rings, probe->map_rings());
    auto live = std::make_unique<Live>(std::move(probe), std::move(rings), options.iterators);
    SENSOR_TRY_OK(live->init());
    return std::unique_ptr<KernelSource>(std::move(live));
}

}  // namespace

// Not in the header: see LoadedChange.
LoadedProbe::~LoadedProbe() = default;

Result<std::unique_ptr<KernelSource>> KernelSource::open(const KernelOptions& options) {
    SENSOR_TRY(std::unique_ptr<Probe> probe, Probe::load(options));
    return begin(std::move(probe), options);
}

Result<std::unique_ptr<LoadedProbe>> KernelSource::load_probe(KernelOptions options) {
    options.syscalls.set();
    SENSOR_TRY(std::unique_ptr<Probe> probe, Probe::load(options));
    return std::unique_ptr<LoadedProbe>(new ReadyProbe(std::move(probe)));
}

Result<std::unique_ptr<KernelSource>> KernelSource::open(std::unique_ptr<LoadedProbe> probe,
                                                         const KernelOptions& options) {
    return begin(std::move(static_cast<ReadyProbe&>(*probe).probe), options);
}

}  // namespace sensor::capture
