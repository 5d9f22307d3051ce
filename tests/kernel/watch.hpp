// SPDX-License-Identifier: Apache-2.0
// Runs code in a child process under the probe, scoped to that child, and keeps its records.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capture/kernel.hpp"
#include "event/event.hpp"

namespace kernel_test {

/// Copies of records, in the order they were delivered.
class Records {
public:
    void add(std::span<const std::byte> record);
    std::size_t size() const { return copies_.size(); }
    sensor::Event operator[](std::size_t idx) const;
    /// Events of one type, in order.
    std::vector<sensor::Event> of(sensor::EventType type) const;
    /// The events of one type that carry `text` in parameter `param`.
    std::vector<sensor::Event> with_text(sensor::EventType type, const char* param,
                                         std::string_view text) const;

private:
    std::vector<std::vector<std::uint64_t>> copies_;
};

struct Run {
    Records records;
    sensor::capture::SourceStats stats;
    pid_t child = 0;    ///< number of the child as this process sees it
    int status = 0;     ///< as waitpid gives it
    std::string error;  ///< why the source could not be opened; empty if it was
};

/// Every call the tables know.
std::bitset<REC_MAX_SC> all_calls();
std::bitset<REC_MAX_SC> calls(std::initializer_list<const char*> names);

struct Setup {
    std::bitset<REC_MAX_SC> calls = all_calls();
    std::vector<sensor::capture::Scope> scopes;  ///< empty: the tree of the child
    std::function<void(sensor::capture::KernelOptions&)> adjust;
    bool loaded_first = false;  ///< the probe was loaded before it was known what is wanted
    std::function<void(sensor::capture::KernelSource&)> while_open;  ///< before the child goes on
    std::function<void()> before_reading;                            ///< while the child goes on
    int quiet_polls = 5;  ///< of 30 ms, after which nothing more is expected
};

/// Forks; the child waits until the probe is attached, runs `body` and leaves with _exit(0).
Run watch(const Setup& setup, const std::function<void()>& body);
inline Run watch(const std::function<void()>& body) { return watch(Setup{}, body); }

/// Index of a parameter by name; fails the test if the event has none of that name.
std::size_t param(const sensor::Event& event, std::string_view name);
std::int64_t number(const sensor::Event& event, std::string_view name);
std::string_view text(const sensor::Event& event, std::string_view name);
bool present(const sensor::Event& event, std::string_view name);

/// A folder of its own under /tmp, removed with what is in it.
class TempFolder {
public:
    TempFolder();
    ~TempFolder();
    const std::string& path() const { return path_; }
    std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

private:
    std::string path_;
};

/// True, with the reason printed once, if the probe cannot run here at all.
bool skipped();

/// Is this a kernel that may preempt the probe in the middle of an event? From 7.0 on: tracepoints
/// no longer keep preemption off.
bool preempts_probe();

}  // namespace kernel_test

#define SKIP_WITHOUT_KERNEL() \
    if (kernel_test::skipped()) return
