// SPDX-License-Identifier: Apache-2.0
#include "state/thread.hpp"

#include <algorithm>
#include <cstring>

namespace sensor::state {
namespace {

// One trailing NUL closes the last text; an empty text between two NULs counts.
std::string_view without_end(std::string_view block) noexcept {
    if (block.ends_with('\0')) block.remove_suffix(1);
    return block;
}

// A lone NUL: what is left of a program that wiped its arguments.
bool is_blank(std::string_view block) noexcept {
    return block.empty() || block == std::string_view("\0", 1);
}

}  // namespace

std::size_t block_count(std::string_view block) noexcept {
    if (is_blank(block)) return 0;
    const std::string_view body = without_end(block);
    return static_cast<std::size_t>(std::count(body.begin(), body.end(), '\0')) + 1;
}

std::optional<std::string_view> block_item(std::string_view block, std::size_t index) noexcept {
    if (is_blank(block)) return std::nullopt;
    std::string_view rest = without_end(block);
    for (; index > 0; --index) {
        const std::size_t nul = rest.find('\0');
        if (nul == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(nul + 1);
    }
    return rest.substr(0, rest.find('\0'));
}

std::optional<std::string_view> block_value(std::string_view block,
                                            std::string_view name) noexcept {
    std::string_view rest = without_end(block);
    while (!rest.empty()) {
        const std::size_t nul = rest.find('\0');
        const std::string_view item = rest.substr(0, nul);
        if (item.size() > name.size() && item.starts_with(name) && item[name.size()] == '=') {
            return item.substr(name.size() + 1);
        }
        if (nul == std::string_view::npos) break;
        rest.remove_prefix(nul + 1);
    }
    return std::nullopt;
}

void ExecImage::join_texts() {
    arg_count = static_cast<std::uint32_t>(block_count(args));
    cmdline = comm;
    if (arg_count == 0) return;
    cmdline.append(1, ' ').append(without_end(args));
    std::replace(cmdline.end() - static_cast<std::ptrdiff_t>(args_text().size()), cmdline.end(),
                 '\0', ' ');
}

void Thread::set_comm(std::string_view text) noexcept {
    comm_size = static_cast<std::uint8_t>(std::min(text.size(), comm_data.size()));
    if (comm_size != 0) std::memcpy(comm_data.data(), text.data(), comm_size);
}

}  // namespace sensor::state
