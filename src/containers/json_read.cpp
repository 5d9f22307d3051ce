// SPDX-License-Identifier: Apache-2.0
#include "containers/json_read.hpp"

#include <charconv>

namespace sensor::containers {
namespace {

constexpr int kDeepest = 64;

}  // namespace

const Json& member(const Json& object, std::string_view key) {
    static const Json none;
    if (!object.is_object()) return none;
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

std::string text_of(const Json& value) {
    return value.is_string() ? value.get_ref<const std::string&>() : std::string();
}

bool flag_of(const Json& value) { return value.is_boolean() && value.get<bool>(); }

std::int64_t integer_of(const Json& value, std::int64_t otherwise) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost) return otherwise;
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (!value.is_string()) return otherwise;
    const auto& digits = value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc() && stop == end ? number : otherwise;
}

Labels labels_of(const Json& object, std::size_t longest) {
    Labels labels;
    if (!object.is_object()) return labels;
    for (const auto& [key, value] : object.items()) {
        if (labels.size() == kMostEntries) break;
        if (!value.is_string()) continue;
        const auto& content = value.get_ref<const std::string&>();
        if (content.size() <= longest) labels.emplace_back(key, content);
    }
    return labels;
}

std::vector<std::string> texts_of(const Json& array) {
    std::vector<std::string> texts;
    if (!array.is_array()) return texts;
    for (const Json& value : array) {
        if (texts.size() == kMostEntries) break;
        if (value.is_string()) texts.push_back(value.get_ref<const std::string&>());
    }
    return texts;
}

std::vector<Mount> mounts_of(const Json& array) {
    std::vector<Mount> mounts;
    if (!array.is_array()) return mounts;
    for (const Json& one : array) {
        if (mounts.size() == kMostEntries) break;
        if (!one.is_object()) continue;
        Mount mount;
        mount.source = text(one, "Source");
        mount.dest = text(one, "Destination");
        mount.mode = text(one, "Mode");
        mount.propagation = text(one, "Propagation");
        mount.rdwr = flag(one, "RW");
        mounts.push_back(std::move(mount));
    }
    return mounts;
}

Json parse_json(std::string_view text) {
    const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; };
    return Json::parse(text.begin(), text.end(), shallow, false);
}

std::string json_text(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sensor::containers
