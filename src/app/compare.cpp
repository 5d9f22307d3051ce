// SPDX-License-Identifier: Apache-2.0
#include "app/compare.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>

#include "app/compare_match.hpp"
#include "app/compare_result.hpp"
#include "app/compare_stream.hpp"

namespace sensor::app {
namespace {

constexpr std::uint64_t kEnded = std::numeric_limits<std::uint64_t>::max();

/// Two streams, of which always that is read which is behind.
class Merge {
public:
    Merge(std::array<std::unique_ptr<AlertStream>, 2> streams, ComparisonResult& result,
          AlertMatcher& matcher, std::uint64_t slack_ns)
        : streams_(std::move(streams)), result_(result), matcher_(matcher), slack_ns_(slack_ns) {}

    Result<> run() {
        while (reached_[0] != kEnded || reached_[1] != kEnded) {
            const std::size_t side = reached_[0] <= reached_[1] ? 0 : 1;
            SENSOR_TRY(std::optional<ComparedAlert> alert, streams_[side]->next());
            if (!alert) {
                reached_[side] = kEnded;
                continue;
            }
            reached_[side] = std::max(reached_[side], alert->ts_ns);
            result_.note(side, *alert);
            if (!alert->internal) matcher_.add(side, *std::move(alert));
            const std::uint64_t both = std::min(reached_[0], reached_[1]);
            if (both > slack_ns_) matcher_.advance(both - slack_ns_);
        }
        matcher_.finish();
        for (std::size_t side = 0; side < 2; ++side) {
            StreamSummary& summary = result_.streams[side];
            summary.name = streams_[side]->name();
            summary.late = matcher_.late(side);
            summary.damaged = streams_[side]->damaged();
            summary.damages = streams_[side]->damages();
        }
        return Ok{};
    }

private:
    std::array<std::unique_ptr<AlertStream>, 2> streams_;
    ComparisonResult& result_;
    AlertMatcher& matcher_;
    const std::uint64_t slack_ns_;
    std::array<std::uint64_t, 2> reached_{};  ///< the latest time of each
};

Result<bool> run(const CompareOptions& options) {
    if (options.a == "-" && options.b == "-") return Error("only one of the two can be -");
    const auto window_ns = static_cast<std::uint64_t>(options.window_ms * 1e6);
    NameTable keys, rules;
    AlertParser parser(keys, rules, IgnoredFields(options.ignore));
    std::array<std::unique_ptr<AlertStream>, 2> streams;
    SENSOR_TRY(streams[0], AlertStream::open(options.a, parser));
    SENSOR_TRY(streams[1], AlertStream::open(options.b, parser));
    ComparisonResult result(keys, rules, window_ns);
    AlertMatcher matcher(
        keys, window_ns, options.memory_mb << 20,
        [&](const ComparedAlert* a, const ComparedAlert* b) { result.matched(a, b); });
    Merge merge(std::move(streams), result, matcher, window_ns);
    SENSOR_TRY_OK(merge.run());
    result.early = matcher.early();
    result.memory_mb = options.memory_mb;
    result.left_out = parser.left_out();
    const bool colour = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    const std::string text = options.json ? result.json() : result.text(colour);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        return Error("cannot write to standard output");
    return result.differs();
}

}  // namespace

int compare(const CompareOptions& options) {
    const Result<bool> differs = run(options);
    if (differs) return *differs ? 1 : 0;
    std::fprintf(stderr, "Error: %s\n", differs.error().text.c_str());
    return 2;
}

}  // namespace sensor::app
