// SPDX-License-Identifier: Apache-2.0
#include "engine/code_image.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

namespace sensor::engine {

CodeImage::CodeImage(CodeImage&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      rules_(std::move(other.rules_)),
      kernel_image_(std::move(other.kernel_image_)) {}

CodeImage& CodeImage::operator=(CodeImage&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(size_, other.size_);
    std::swap(rules_, other.rules_);
    std::swap(kernel_image_, other.kernel_image_);
    return *this;
}

CodeImage::~CodeImage() {
    if (base_ != nullptr) ::munmap(base_, size_);
}

Result<CodeImage> CodeImage::map(int fd, const eval::Bundle& bundle) {
    CodeImage image;
    image.kernel_image_ = bundle.kernel;
    if (bundle.code_size == 0) return image;  // no conditions, no code
    void* base = ::mmap(nullptr, bundle.code_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd,
                        static_cast<off_t>(bundle.code_offset));
    if (base == MAP_FAILED) return errno_error("mapping machine code executable", errno);
    image.base_ = base;
    image.size_ = bundle.code_size;
    const auto start = reinterpret_cast<std::uintptr_t>(base);
    for (const std::uint32_t entry : bundle.entries) {
        image.rules_.push_back(reinterpret_cast<eval::RuleFn>(start + entry));
    }
    return image;
}

}  // namespace sensor::engine
