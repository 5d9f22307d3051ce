// SPDX-License-Identifier: Apache-2.0
#include "app/compare_alert.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>

#include "base/log.hpp"
#include "output/json.hpp"

namespace sensor::app {
namespace {

using Kind = ComparedValue::Kind;

constexpr std::size_t kShownBytes = 160;
constexpr std::uint64_t kSecond = 1'000'000'000;

/// Fields whose value is a sensor's own: when it came, how many there were before it.
constexpr std::string_view kOwn[] = {
    "evt.time",           "evt.time.*",        "evt.datetime",     "evt.datetime.*",
    "evt.rawtime",        "evt.rawtime.*",     "evt.reltime",      "evt.reltime.*",
    "evt.latency",        "evt.latency.*",     "evt.deltatime",    "evt.deltatime.*",
    "evt.outputtime",     "evt.num",           "evt.wait_latency", "proc.duration",
    "proc.ppid.duration", "container.duration"};

bool fits(std::string_view field, std::string_view pattern) {
    if (!pattern.ends_with('*')) return field == pattern;
    pattern.remove_suffix(1);
    return field.starts_with(pattern);
}

std::string cut(std::string text) {
    if (text.size() <= kShownBytes) return text;
    std::size_t end = kShownBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
}

std::optional<std::uint64_t> digits(std::string_view& text, std::size_t count) {
    std::uint64_t value = 0;
    if (text.size() < count) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + count, value);
    if (error != std::errc{} || end != text.data() + count) return std::nullopt;
    text.remove_prefix(count);
    return value;
}

/// `2026-11-22T02:21:20.288350081Z`, or another number of decimals. fails: it is none
std::optional<std::uint64_t> parse_time(std::string_view text) {
    std::tm parts{};
    constexpr struct {
        std::size_t count;
        char end;
    } kParts[] = {{4, '-'}, {2, '-'}, {2, 'T'}, {2, ':'}, {2, ':'}, {2, '\0'}};
    int* const into[] = {&parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                         &parts.tm_hour, &parts.tm_min, &parts.tm_sec};
    for (std::size_t k = 0; k < std::size(kParts); ++k) {
        const auto value = digits(text, kParts[k].count);
        if (!value) return std::nullopt;
        *into[k] = static_cast<int>(*value);
        if (kParts[k].end == '\0') break;
        if (!text.starts_with(kParts[k].end)) return std::nullopt;
        text.remove_prefix(1);
    }
    std::uint64_t ns = 0;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        std::uint64_t unit = kSecond;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            unit /= 10;
            ns += static_cast<std::uint64_t>(text.front() - '0') * unit;
            text.remove_prefix(1);
        }
    }
    if (text != "Z" && text != "+0000" && text != "+00:00") return std::nullopt;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    const std::time_t seconds = timegm(&parts);
    if (seconds < 0) return std::nullopt;
    return static_cast<std::uint64_t>(seconds) * kSecond + ns;
}

/// "02:21:20.288350081: Warning Text" without what is before the text.
std::string_view without_prefix(std::string_view output) {
    const std::size_t time = output.find(": ");
    if (time == std::string_view::npos) return output;
    const std::size_t priority = output.find(' ', time + 2);
    return priority == std::string_view::npos ? output : output.substr(priority + 1);
}

}  // namespace

std::uint32_t NameTable::number_of(std::string_view name) {
    if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
    if (names_.size() >= kMost) return kMost;
    const auto number = static_cast<std::uint32_t>(names_.size());
    const auto added = numbers_.emplace(name, number).first;
    names_.push_back(&added->first);
    return number;
}

std::string shown(const ComparedValue& value) {
    return value.kind == Kind::Text ? output::json_line(cut(value.text)) : cut(value.text);
}

std::size_t ComparedAlert::bytes() const noexcept {
    std::size_t sum = sizeof *this + 256 + text.capacity() + values.capacity() * sizeof values[0];
    for (const ComparedValue& value : values) {
        if (value.text.capacity() > 15) sum += value.text.capacity() + 17;
    }
    return sum;
}

IgnoredFields::IgnoredFields(std::vector<std::string> more) : more_(std::move(more)) {}

bool IgnoredFields::has(std::string_view field) const {
    const auto names_it = [&](std::string_view pattern) { return fits(field, pattern); };
    return std::any_of(std::begin(kOwn), std::end(kOwn), names_it) ||
           std::any_of(more_.begin(), more_.end(), names_it);
}

/// What nlohmann's reader calls with the pieces of one line.
class AlertReader : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit AlertReader(AlertParser& parser) : parser_(parser) {}

    ComparedAlert alert;
    std::string rule, source, time, output, message, problem;
    std::uint64_t event_time = 0;
    bool is_object = false;

    bool null() override { return value(Kind::Null, "null"); }
    bool boolean(bool flag) override { return value(Kind::Flag, flag ? "true" : "false"); }
    bool number_integer(number_integer_t number) override {
        return value(Kind::Number, std::to_string(number));
    }
    bool number_unsigned(number_unsigned_t number) override {
        if (depth_ == 2 && in_fields_ && key_.starts_with("evt.time")) event_time = number;
        return value(Kind::Number, std::to_string(number));
    }
    bool number_float(number_float_t, const string_t& text) override {
        return value(Kind::Number, text);
    }
    bool string(string_t& text) override {
        if (depth_ != 1) return value(Kind::Text, text);
        std::string* const into = key_ == "rule"      ? &rule
                                  : key_ == "source"  ? &source
                                  : key_ == "time"    ? &time
                                  : key_ == "output"  ? &output
                                  : key_ == "message" ? &message
                                                      : nullptr;
        if (into != nullptr)
            *into = std::move(text);
        else if (key_ == "priority")
            return add("priority", Kind::Text, text);
        return true;
    }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open('{'); }
    bool end_object() override { return close('}'); }
    bool start_array(std::size_t) override { return open('['); }
    bool end_array() override { return close(']'); }
    bool key(string_t& text) override {
        if (nested())
            list_ += (list_.ends_with('{') ? "" : ",") + output::json_line(text) + ":";
        else
            key_ = std::move(text);
        return true;
    }
    bool parse_error(std::size_t place, const std::string&,
                     const nlohmann::detail::exception&) override {
        problem = format("no JSON from byte {} on", place);
        return false;
    }

private:
    /// Inside of a value that is a list or an object: it is kept as one text.
    bool nested() const { return depth_ > (in_fields_ ? 2 : 1); }

    bool open(char bracket) {
        if (depth_ == 0) is_object = bracket == '{';
        if (depth_ == 1 && key_ == "output_fields" && bracket == '{') {
            in_fields_ = alert.has_fields = true;
        } else if (depth_ >= 1) {
            separate();
            list_ += bracket;
        }
        ++depth_;
        return is_object;
    }
    bool close(char bracket) {
        --depth_;
        if (depth_ == 1 && in_fields_) {
            in_fields_ = false;
        } else if (depth_ >= 1) {
            list_ += bracket;
            if (!nested()) {
                const std::string whole = std::exchange(list_, {});
                if (depth_ == 2 || key_ == "tags") return add(key_, Kind::List, whole);
            }
        }
        return true;
    }
    void separate() {
        if (!list_.empty() && !list_.ends_with('[') && !list_.ends_with(':') &&
            !list_.ends_with('{'))
            list_ += ',';
    }
    bool value(Kind kind, const std::string& text) {
        if (depth_ == 0) return false;
        if (nested()) {
            separate();
            list_ += kind == Kind::Text ? output::json_line(text) : text;
            return true;
        }
        return depth_ == 1 || add(key_, kind, text);
    }
    bool add(std::string_view name, Kind kind, std::string_view text) {
        const std::uint32_t key = parser_.keys_.number_of(name);
        if (key >= NameTable::kMost) {
            problem = "one more key than can be";
            return false;
        }
        auto& decided = parser_.decided_;
        if (decided.size() <= key) decided.resize(key + 1, AlertParser::Unknown);
        if (decided[key] == AlertParser::Unknown) {
            decided[key] = parser_.ignored_.has(name) ? AlertParser::Ignored : AlertParser::Taken;
        }
        if (decided[key] == AlertParser::Ignored) return true;
        const std::uint64_t hash = std::hash<std::string_view>{}(text) * 31 +
                                   static_cast<std::uint64_t>(kind) + key * 0x9E3779B97F4A7C15U;
        alert.values.push_back({key, kind, hash, std::string(text)});
        return true;
    }

    AlertParser& parser_;
    std::string key_, list_;
    std::size_t depth_ = 0;
    bool in_fields_ = false;

public:
    /// Where there are no fields, the message is what can be compared.
    void take_message() {
        std::string_view text = message.empty() ? without_prefix(output) : message;
        if (!alert.has_fields) add("output", Kind::Text, text);
        alert.text = cut(std::string(text));
    }
};

Result<ComparedAlert> AlertParser::parse(std::string_view line) {
    AlertReader reader(*this);
    if (!nlohmann::json::sax_parse(line, &reader))
        return Error(reader.problem.empty() ? "no JSON object" : reader.problem);
    if (reader.rule.empty()) return Error("no alert: it has no rule");
    const auto time = parse_time(reader.time);
    if (!time && reader.event_time == 0) return Error("no alert: it has no time");
    reader.take_message();
    ComparedAlert& alert = reader.alert;
    alert.ts_ns = time ? *time : reader.event_time;
    alert.internal = reader.source == "internal";
    // The peer had no source until 2021; all was of system calls then.
    const std::string source = reader.source.empty() ? "syscall" : reader.source;
    alert.rule = rules_.number_of(
        source == "syscall" || alert.internal ? reader.rule : reader.rule + " (" + source + ")");
    if (alert.rule >= NameTable::kMost) return Error("one more rule than can be");
    std::sort(alert.values.begin(), alert.values.end(), [](const auto& a, const auto& b) {
        return std::tie(a.key, a.hash) < std::tie(b.key, b.hash);
    });
    return std::move(alert);
}

std::vector<std::string> AlertParser::left_out() const {
    std::vector<std::string> names;
    for (std::uint32_t key = 0; key < decided_.size(); ++key) {
        if (decided_[key] == Ignored) names.push_back(keys_.text(key));
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace sensor::app
