// SPDX-License-Identifier: Apache-2.0
#include "bench/state.hpp"

#include <malloc.h>

#include <cstdio>
#include <memory>
#include <random>

#include "base/log.hpp"
#include "bench/machine.hpp"
#include "bench/rounds.hpp"
#include "containers/short_id.hpp"
#include "judge/replay.hpp"
#include "state/thread_slab.hpp"

namespace sensor::bench {
namespace {

constexpr std::size_t kLookups = 1'000'000;
constexpr std::uint32_t kFirstTid = 1000;
constexpr std::uint32_t kContainers = 1000;

double allocated() {
    const struct mallinfo2 info = ::mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

/// Processes as a start-up scan finds them, and the bytes of their texts.
struct Machine {
    CaptureTables tables;
    double text_bytes = 0;
};

Machine make_processes(std::uint32_t count) {
    Machine made;
    for (std::uint32_t k = 0; k < count; ++k) {
        CaptureProcess process;
        process.tid = process.tgid = kFirstTid + k;
        process.ptid = k == 0 ? 0 : kFirstTid + k / 8;
        process.comm = "worker";
        process.exe = format("/usr/lib/service-{}/bin/worker", k % 97);
        process.exepath = process.exe;
        process.args = format("--instance{}{}{}", '\0', k, '\0');
        process.cwd = "/var/lib/service/";
        process.root = "/";
        for (const std::string* text : {&process.exe, &process.exepath, &process.args})
            made.text_bytes += static_cast<double>(text->size());
        made.tables.processes.push_back(std::move(process));
    }
    return made;
}

double add_fds(CaptureTables& tables, std::uint32_t each) {
    double text_bytes = 0;
    for (const CaptureProcess& process : tables.processes) {
        for (std::uint32_t k = 0; k < each; ++k) {
            CaptureFd fd;
            fd.fd = k;
            fd.ino = 1'000'000 + k;
            fd.tid = process.tid;
            fd.type = CaptureFdType::FileWithFlags;
            fd.name = format("/var/lib/service/{}/data.{}", process.tid, k);
            text_bytes += static_cast<double>(fd.name.size());
            tables.fds.push_back(std::move(fd));
        }
    }
    return text_bytes;
}

std::string container_id(std::uint32_t k) { return format("{:064x}", k + 1); }

containers::ContainerRecord container_record(std::uint32_t k) {
    containers::ContainerRecord record;
    record.full_id = container_id(k);
    record.id = containers::short_id(record.full_id);
    record.type = "docker";
    record.name = format("shop-{}", k);
    record.image = record.image_repository = "registry.example.org/shop/frontend";
    record.image_tag = "1.27";
    record.labels = {{"app", "shop"}, {"tier", "front"}};
    record.env = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8"};
    record.known = containers::Known::Complete;
    return record;
}

class SystemVariant final : public Variant {
public:
    SystemVariant(std::string name, std::uint32_t processes, std::uint32_t fds_each)
        : Variant(std::move(name)), processes_(processes), fds_each_(fds_each) {}

    Result<> enter() override {
        Machine machine = make_processes(processes_);
        state_ = std::make_unique<state::State>(judge::replay_state());
        const double before = allocated();
        state_->load(machine.tables);
        const double with_threads = allocated();
        // What stands in the slab is not the allocator's.
        thread_bytes_ = state::ThreadSlab::kThreadBytes +
                        (with_threads - before - machine.text_bytes) / processes_;
        state_.reset();
        const double text_bytes = add_fds(machine.tables, fds_each_);
        state_ = std::make_unique<state::State>(judge::replay_state());
        const double start = allocated();
        state_->load(machine.tables);
        const double fds = static_cast<double>(processes_) * fds_each_;
        fd_bytes_ = (allocated() - start - (with_threads - before) - text_bytes) / fds;
        pick();
        contain(machine.tables);
        return Ok{};
    }
    Result<> leave() override {
        state_.reset();
        contained_.reset();
        return Ok{};
    }

    double thread_bytes() const { return thread_bytes_; }
    double fd_bytes() const { return fd_bytes_; }
    double find_thread() const {
        std::uint64_t found = 0;
        const std::uint64_t begin = now_ns();
        for (const std::uint32_t tid : picked_) found += state_->find(tid) != nullptr ? 1 : 0;
        const std::uint64_t end = now_ns();
        return found == picked_.size() ? static_cast<double>(end - begin) / kLookups : -1;
    }
    double container_bytes() const { return container_bytes_; }
    double find_container() const {
        std::uint64_t found = 0;
        const std::uint64_t begin = now_ns();
        for (const std::uint32_t tid : picked_) {
            const state::Thread* const thread = contained_->find(tid);
            found += thread->container && !thread->container->name.empty() ? 1 : 0;
        }
        const std::uint64_t end = now_ns();
        return found == picked_.size() ? static_cast<double>(end - begin) / kLookups : -1;
    }
    double find_fd() const {
        std::uint64_t found = 0;
        const state::Thread& thread = *state_->find(kFirstTid);
        const std::uint64_t begin = now_ns();
        for (const std::uint32_t tid : picked_) found += thread.fd(tid % fds_each_) != nullptr;
        const std::uint64_t end = now_ns();
        return found == picked_.size() ? static_cast<double>(end - begin) / kLookups : -1;
    }

private:
    void pick() {
        std::mt19937 random(1);
        picked_.resize(kLookups);
        for (std::uint32_t& tid : picked_)
            tid = kFirstTid + static_cast<std::uint32_t>(random() % processes_);
    }

    /// The same processes in a thousand containers.
    void contain(CaptureTables& tables) {
        tables.fds.clear();
        for (CaptureProcess& process : tables.processes)
            process.cgroups = "cpu=/docker/" + container_id(process.tid % kContainers) + '\0';
        contained_ = std::make_unique<state::State>(judge::replay_state());
        contained_->load(tables);
        const double before = allocated();
        for (std::uint32_t k = 0; k < kContainers; ++k) contained_->learn(container_record(k));
        container_bytes_ = (allocated() - before) / kContainers;
    }

    const std::uint32_t processes_, fds_each_;
    std::unique_ptr<state::State> state_, contained_;
    std::vector<std::uint32_t> picked_;
    double thread_bytes_ = 0, fd_bytes_ = 0, container_bytes_ = 0;
};

Subject subject(const char* name, const char* unit, double (SystemVariant::*measure)() const) {
    Subject made;
    made.name = name;
    made.unit = unit;
    made.measure = [measure](Variant& variant) -> Result<std::vector<double>> {
        return std::vector{(static_cast<const SystemVariant&>(variant).*measure)()};
    };
    return made;
}

}  // namespace

Result<Run> run_state(const StateBench& options) {
    Run run = describe("state", options);
    run.info.setup.emplace_back("descriptors each", std::to_string(options.fds_each));
    Plan plan;
    for (const std::uint32_t count : {options.small, options.large}) {
        plan.variants.push_back(std::make_unique<SystemVariant>(format("{} processes", count),
                                                                count, options.fds_each));
    }
    plan.subjects.push_back(subject("memory of a process", "B", &SystemVariant::thread_bytes));
    plan.subjects.push_back(subject("memory of a descriptor", "B", &SystemVariant::fd_bytes));
    plan.subjects.push_back(subject("find a thread", "ns", &SystemVariant::find_thread));
    plan.subjects.push_back(
        subject("find a thread and its container's name", "ns", &SystemVariant::find_container));
    plan.subjects.push_back(
        subject("memory of a container's record", "B", &SystemVariant::container_bytes));
    plan.subjects.push_back(subject("find a descriptor", "ns", &SystemVariant::find_fd));
    SENSOR_TRY_OK(measure(plan, options, run));
    return run;
}

}  // namespace sensor::bench
