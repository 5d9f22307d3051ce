// SPDX-License-Identifier: Apache-2.0
#include "metrics/fields.hpp"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "metrics/names.hpp"
#include "metrics/pattern.hpp"

namespace sensor::metrics {
namespace {

using Value = std::variant<std::uint64_t, double, std::string>;

double rounded(double value) { return std::round(value * 10) / 10; }

bool is_zero(const Value& value) {
    if (const auto* whole = std::get_if<std::uint64_t>(&value)) return *whole == 0;
    if (const auto* number = std::get_if<double>(&value)) return *number == 0;
    return std::get<std::string>(value).empty();
}

/// What stands behind the key of an amount of memory.
std::string_view unit_suffix(Unit unit, bool convert) {
    if (unit != Unit::kib && unit != Unit::bytes) return "";
    if (convert) return "_mb";
    return unit == Unit::kib ? "_kb" : "_bytes";
}

Value value_of(const Row& of, const Sample& sample, bool convert) {
    if (of.unit == Unit::info) return std::string(sample.labels.front().value);
    if (const auto* number = std::get_if<double>(&sample.value)) return rounded(*number);
    const std::uint64_t whole = std::get<std::uint64_t>(sample.value);
    const auto amount = static_cast<double>(whole);
    if (convert && of.unit == Unit::kib) return rounded(amount / 1024);
    if (convert && of.unit == Unit::bytes) return rounded(amount / 1024 / 1024);
    return whole;
}

std::string key_of(const Row& of, const Sample& sample, bool convert) {
    std::string key = expanded(of.key, sample.labels, [](const Label& label) {
        const bool free_text = label.name == "rule_name" || label.name == "file_name";
        return free_text ? key_part(label.value) : std::string(label.value);
    });
    return key.append(unit_suffix(of.unit, convert));
}

class Table {
public:
    explicit Table(const MetricsOptions& options) : options_(options) {}

    void take(const Sample& sample) {
        const Row& of = row(sample.id);
        if (of.key.empty()) return;
        const bool convert = options_.convert_memory_to_mb;
        Value value = value_of(of, sample, convert);
        if (is_zero(value) && !options_.include_empty_values && !keeps_zero(of.on)) return;
        add(key_of(of, sample, convert), std::move(value));
    }
    std::vector<Field> fields() && {
        std::vector<Field> out;
        out.reserve(values_.size());
        for (auto& [key, value] : values_) out.push_back({key, std::move(value)});
        return out;
    }

private:
    void add(const std::string& key, Value value) {
        const auto [at, is_new] = values_.emplace(key, value);
        if (is_new || at->second == value) return;
        auto* sum = std::get_if<std::uint64_t>(&at->second);
        if (sum != nullptr && std::holds_alternative<std::uint64_t>(value)) {
            *sum += std::get<std::uint64_t>(value);
            return;
        }
        for (unsigned number = 2; !values_.emplace(format("{}_{}", key, number), value).second;)
            ++number;
    }

    const MetricsOptions& options_;
    std::map<std::string, Value> values_;
};

}  // namespace

std::vector<Field> Sampler::fields(const Snapshot& snapshot) {
    Table table(options_);
    collect(snapshot, options_, &previous_, [&table](const Sample& one) { table.take(one); });
    ++sample_;
    previous_ = {true, snapshot.ts_ns, snapshot.judged, snapshot.kernel.events,
                 snapshot.kernel.drops};
    return std::move(table).fields();
}

std::string json_line(std::uint64_t sample, const std::vector<Field>& fields) {
    nlohmann::json values = nlohmann::json::object();
    for (const Field& field : fields)
        std::visit([&](const auto& value) { values[field.key] = value; }, field.value);
    const nlohmann::json line = {{"sample", sample}, {"output_fields", std::move(values)}};
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace sensor::metrics
