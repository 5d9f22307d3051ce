// SPDX-License-Identifier: Apache-2.0
#include "metrics/prometheus.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "base/log.hpp"
#include "metrics/collect.hpp"
#include "metrics/names.hpp"
#include "metrics/pattern.hpp"

namespace sensor::metrics {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;

std::string value_text(Unit unit, const std::variant<std::uint64_t, double>& value) {
    if (const double* number = std::get_if<double>(&value))
        return format("{:.6f}", unit == Unit::percent ? *number / 100 : *number);
    const std::uint64_t number = std::get<std::uint64_t>(value);
    if (unit == Unit::kib) return format("{}", number * 1024);
    if (unit == Unit::own_seconds || unit == Unit::own_seconds_sum)
        return format("{}.{:09}", number / kSecondNs, number % kSecondNs);
    return format("{}", number);
}

std::string family_name(const Row& row, std::span<const Label> labels) {
    const std::string own = metric_name(
        expanded(row.name, labels, [](const Label& label) { return std::string(label.value); }));
    const std::string_view word = unit_word(row.unit);
    std::string name =
        format("{}{}{}{}", row.prefix, without_unit(own), word.empty() ? "" : "_", word);
    return metric_name(name);
}

class Writer {
public:
    void take(const Sample& sample) {
        const Row& of = row(sample.id);
        if (of.name.empty()) return;
        // Most families have a fixed name: made once, not once a series.
        const bool fixed = of.name.find('{') == std::string_view::npos;
        if (!fixed || last_ != static_cast<int>(sample.id)) begin_family(of, sample.labels);
        last_ = fixed ? static_cast<int>(sample.id) : -1;
        if (skip_family_) return;
        std::string labels = label_text(of, sample.labels);
        text_ += family_ + labels + " " + value_text(of.unit, sample.value) + "\n";
        if (!series_.insert(std::move(labels)).second) text_.resize(before_);
        before_ = text_.size();
    }
    std::string text() && { return std::move(text_); }

private:
    /// Two things whose names differ only in what Prometheus does not allow share a family: the
    /// later one is left out if others stand between them.
    void begin_family(const Row& of, std::span<const Label> labels) {
        std::string name = family_name(of, labels);
        if (name == family_) return;
        family_ = std::move(name);
        series_.clear();
        skip_family_ = !families_.insert(family_).second;
        if (skip_family_) return;
        text_ += format("# HELP {} {}\n# TYPE {} {}\n", family_, of.meaning, family_,
                        of.kind == Kind::counter ? "counter" : "gauge");
        before_ = text_.size();
    }

    static std::string label_text(const Row& of, std::span<const Label> labels) {
        std::vector<Label> sorted;
        for (const Label& label : labels) {
            if (!names_label(of.name, label.name)) sorted.push_back(label);
        }
        if (sorted.empty()) return {};
        std::sort(sorted.begin(), sorted.end(),
                  [](const Label& a, const Label& b) { return a.name < b.name; });
        std::string out;
        for (const Label& label : sorted) {
            out += out.empty() ? "{" : ",";
            out.append(label.name).append("=\"").append(label_value(label.value)).append("\"");
        }
        return out + "}";
    }

    std::string text_, family_;
    std::size_t before_ = 0;  // of the text, before the series at hand
    int last_ = -1;
    bool skip_family_ = false;
    std::unordered_set<std::string> families_, series_;
};

}  // namespace

std::string prometheus_text(const Snapshot& snapshot, const MetricsOptions& options) {
    Writer writer;
    collect(snapshot, options, nullptr, [&writer](const Sample& sample) { writer.take(sample); });
    return std::move(writer).text();
}

}  // namespace sensor::metrics
