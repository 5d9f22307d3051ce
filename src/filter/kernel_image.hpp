// SPDX-License-Identifier: Apache-2.0
// KernelImage: what of a rule set goes into the kernel, as a bundle carries it: which events a
// filter has a say in, what the bits of a process's interests stand for, and the compiled filter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "filter/kernel_part.hpp"
#include "filter/texts.hpp"

namespace sensor::filter {

struct KernelImage {
    struct Row {
        EventType event{};
        std::uint64_t interests = kAnyInterest;
        int name = -1;            ///< parameter that is judged as a name; -1: none
        bool real = false;        ///< the kernel's own path is judged
        bool slashes = false;     ///< the places where parts of names begin matter
        bool by_process = false;  ///< a process's interests matter
        bool judged = true;       ///< the filter has a say, not the interests alone
    };
    std::vector<Row> rows;           ///< of events that may be dropped
    std::vector<std::uint8_t> bits;  ///< by condition, see interest_bits
    /// ELF objects of the kernel's machine (bpf/filter.h), the most exact first; any one will do.
    std::vector<std::string> objects;
    /// Where there is no compiler, in place of objects; by event.
    std::vector<std::pair<EventType, WantedText>> texts;
};

/// The rows of the parts that drop anything.
std::vector<KernelImage::Row> make_rows(const std::vector<EventPart>& parts);

/// What can be had without a compiler: rows and texts.
/// cost: linear in the conditions for each event type
KernelImage make_table_image(const lang::Program& program);

std::string write_image(const KernelImage& image);
/// fails: Error for damaged bytes
Result<KernelImage> read_image(std::string_view bytes);

}  // namespace sensor::filter
