// SPDX-License-Identifier: Apache-2.0
#include "app/compare_stream.hpp"

#include <algorithm>
#include <cctype>
#include <span>

#include "base/log.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {
namespace {

constexpr std::size_t kReadBytes = 1U << 18;

/// What a sensor prints on standard output when it ends.
bool is_summary(std::string_view line) {
    return line.empty() || line.starts_with("Events detected: ") ||
           line == "Rule counts by severity:" || line == "Triggered rules by rule name:" ||
           (line.starts_with("   ") && line.find(": ") != std::string_view::npos);
}

/// "02:21:20.288350081: Warning ...", "2026-11-22T02:21:20.288350081+0000: Warning ..."
bool is_text_alert(std::string_view line) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos || colon < 8 || colon > 40) return false;
    if (std::isdigit(static_cast<unsigned char>(line[0])) == 0) return false;
    const std::string_view rest = line.substr(colon + 2);
    rules::Priority priority{};
    return rules::parse_priority(rest.substr(0, rest.find(' ')), priority);
}

}  // namespace

Result<std::unique_ptr<AlertStream>> AlertStream::open(const std::string& path,
                                                       AlertParser& parser) {
    SENSOR_TRY(auto stored, capture::scap::open_bytes(path));
    SENSOR_TRY(auto bytes, capture::scap::unpacked(std::move(stored)));
    return std::make_unique<AlertStream>(path == "-" ? "standard input" : path, std::move(bytes),
                                         parser);
}

AlertStream::AlertStream(std::string name, std::unique_ptr<capture::scap::ByteStream> bytes,
                         AlertParser& parser)
    : name_(std::move(name)), bytes_(std::move(bytes)), parser_(parser) {}

Result<bool> AlertStream::next_line(std::string_view& line) {
    std::size_t looked = begin_;
    for (;;) {
        const std::size_t newline = buffer_.find('\n', looked);
        if (newline != std::string::npos || (end_ && begin_ < buffer_.size())) {
            const std::size_t stop = std::min(newline, buffer_.size());
            line = std::string_view(buffer_).substr(begin_, stop - begin_);
            begin_ = std::min(stop + 1, buffer_.size());
            ++line_;
            return true;
        }
        if (end_) return false;
        looked = buffer_.size() - begin_;
        buffer_.erase(0, begin_);
        begin_ = 0;
        const std::size_t had = buffer_.size();
        if (had > kLongestLine) {  // its rest is another line, and damaged too
            line = std::string_view(buffer_);
            begin_ = had;
            return true;
        }
        buffer_.resize(had + kReadBytes);
        const auto got = bytes_->read(std::as_writable_bytes(std::span(buffer_)).subspan(had), -1);
        buffer_.resize(had + (got ? got->bytes : 0));
        if (!got) return Error(format("{}: {}", name_, got.error().text));
        end_ = got->end;
    }
}

void AlertStream::damage(std::string what) {
    if (++damaged_ <= kDamagesKept) damages_.push_back({line_, std::move(what)});
}

Result<std::optional<ComparedAlert>> AlertStream::next() {
    for (;;) {
        std::string_view line;
        SENSOR_TRY(const bool more, next_line(line));
        if (!more) return std::optional<ComparedAlert>();
        while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
        if (!line.starts_with('{')) {
            if (is_summary(line)) continue;
            if (alerts_ == 0 && is_text_alert(line)) {
                return Error(format(
                    "{}:{}: this alert is text; fields can be compared only of JSON: run that "
                    "sensor with json_output: true, or with -o json_output=true",
                    name_, line_));
            }
            damage("no JSON object");
            continue;
        }
        Result<ComparedAlert> alert = parser_.parse(line);
        if (!alert) {
            damage(alert.error().text);
            continue;
        }
        alert->line = line_;
        ++alerts_;
        return std::optional(*std::move(alert));
    }
}

}  // namespace sensor::app
