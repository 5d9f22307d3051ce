// SPDX-License-Identifier: Apache-2.0
#include "app/idle_source.hpp"

#include <poll.h>

namespace sensor::app {
namespace {

struct NoFilter final : capture::LoadedFilter {};
struct NoChange final : capture::LoadedChange {};

class IdleSource final : public capture::KernelSource {
public:
    Result<std::size_t> poll(const capture::RecordFn&, int timeout_ms) override {
        ::poll(nullptr, 0, timeout_ms);  // a signal ends it early
        return std::size_t{0};
    }
    capture::SourceStats stats() const override { return {}; }
    std::vector<TaskSnapshot> snapshot() const override { return {}; }
    Result<> open_files(const capture::RecordFn&) const override { return Ok{}; }
    std::uint64_t kernel_memory() const override { return 0; }
    Result<std::unique_ptr<capture::LoadedFilter>> load(
        const capture::KernelFilter&) const override {
        return std::unique_ptr<capture::LoadedFilter>(std::make_unique<NoFilter>());
    }
    Result<> narrow(std::unique_ptr<capture::LoadedFilter>) override { return Ok{}; }
    Result<> widen() override { return Ok{}; }
    Result<std::unique_ptr<capture::LoadedChange>> prepare(
        const capture::KernelOptions&) const override {
        return std::unique_ptr<capture::LoadedChange>(std::make_unique<NoChange>());
    }
    Result<> change(std::unique_ptr<capture::LoadedChange>) override { return Ok{}; }
    Result<> settle() override { return Ok{}; }
    bool set_interest(const capture::Interest&) noexcept override { return false; }
    void void_interests() noexcept override {}
    std::vector<std::string> mend() override { return {}; }
    void expect_canary(std::uint32_t) noexcept override {}
    std::vector<capture::CpuStats> cpu_stats() const override { return {}; }
    std::vector<capture::ProgramRuns> program_runs() const override { return {}; }
    std::vector<capture::ProgramCost> program_costs() const override { return {}; }
};

}  // namespace

std::unique_ptr<capture::KernelSource> make_idle_source() { return std::make_unique<IdleSource>(); }

}  // namespace sensor::app
