// SPDX-License-Identifier: Apache-2.0
#include "rulec/wrap.hpp"

#include <algorithm>

#include "rulec/terminal.hpp"

namespace sensor::rulec {

std::string wrapped_list(const std::vector<std::string>& items, std::size_t indent) {
    return std::string(indent, ' ') + wrapped_words(joined(items), indent, indent);
}

std::string wrapped_words(std::string_view text, std::size_t indent, std::size_t column) {
    std::string out;
    bool fresh = true;  // nothing on this line yet
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!fresh && column + 1 + width(word) > kTextWidth) {
            out.append("\n").append(indent, ' ');
            column = indent;
            fresh = true;
        }
        if (!fresh) {
            out += ' ';
            ++column;
        }
        out += word;
        column += width(word);
        fresh = false;
    }
    return out + "\n";
}

std::string Columns::text(std::size_t indent) const {
    std::vector<std::size_t> widths(right_.size());
    for (const auto& row : rows_) {
        for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], width(row[k]));
    }
    std::string out;
    for (const auto& row : rows_) {
        std::string line(indent, ' ');
        for (std::size_t k = 0; k < row.size(); ++k) {
            const std::string gap(widths[k] - width(row[k]), ' ');
            line += right_[k] ? gap + row[k] : row[k] + gap;
            if (k + 1 != row.size()) line += "  ";
        }
        while (line.ends_with(' ')) line.pop_back();
        out += line + "\n";
    }
    return out;
}

}  // namespace sensor::rulec
