// SPDX-License-Identifier: Apache-2.0
// The texts of all name tests of an event as trees of eight-byte pieces, from the front for whole
// names and prefixes, from the back for suffixes: what the kernel compares in one instruction each.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "filter/kernel_part.hpp"

namespace sensor::compile {

struct PieceTree {
    /// The piece, under `mask`, ends one or more texts.
    struct End {
        std::uint64_t tests = 0;            ///< a bit each
        std::uint32_t length = 0;           ///< of the text: a name must have as many bytes
        std::uint64_t directory_tests = 0;  ///< that hold if the name's last slash is
        std::uint32_t slash = 0;            ///< there
        friend auto operator<=>(const End&, const End&) = default;
    };
    using Ends = std::map<std::uint64_t, End>;  ///< by masked piece
    std::uint64_t here = 0;                     ///< tests of texts that end where this piece begins
    std::map<std::uint64_t, Ends> ends;         ///< by mask
    std::map<std::uint64_t, std::shared_ptr<PieceTree>> next;  ///< by whole piece
};

/// Pieces as a little-endian processor loads them. Equal trees behind different pieces are one, so
/// that thousands of folders with the same files below cost one comparison each.
struct PieceTrees {
    PieceTree front, back;
    std::map<std::uint64_t, PieceTree::Ends> parts;  ///< by mask: what may stand at each slash
    bool is_empty() const {
        return front.here == 0 && front.ends.empty() && front.next.empty() && back.ends.empty() &&
               back.next.empty() && parts.empty();
    }
};
/// Of the tests on the real path, or on the given name; each has the bit of its number.
PieceTrees make_piece_trees(const std::vector<filter::NameTest>& tests, bool real);

/// About how many instructions the comparisons become.
std::size_t code_size(const PieceTrees& trees);

}  // namespace sensor::compile
