// SPDX-License-Identifier: Apache-2.0
#include "bench/rounds.hpp"

#include "base/log.hpp"
#include "bench/stats.hpp"

namespace sensor::bench {
namespace {

constexpr std::size_t kFewestRoundsToJudge = 3;

std::vector<Series> empty_series(const Plan& plan) {
    std::vector<Series> out;
    for (const Subject& subject : plan.subjects) {
        for (const std::unique_ptr<Variant>& variant : plan.variants) {
            out.push_back({subject.name, variant->name(), subject.unit, subject.better, {}});
        }
    }
    return out;
}

Error in_place(const Error& error, const Variant& variant, std::string_view what) {
    return Error(format("{}, variant {}: {}", what, variant.name(), error.text), error.code);
}

/// Measures every subject in the variant `place`; appends to `out` unless `out` is null.
Result<> measure_variant(const Plan& plan, std::size_t place, std::vector<Series>* out) {
    Variant& variant = *plan.variants[place];
    if (Result<> entered = variant.enter(); !entered.has_value()) {
        return in_place(entered.error(), variant, "start");
    }
    Result<> outcome = Ok{};
    for (std::size_t i = 0; i < plan.subjects.size() && outcome.has_value(); ++i) {
        Result<std::vector<double>> samples = plan.subjects[i].measure(variant);
        if (!samples.has_value()) {
            outcome = in_place(samples.error(), variant, plan.subjects[i].name);
        } else if (out != nullptr) {
            (*out)[i * plan.variants.size() + place].rounds.push_back(*std::move(samples));
        }
    }
    Result<> left = variant.leave();
    if (outcome.has_value() && !left.has_value()) outcome = in_place(left.error(), variant, "end");
    return outcome;
}

void tell(const Plan& plan, std::size_t round, const Variant& variant) {
    if (!plan.progress) return;
    if (round < plan.warmup) {
        plan.progress(format("warm-up {}/{}: {}", round + 1, plan.warmup, variant.name()));
    } else {
        const std::size_t number = round - plan.warmup + 1;
        plan.progress(format("round {}/{}: {}", number, plan.rounds, variant.name()));
    }
}

}  // namespace

Result<std::vector<Series>> run_paired(const Plan& plan) {
    std::vector<Series> series = empty_series(plan);
    for (std::size_t round = 0; round < plan.warmup + plan.rounds; ++round) {
        for (std::size_t place = 0; place < plan.variants.size(); ++place) {
            tell(plan, round, *plan.variants[place]);
            SENSOR_TRY_OK(measure_variant(plan, place, round < plan.warmup ? nullptr : &series));
        }
    }
    return series;
}

std::vector<std::string> noise_warnings(const std::vector<Series>& series,
                                        std::string_view baseline, double limit) {
    std::vector<std::string> warnings;
    for (const Series& one : series) {
        if (one.variant != baseline || one.rounds.size() < kFewestRoundsToJudge) continue;
        const double scatter = summarize(round_medians(one)).scatter();
        if (scatter > limit) {
            warnings.push_back(
                format("noisy machine: {} of {} scatters by {:.0f} % from round to round",
                       one.subject, baseline, scatter * 100));
        }
    }
    return warnings;
}

}  // namespace sensor::bench
