// SPDX-License-Identifier: Apache-2.0
// Snapshots as named values: for the alert "Falco internal: metrics snapshot" and for the file of
// JSON lines. One Sampler makes both, for it remembers the snapshot before.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "metrics/collect.hpp"
#include "metrics/options.hpp"
#include "metrics/snapshot.hpp"

namespace sensor::metrics {

inline constexpr std::string_view kSnapshotRule = "Falco internal: metrics snapshot";
inline constexpr std::string_view kSnapshotMessage = "Falco metrics snapshot";

struct Field {
    std::string key;
    std::variant<std::uint64_t, double, std::string> value;
    friend bool operator==(const Field&, const Field&) = default;
};

class Sampler {
public:
    explicit Sampler(MetricsOptions options) : options_(std::move(options)) {}

    /// The values of the next snapshot, sorted by key, each key once. Two rules whose names make
    /// one key are added up; two files get a number behind the later one's.
    std::vector<Field> fields(const Snapshot& snapshot);
    /// Number of snapshots so far.
    std::uint64_t sample() const noexcept { return sample_; }

private:
    MetricsOptions options_;
    Previous previous_;
    std::uint64_t sample_ = 0;
};

/// `{"output_fields":{...},"sample":N}`, without a newline.
std::string json_line(std::uint64_t sample, const std::vector<Field>& fields);

}  // namespace sensor::metrics
