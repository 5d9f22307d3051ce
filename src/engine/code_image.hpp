// SPDX-License-Identifier: Apache-2.0
// CodeImage: the machine code of a bundle, mapped read-only and executable straight from its file.
// No page of it is ever writable, and no page changes its rights.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "eval/abi.hpp"
#include "eval/bundle.hpp"

namespace sensor::engine {

class CodeImage {
public:
    CodeImage() = default;
    CodeImage(CodeImage&& other) noexcept;
    CodeImage& operator=(CodeImage&& other) noexcept;
    ~CodeImage();

    /// Maps the code of `bundle`, which was read from `fd`. The descriptor may be closed after.
    /// fails: Error with errno where the system forbids executable mappings
    static Result<CodeImage> map(int fd, const eval::Bundle& bundle);

    eval::RuleFn rule(std::size_t k) const noexcept { return rules_[k]; }
    std::uint64_t bytes() const noexcept { return size_; }
    /// What goes into the kernel (filter::write_image).
    const std::string& kernel_image() const noexcept { return kernel_image_; }

private:
    void* base_ = nullptr;
    std::uint64_t size_ = 0;
    std::vector<eval::RuleFn> rules_;
    std::string kernel_image_;
};

}  // namespace sensor::engine
