// SPDX-License-Identifier: Apache-2.0
// KernelImage: what of a rule set goes into the kernel, as a bundle carries it: which events a
// filter has a say in, what the bits of a process's interests stand for, and the compiled filter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "event/kernel_filter.hpp"
#include "filter/kernel_part.hpp"
#include "filter/texts.hpp"

namespace sensor::filter {

struct KernelImage {
    std::vector<FilterRow> rows;     ///< of events that may be dropped
    std::vector<std::uint8_t> bits;  ///< by condition, see interest_bits
    /// ELF objects of the kernel's machine (bpf/filter.h), the most exact first; any one will do.
    std::vector<std::string> objects;
    /// Where there is no compiler, in place of objects.
    std::vector<FilterText> texts;
};

/// The rows of the parts that drop anything.
std::vector<FilterRow> make_rows(const std::vector<EventPart>& parts);

/// What can be had without a compiler: rows and texts.
/// cost: linear in the conditions for each event type
KernelImage make_table_image(const lang::Program& program);

std::string write_image(const KernelImage& image);
/// fails: Error for damaged bytes
Result<KernelImage> read_image(std::string_view bytes);

}  // namespace sensor::filter
