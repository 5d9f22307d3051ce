// SPDX-License-Identifier: Apache-2.0
// The two forms of a comparison's result: see compare_result.hpp.
#include <algorithm>

#include "app/compare_result.hpp"
#include "base/log.hpp"
#include "output/alert.hpp"
#include "output/json.hpp"

namespace sensor::app {
namespace {

constexpr const char* kSides[2] = {"A", "B"};

/// "1,234,567"
std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
    return text;
}

std::string counted(std::uint64_t number, std::string_view word) {
    return grouped(number) + " " + std::string(word) + (number == 1 ? "" : "s");
}

std::string heading(const std::string& text, bool colour) {
    return "\n" + (colour ? "\x1b[1m" + text + "\x1b[0m" : text) + "\n";
}

double ms(double ns) { return ns / 1e6; }

std::string time_of(std::uint64_t ts_ns) { return output::time_text(ts_ns, true); }

std::string damage_lines(const StreamSummary& stream) {
    std::string text;
    for (const AlertStream::Damage& one : stream.damages)
        text += format("      {}:{}: {}\n", stream.name, one.line, one.what);
    if (stream.damaged > stream.damages.size())
        text += format("      and {} more\n", grouped(stream.damaged - stream.damages.size()));
    return text;
}

std::string stream_lines(std::size_t side, const StreamSummary& stream, std::uint64_t window_ns) {
    std::string text =
        format("{}  {}: {}", kSides[side], stream.name, counted(stream.alerts, "alert"));
    if (stream.alerts != 0)
        text += format(", {} to {}", time_of(stream.first_ns), time_of(stream.last_ns));
    text += "\n";
    if (stream.internal != 0) {
        text += format("   {} of the sensor itself (source internal), not compared\n",
                       counted(stream.internal, "alert"));
    }
    if (stream.without_fields) {
        text +=
            "   no alert has output_fields: only messages can be compared "
            "(json_include_output_fields_property)\n";
    }
    if (stream.late != 0) {
        text += format(
            "   {} out of order by more than {} ms: what belongs to them may be reported as "
            "missing (--window)\n",
            counted(stream.late, "alert"), 3 * window_ns / 1'000'000);
    }
    if (stream.damaged != 0) {
        text += format("   {} that {} no alert{}\n", counted(stream.damaged, "line"),
                       stream.damaged == 1 ? "is" : "are", stream.damaged == 1 ? "" : "s");
    }
    return text + damage_lines(stream);
}

}  // namespace

std::string ComparisonResult::head(bool) const {
    std::string text =
        stream_lines(0, streams[0], window_ns_) + stream_lines(1, streams[1], window_ns_);
    const Totals sum = totals();
    if (sum.paired != 0) {
        const double mean = offset_sum_ns_ / static_cast<double>(sum.paired);
        text +=
            format("   of a pair, B is later by {:.3f} ms on average, {:.3f} ms apart at most\n",
                   ms(mean), ms(static_cast<double>(farthest_ns_)));
    }
    if (early != 0) {
        text += format(
            "   {} judged before {} ms were over, as more than {} MB waited: what belongs to "
            "them may be reported as missing (--memory)\n",
            counted(early, "alert"), 3 * window_ns_ / 1'000'000, memory_mb);
    }
    return text;
}

std::string ComparisonResult::table() const {
    std::size_t width = 4;
    for (const auto& [name, rule] : by_rule_) width = std::max(width, name.size());
    std::string text = format("\n{:<{}}{:>12}{:>12}{:>12}{:>10}{:>10}{:>11}{:>11}\n", "rule", width,
                              "A", "B", "paired", "only A", "only B", "differing", "explained");
    for (const auto& [name, rule] : by_rule_) {
        text += format("{:<{}}{:>12}{:>12}{:>12}{:>10}{:>10}{:>11}{:>11}\n", name, width,
                       grouped(rule.alerts[0]), grouped(rule.alerts[1]), grouped(rule.paired),
                       grouped(rule.only[0]), grouped(rule.only[1]), grouped(rule.differing),
                       grouped(rule.explained));
    }
    return by_rule_.empty() ? "" : text;
}

std::string ComparisonResult::field_lines(bool colour) const {
    std::string text;
    for (const auto& [name, rule] : by_rule_) {
        for (const auto& [key, field] : rule.fields) {
            text += format("  {}: {}: {} differ{}\n", name, key, counted(field.count, "pair"),
                           field.count == 1 ? "s" : "");
            if (field.explained != 0) {
                text += format("    {}: {}\n",
                               field.explained == field.count
                                   ? std::string("explained")
                                   : format("{} explained", grouped(field.explained)),
                               field.why);
            }
            for (const ValueExample& one : field.examples)
                text += format("    A:{} {}   B:{} {}\n", one.line[0], one.value[0], one.line[1],
                               one.value[1]);
        }
    }
    return text.empty() ? text : heading("fields that differ", colour) + text;
}

std::string ComparisonResult::single_lines(std::size_t side, bool colour) const {
    std::string text;
    for (const auto& [name, rule] : by_rule_) {
        if (rule.only[side] == 0) continue;
        text += format("  {}: {}\n", name, grouped(rule.only[side]));
        for (const SingleExample& one : rule.singles[side])
            text +=
                format("    {}:{} {} {}\n", kSides[side], one.line, time_of(one.ts_ns), one.text);
    }
    if (text.empty()) return text;
    if (const std::uint64_t outside = streams[side].outside; outside != 0) {
        text += format("  {} of these before the first alert of {} or after its last\n",
                       grouped(outside), kSides[1 - side]);
    }
    return heading(format("only in {}", kSides[side]), colour) + text;
}

std::string ComparisonResult::conclusion(bool colour) const {
    const Totals sum = totals();
    std::string text;
    if (!left_out.empty()) {
        text += "\nnot compared:";
        for (const std::string& field : left_out) text += " " + field;
        text += "\n";
    }
    const bool bad = differs();
    const std::string word = bad ? "different" : "equal";
    text += "\n" + (colour ? (bad ? "\x1b[1;31m" : "\x1b[32m") + word + "\x1b[0m" : word);
    text += format(": {}, {} only in A, {} only in B, {} with differing fields",
                   counted(sum.paired, "pair"), grouped(sum.only[0]), grouped(sum.only[1]),
                   grouped(sum.differing));
    if (sum.differing != 0) text += format(" ({} explained)", grouped(sum.explained));
    return text + "\n";
}

std::string ComparisonResult::text(bool colour) const {
    return head(colour) + table() + field_lines(colour) + single_lines(0, colour) +
           single_lines(1, colour) + conclusion(colour);
}

std::string ComparisonResult::json() const {
    using nlohmann::json;
    json whole = {{"differs", differs()}, {"judged_early", early}, {"not_compared", left_out}};
    for (std::size_t side = 0; side < 2; ++side) {
        const StreamSummary& of = streams[side];
        json damages = json::array();
        for (const auto& one : of.damages)
            damages.push_back({{"line", one.line}, {"what", one.what}});
        whole[side == 0 ? "a" : "b"] = {
            {"name", of.name},         {"alerts", of.alerts},   {"internal", of.internal},
            {"late", of.late},         {"outside", of.outside}, {"damaged", of.damaged},
            {"first_ns", of.first_ns}, {"last_ns", of.last_ns}, {"damages", damages}};
    }
    json rules = json::array();
    for (const auto& [name, rule] : by_rule_) {
        json fields = json::array();
        for (const auto& [key, field] : rule.fields) {
            json examples = json::array();
            for (const auto& one : field.examples)
                examples.push_back({{"lines", one.line}, {"values", one.value}});
            fields.push_back({{"field", key},
                              {"count", field.count},
                              {"why", field.why},
                              {"explained", field.explained},
                              {"examples", examples}});
        }
        json singles[2] = {json::array(), json::array()};
        for (std::size_t side = 0; side < 2; ++side) {
            for (const auto& one : rule.singles[side])
                singles[side].push_back(
                    {{"line", one.line}, {"ts_ns", one.ts_ns}, {"text", one.text}});
        }
        rules.push_back({{"rule", name},
                         {"alerts", rule.alerts},
                         {"paired", rule.paired},
                         {"only", rule.only},
                         {"differing", rule.differing},
                         {"explained", rule.explained},
                         {"fields", fields},
                         {"only_a", singles[0]},
                         {"only_b", singles[1]}});
    }
    whole["rules"] = std::move(rules);
    return output::json_line(whole) + "\n";
}

}  // namespace sensor::app
