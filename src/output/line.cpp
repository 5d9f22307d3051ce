// SPDX-License-Identifier: Apache-2.0
#include "output/line.hpp"

#include "output/little_endian.hpp"
#include "output/otlp_record.hpp"

namespace sensor::output {
namespace {

constexpr std::size_t kHead = 8 + 8 + 1 + 1;
constexpr std::size_t kOfField = 96;  // a node of the map and its value

}  // namespace

std::size_t size_of(const Line& line) noexcept {
    return sizeof(Line) + 64 + line.text.capacity() + line.record.capacity();
}

std::size_t size_of(const Alert& alert) {
    std::size_t bytes = sizeof(Alert) + alert.rule.size() + alert.message.size();
    for (const std::string& tag : alert.tags) bytes += sizeof(tag) + tag.size();
    if (!alert.fields.is_object()) return bytes;
    for (const auto& [key, value] : alert.fields.items()) {
        bytes += kOfField + key.size();
        if (value.is_string()) bytes += value.get_ref<const std::string&>().size();
        if (value.is_array()) bytes += value.size() * kOfField;
    }
    return bytes;
}

LinePtr make_line(const Alert& alert, const AlertFormat& how, bool with_record,
                  std::uint64_t now_ns) {
    auto line = std::make_shared<Line>();
    line->ts_ns = alert.ts_ns;
    line->observed_ns = now_ns;
    line->priority = alert.priority;
    line->text = to_line(alert, how);
    if (with_record) line->record = otlp_record(alert, line->text, now_ns);
    return line;
}

std::string to_bytes(const Line& line, Form form) {
    const std::string& body = form == Form::Text ? line.text : line.record;
    std::string bytes;
    bytes.reserve(kHead + body.size());
    put_u64(bytes, line.ts_ns);
    put_u64(bytes, line.observed_ns);
    bytes += static_cast<char>(line.priority);
    bytes += static_cast<char>(line.about_loss ? 1 : 0);
    return bytes += body;
}

LinePtr line_of(std::string_view bytes, Form form) {
    if (bytes.size() < kHead) return nullptr;
    const auto priority = static_cast<unsigned char>(bytes[16]);
    if (priority > static_cast<unsigned char>(rules::Priority::Debug)) return nullptr;
    auto line = std::make_shared<Line>();
    line->ts_ns = get_u64(bytes, 0);
    line->observed_ns = get_u64(bytes, 8);
    line->priority = static_cast<rules::Priority>(priority);
    line->about_loss = bytes[17] != 0;
    (form == Form::Text ? line->text : line->record) = bytes.substr(kHead);
    return line;
}

}  // namespace sensor::output
