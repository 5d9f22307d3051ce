// SPDX-License-Identifier: Apache-2.0
// TextIndex: byte offset of a condition text to line and column. CR and LF each start a line, so
// CRLF starts two, as the peer counts.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "lang/ast.hpp"

namespace sensor::lang {

class TextIndex {
public:
    explicit TextIndex(std::string_view text) {
        for (std::size_t k = 0; k < text.size(); ++k) {
            if (text[k] == '\n' || text[k] == '\r')
                starts_.push_back(static_cast<std::uint32_t>(k + 1));
        }
    }

    /// cost: O(log lines)
    TextPos at(std::size_t offset) const {
        const auto o = static_cast<std::uint32_t>(offset);
        const auto next = std::upper_bound(starts_.begin(), starts_.end(), o);
        const auto line = static_cast<std::uint32_t>(next - starts_.begin());
        return {o, line, o - *(next - 1) + 1};
    }

private:
    std::vector<std::uint32_t> starts_{0};
};

}  // namespace sensor::lang
