// SPDX-License-Identifier: Apache-2.0
#include "compile/name_tests.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace sensor::compile {
namespace {

constexpr std::size_t kPiece = 8;
constexpr std::uint64_t kWhole = ~std::uint64_t{0};
constexpr std::size_t kTreeSize = 12, kCaseSize = 5;  // instructions, about

/// At most eight bytes as a number, the first one lowest.
std::uint64_t piece_of(std::string_view bytes) {
    std::uint64_t piece = 0;
    for (std::size_t k = bytes.size(); k-- > 0;)
        piece = piece << 8 | static_cast<unsigned char>(bytes[k]);
    return piece;
}

PieceTree& child(PieceTree& tree, std::uint64_t piece) {
    std::shared_ptr<PieceTree>& next = tree.next[piece];
    if (!next) next = std::make_shared<PieceTree>();
    return *next;
}

/// To where the last, shorter piece of the text begins, which is left in `text`.
PieceTree& descend(PieceTree& tree, std::string_view& text) {
    PieceTree* at = &tree;
    for (; text.size() >= kPiece; text.remove_prefix(kPiece))
        at = &child(*at, piece_of(text.substr(0, kPiece)));
    return *at;
}

void end(PieceTree& tree, std::uint64_t mask, std::uint64_t piece, std::uint64_t bit,
         std::size_t length) {
    PieceTree::End& made = tree.ends[mask][piece];
    made.tests |= bit;
    made.length = static_cast<std::uint32_t>(length);
}

void add_equal(PieceTree& tree, std::string_view text, std::uint64_t bit) {
    PieceTree& last = descend(tree, text);
    end(last, kWhole, piece_of(text), bit, 0);  // NULs follow the name
}

void add_prefix(PieceTree& tree, std::string_view text, std::uint64_t bit) {
    PieceTree& last = descend(tree, text);
    if (text.empty())
        last.here |= bit;
    else
        end(last, kWhole >> 8 * (kPiece - text.size()), piece_of(text), bit, 0);
}

/// The directory and a slash begin the name, and that slash is its last.
void add_directory(PieceTree& tree, const std::string& directory, std::uint64_t bit) {
    const std::string whole = directory + "/";
    std::string_view text = whole;
    PieceTree* at = &tree;
    for (; text.size() > kPiece; text.remove_prefix(kPiece))
        at = &child(*at, piece_of(text.substr(0, kPiece)));
    PieceTree::End& made = at->ends[kWhole >> 8 * (kPiece - text.size())][piece_of(text)];
    made.directory_tests |= bit;
    made.slash = static_cast<std::uint32_t>(directory.size());
}

void add_part(std::map<std::uint64_t, PieceTree::Ends>& parts, std::string_view text,
              std::uint64_t bit) {
    parts[kWhole >> 8 * (kPiece - text.size())][piece_of(text)].tests |= bit;
}

/// From the back; the last piece has the text's first bytes at its upper end.
void add_suffix(PieceTree& tree, std::string_view text, std::uint64_t bit) {
    const std::size_t length = text.size();
    PieceTree* at = &tree;
    for (; text.size() > kPiece; text.remove_suffix(kPiece))
        at = &child(*at, piece_of(text.substr(text.size() - kPiece)));
    const auto unused = static_cast<unsigned>(8 * (kPiece - text.size()));
    end(*at, text.empty() ? 0 : kWhole << unused, piece_of(text) << unused, bit, length);
}

/// One of each kind of tree, from the leaves on, by what is in it.
class Sharing {
public:
    void share(PieceTree& tree) {
        for (auto& [piece, child] : tree.next) {
            share(*child);
            Key key{child->here, child->ends, {}};
            for (const auto& [value, grandchild] : child->next)
                std::get<2>(key).emplace_back(value, grandchild.get());
            child = known_.try_emplace(std::move(key), child).first->second;
        }
    }

private:
    using Key = std::tuple<std::uint64_t, std::map<std::uint64_t, PieceTree::Ends>,
                           std::vector<std::pair<std::uint64_t, const PieceTree*>>>;
    std::map<Key, std::shared_ptr<PieceTree>> known_;
};

void add_size(const PieceTree& tree, std::set<const PieceTree*>& seen, std::size_t& size) {
    if (!seen.insert(&tree).second) return;
    size += kTreeSize + kCaseSize * tree.next.size();
    for (const auto& [mask, ends] : tree.ends) size += kTreeSize + kCaseSize * ends.size();
    for (const auto& [piece, child] : tree.next) add_size(*child, seen, size);
}

}  // namespace

std::size_t code_size(const PieceTrees& trees) {
    std::set<const PieceTree*> seen;
    std::size_t size = 0;
    add_size(trees.front, seen, size);
    add_size(trees.back, seen, size);
    for (const auto& [mask, ends] : trees.parts)
        size += filter::kMostSlashes * (kTreeSize + kCaseSize * ends.size());
    return size;
}

PieceTrees make_piece_trees(const std::vector<filter::NameTest>& tests, bool real) {
    PieceTrees trees;
    for (std::size_t k = 0; k < tests.size(); ++k) {
        if ((tests[k].param == filter::NameTest::kReal) != real) continue;
        const std::uint64_t bit = std::uint64_t{1} << k;
        const auto can_be = [](const std::string& s) { return s.size() <= filter::kLongestName; };
        for (const std::string& text : tests[k].equal) {
            if (can_be(text)) add_equal(trees.front, text, bit);
        }
        for (const std::string& text : tests[k].prefixes) {
            if (can_be(text)) add_prefix(trees.front, text, bit);
        }
        for (const std::string& text : tests[k].directories) {
            if (text.size() < filter::kLongestName) add_directory(trees.front, text, bit);
        }
        for (const std::string& text : tests[k].parts) add_part(trees.parts, text, bit);
        for (const std::string& text : tests[k].suffixes) {
            // An empty one ends every name.
            if (text.empty())
                trees.front.here |= bit;
            else
                add_suffix(trees.back, text, bit);
        }
    }
    Sharing().share(trees.front);
    Sharing().share(trees.back);
    return trees;
}

}  // namespace sensor::compile
