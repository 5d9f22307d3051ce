// SPDX-License-Identifier: Apache-2.0
// Paired rounds: A B A B ... In each round every variant is brought up in turn, every subject is
// measured in it, and it is taken down again, so that slow changes of the machine (frequency, other
// load) meet all variants alike. Every subcommand builds a Plan and calls run_paired().
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bench/child.hpp"
#include "bench/series.hpp"

namespace sensor::bench {

/// A state of the machine or the program that is compared: "bare", a running sensor, an evaluator.
class Variant {
public:
    explicit Variant(std::string name) : name_(std::move(name)) {}
    virtual ~Variant() = default;
    Variant(const Variant&) = delete;
    Variant& operator=(const Variant&) = delete;

    const std::string& name() const { return name_; }
    /// Brings the state about. fails: Error; leave() is then not called
    virtual Result<> enter() { return Ok{}; }
    /// Ends the state. fails: Error if it did not last through the measurement
    virtual Result<> leave() { return Ok{}; }
    /// What the sensor of this state has used so far; zeros where there is none.
    virtual ChildUse use() const { return {}; }

private:
    std::string name_;
};

/// One thing that is measured in every variant.
struct Subject {
    std::string name;
    std::string unit = "ns";
    Better better = Better::Lower;
    /// One round's samples, in the variant that was entered.
    std::function<Result<std::vector<double>>(Variant&)> measure;
};

struct Plan {
    std::vector<std::unique_ptr<Variant>> variants;  ///< the first is the baseline
    std::vector<Subject> subjects;
    std::size_t rounds = 15;
    std::size_t warmup = 1;                          ///< whole rounds before, not kept
    std::function<void(std::string_view)> progress;  ///< a line before each variant; may be empty
};

/// Runs the plan. out: subjects in order, variants in order within each
/// fails: the first Error of a variant or a subject, with the round; the variant is left before
Result<std::vector<Series>> run_paired(const Plan& plan);

/// Subjects whose baseline's round medians scatter more than `limit` ((p90 - p10) / median), as
/// sentences for RunInfo::warnings.
std::vector<std::string> noise_warnings(const std::vector<Series>& series,
                                        std::string_view baseline, double limit);

}  // namespace sensor::bench
