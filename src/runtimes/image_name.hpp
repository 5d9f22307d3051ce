// SPDX-License-Identifier: Apache-2.0
// Names of images, "registry:5000/shop/app:2@sha256:...", and their parts in a record. For every
// runtime of this folder.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "containers/record.hpp"

namespace sensor::runtimes {

/// Parts of the text; what it lacks is empty. "sha256:..." alone is a digest.
struct ImageName {
    std::string_view repository, tag, digest;
};
ImageName split_image(std::string_view text) noexcept;

/// Is it the id of an image, or its beginning, not a name? "sha256:..." or hexadecimal digits
bool is_image_id(std::string_view text) noexcept;

/// Without "sha256:" before it.
std::string_view bare_id(std::string_view id) noexcept;

/// Fills repository, tag and digest that the record lacks: from the image's text in the record, and
/// from the names and digests that the image itself has ("repo:tag", "repo@sha256:...").
void fill_image(containers::ContainerRecord& record, std::span<const std::string> tags,
                std::span<const std::string> digests);

}  // namespace sensor::runtimes
