// SPDX-License-Identifier: Apache-2.0
#include "runtimes/image_name.hpp"

#include <algorithm>

namespace sensor::runtimes {
namespace {

constexpr std::string_view kSha = "sha256:";
constexpr std::size_t kShortest = 12, kLongest = 64;  // digits of an id

bool is_hex(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// docker's own images have three names.
std::string_view shortened(std::string_view repository) noexcept {
    for (const std::string_view prefix : {"docker.io/library/", "docker.io/"})
        if (repository.starts_with(prefix)) return repository.substr(prefix.size());
    return repository;
}

bool same_repository(std::string_view a, std::string_view b) noexcept {
    return shortened(a) == shortened(b);
}

/// The first that belongs to the repository, else the first there is.
std::string_view choose(std::span<const std::string> names, std::string_view repository) noexcept {
    for (const std::string& name : names)
        if (same_repository(split_image(name).repository, repository)) return name;
    return {};
}

}  // namespace

ImageName split_image(std::string_view text) noexcept {
    ImageName parts;
    if (text.starts_with(kSha)) {
        parts.digest = text;
        return parts;
    }
    if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
        parts.digest = text.substr(at + 1);
        text = text.substr(0, at);
    }
    const std::size_t slash = text.rfind('/');
    const std::size_t colon = text.find(':', slash == std::string_view::npos ? 0 : slash);
    parts.repository = text.substr(0, colon);
    if (colon != std::string_view::npos) parts.tag = text.substr(colon + 1);
    return parts;
}

bool is_image_id(std::string_view text) noexcept {
    const bool sha = text.starts_with(kSha);
    if (sha) text.remove_prefix(kSha.size());
    return is_hex(text) && text.size() <= kLongest && (sha || text.size() >= kShortest);
}

std::string_view bare_id(std::string_view id) noexcept {
    return id.starts_with(kSha) ? id.substr(kSha.size()) : id;
}

void fill_image(containers::ContainerRecord& record, std::span<const std::string> tags,
                std::span<const std::string> digests) {
    std::string_view named = record.image;
    if (is_image_id(named)) named = {};
    if (named.empty() && !tags.empty()) named = tags.front();
    if (named.empty() && !digests.empty()) named = digests.front();
    const ImageName own = split_image(named);
    if (record.image_repository.empty()) record.image_repository = own.repository;
    if (record.image_tag.empty()) record.image_tag = own.tag;
    if (record.image_digest.empty()) record.image_digest = own.digest;
    if (record.image_tag.empty() && own.digest.empty())
        record.image_tag = split_image(choose(tags, own.repository)).tag;
    if (!record.image_digest.empty()) return;
    std::string_view digest = choose(digests, own.repository);
    if (digest.empty() && digests.size() == 1) digest = digests.front();
    record.image_digest = split_image(digest).digest;
}

}  // namespace sensor::runtimes
