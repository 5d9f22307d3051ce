// SPDX-License-Identifier: Apache-2.0
// Comparisons with texts: = != startswith endswith against one, `in` against many. The length comes
// first, then words of 8, 4 and 2 bytes straight against immediate values; no load leaves the text.
#include <algorithm>
#include <cstring>
#include <set>

#include "compile/lower.hpp"

namespace sensor::compile {
namespace {

/// A word of the text as the machine loads it: both supported architectures are little-endian.
std::uint64_t word_at(const std::string& text, std::size_t at, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, size);
    return word;
}

std::size_t distinct_words(const std::vector<std::string>& texts, std::size_t at) {
    std::set<std::uint64_t> words;
    for (const std::string& text : texts) words.insert(word_at(text, at, 8));
    return words.size();
}

/// Where 8 bytes tell the texts (all of one length, 8 or more) apart best.
std::size_t best_window(const std::vector<std::string>& texts) {
    const std::size_t last = texts.front().size() - 8;
    std::size_t best = 0;
    std::size_t most = 0;
    for (const std::size_t at : {std::size_t{0}, last, last / 2, last / 4, last * 3 / 4}) {
        const std::size_t count = distinct_words(texts, at);
        if (count > most) {
            most = count;
            best = at;
        }
    }
    return best;
}

/// Texts below 8 bytes as one number: first and last word of the largest size that fits.
std::uint64_t short_key(const std::string& text) {
    const std::size_t n = text.size();
    if (n >= 4) return word_at(text, 0, 4) | word_at(text, n - 4, 4) << 32;
    if (n >= 2) return word_at(text, 0, 2) | word_at(text, n - 2, 2) << 16;
    return n == 1 ? word_at(text, 0, 1) : 0;
}

std::uint64_t key_of(const std::string& text, std::size_t window) {
    return text.size() < 8 ? short_key(text) : word_at(text, window, 8);
}

}  // namespace

/// Loads address and length of the left text; leaves for `no` if it is absent.
Lowering::TextValue Lowering::open_text(std::uint32_t predicate, Exits exits) {
    const TermValue term = load_term(program_.predicates[predicate].left);
    Block* text = block("text");
    Block* general = block("other_kind");
    llvm::SwitchInst* kinds = builder_.CreateSwitch(term.kind, general, 3);
    kinds->addCase(builder_.getInt8(static_cast<std::uint8_t>(Kind::Text)), text);
    kinds->addCase(builder_.getInt8(static_cast<std::uint8_t>(Kind::Bytes)), text);
    kinds->addCase(builder_.getInt8(static_cast<std::uint8_t>(Kind::Absent)), exits.no);
    builder_.SetInsertPoint(general);
    lower_call(predicate, exits);
    builder_.SetInsertPoint(text);
    llvm::Value* bytes = load_at(term.address, offsetof(Value, bits), ptr_);
    return {bytes, load_at(term.address, offsetof(Value, len), i32_)};
}

void Lowering::lower_text(std::uint32_t predicate, Exits exits) {
    const lang::Predicate& p = program_.predicates[predicate];
    const std::string& want = p.constants.front().bytes;
    const TextValue text = open_text(predicate, exits);
    const Exits ends = p.op == Op::ne ? Exits{exits.no, exits.yes} : exits;
    llvm::Value* size = builder_.getInt32(static_cast<std::uint32_t>(want.size()));
    const bool whole = p.op == Op::eq || p.op == Op::ne;
    llvm::Value* fits = whole ? builder_.CreateICmpEQ(text.length, size)
                              : builder_.CreateICmpUGE(text.length, size);
    Block* long_enough = block("long_enough");
    builder_.CreateCondBr(fits, long_enough, ends.no);
    builder_.SetInsertPoint(long_enough);
    llvm::Value* bytes = text.bytes;
    if (p.op == Op::endswith) {
        llvm::Value* skip = builder_.CreateZExt(builder_.CreateSub(text.length, size), i64_);
        bytes = builder_.CreateInBoundsGEP(i8_, bytes, skip);
    }
    compare_bytes(bytes, want, ends);
}

void Lowering::lower_text_in(std::uint32_t predicate, Exits exits) {
    std::map<std::size_t, std::vector<std::string>> by_length;
    for (const lang::Constant& c : program_.predicates[predicate].constants)
        by_length[c.bytes.size()].push_back(c.bytes);
    const TextValue text = open_text(predicate, exits);
    llvm::SwitchInst* lengths =
        builder_.CreateSwitch(text.length, exits.no, static_cast<unsigned>(by_length.size()));
    for (const auto& [length, texts] : by_length) {
        Block* same = block("length");
        lengths->addCase(builder_.getInt32(static_cast<std::uint32_t>(length)), same);
        builder_.SetInsertPoint(same);
        lower_same_length(text.bytes, texts, exits);
    }
}

/// Is the text, of the length of all candidates, one of them? One switch on 8 bytes, then the rest.
void Lowering::lower_same_length(llvm::Value* bytes, const std::vector<std::string>& texts,
                                 Exits exits) {
    const std::size_t length = texts.front().size();
    if (length == 0) {
        builder_.CreateBr(exits.yes);
        return;
    }
    const std::size_t window = length >= 8 ? best_window(texts) : 0;
    std::map<std::uint64_t, std::set<std::string>> by_key;
    for (const std::string& text : texts) by_key[key_of(text, window)].insert(text);
    llvm::Value* key = load_key(bytes, length, window);
    llvm::SwitchInst* keys =
        builder_.CreateSwitch(key, exits.no, static_cast<unsigned>(by_key.size()));
    for (const auto& [value, candidates] : by_key) {
        if (length <= 8) {  // the key is the whole text
            keys->addCase(builder_.getInt64(value), exits.yes);
            continue;
        }
        Block* next = block("candidate");
        keys->addCase(builder_.getInt64(value), next);
        builder_.SetInsertPoint(next);
        std::size_t left = candidates.size();
        for (const std::string& candidate : candidates) {
            Block* after = --left == 0 ? exits.no : block("candidate");
            compare_bytes(bytes, candidate, {exits.yes, after});
            if (left != 0) builder_.SetInsertPoint(after);
        }
    }
}

llvm::Value* Lowering::load_key(llvm::Value* bytes, std::size_t length, std::size_t window) {
    if (length >= 8) return load_at(bytes, window, i64_);
    if (length == 1) return builder_.CreateZExt(load_at(bytes, 0, i8_), i64_);
    const std::size_t size = length >= 4 ? 4 : 2;
    llvm::Type* type = size == 4 ? i32_ : i16_;
    llvm::Value* first = builder_.CreateZExt(load_at(bytes, 0, type), i64_);
    llvm::Value* last = builder_.CreateZExt(load_at(bytes, length - size, type), i64_);
    return builder_.CreateOr(first, builder_.CreateShl(last, 8 * size));
}

/// Compares as many bytes as `text` has, which are known to be there. The last word may overlap
/// the one before; differences of up to four words are gathered before a branch.
void Lowering::compare_bytes(llvm::Value* bytes, const std::string& text, Exits exits) {
    const std::size_t length = text.size();
    if (length == 0) {
        builder_.CreateBr(exits.yes);
        return;
    }
    if (length < 8) {
        branch(
            builder_.CreateICmpEQ(load_key(bytes, length, 0), builder_.getInt64(short_key(text))),
            exits);
        return;
    }
    llvm::Value* differs = nullptr;
    for (std::size_t word = 0; word * 8 < length; ++word) {
        const std::size_t at = std::min(word * 8, length - 8);
        llvm::Value* d =
            builder_.CreateXor(load_at(bytes, at, i64_), builder_.getInt64(word_at(text, at, 8)));
        differs = differs == nullptr ? d : builder_.CreateOr(differs, d);
        const bool last = at + 8 == length;
        if (!last && word % 4 != 3) continue;
        llvm::Value* same = builder_.CreateICmpEQ(differs, builder_.getInt64(0));
        if (last) {
            branch(same, exits);
            return;
        }
        Block* more = block("more_bytes");
        builder_.CreateCondBr(same, more, exits.no);
        builder_.SetInsertPoint(more);
        differs = nullptr;
    }
}

}  // namespace sensor::compile
