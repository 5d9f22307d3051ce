// SPDX-License-Identifier: Apache-2.0
#include "eval/transform.hpp"

#include <charconv>
#include <cstring>
#include <new>

#include "eval/compare.hpp"

namespace sensor::eval {
namespace {

using fields::Arena;

Value same_kind(const Value& like, std::string_view bytes) noexcept {
    return like.kind == Kind::Bytes ? Value::of_bytes(bytes) : Value::of_text(bytes);
}

/// Copies a text with every byte put through `map`.
template <typename Map>
Value map_bytes(const Value& v, Arena& arena, Map map) noexcept {
    if (!is_textual(v)) return Value::absent();
    if (v.len == 0) return v;
    char* out = arena.take(v.len);
    if (out == nullptr) return Value::absent();
    const std::string_view text = v.text();
    for (std::size_t k = 0; k < text.size(); ++k) out[k] = map(text[k]);
    return same_kind(v, {out, text.size()});
}

char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
char lower(char c) noexcept { return static_cast<char>(fold(c)); }

/// Value of a base64 digit, -1 for any other byte.
int digit64(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

/// Standard alphabet, no padding; a last group of one digit cannot be.
Value decode64(const Value& v, Arena& arena) noexcept {
    if (!is_textual(v) || v.len % 4 == 1) return Value::absent();
    if (v.len == 0) return v;
    char* out = arena.take(v.len);
    if (out == nullptr) return Value::absent();
    std::size_t used = 0;
    unsigned bits = 0;
    unsigned have = 0;
    for (const char c : v.text()) {
        const int digit = digit64(c);
        if (digit < 0) return Value::absent();
        bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xffffU;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[used++] = static_cast<char>(bits >> have & 0xffU);
        }
    }
    arena.shrink(out, used);
    return same_kind(v, {out, used});
}

Value basename_of(const Value& v) noexcept {
    if (!is_textual(v)) return Value::absent();
    const std::string_view text = v.text();
    const std::size_t slash = text.rfind('/');
    return same_kind(v, slash == std::string_view::npos ? text : text.substr(slash + 1));
}

Value length_of(const Value& v) noexcept {
    switch (v.kind) {
        case Kind::List:
        case Kind::Bytes: return Value::of_uint(v.len);
        case Kind::Text: {  // what follows a NUL byte is not text
            const std::size_t nul = v.text().find('\0');
            return Value::of_uint(nul == std::string_view::npos ? v.len : nul);
        }
        default: return Value::absent();
    }
}

/// Collects one text in the arena; growing past its room makes it fail.
class Collector {
public:
    explicit Collector(Arena& arena) noexcept
        : arena_(arena), room_(arena.left()), start_(arena.take(room_)) {}
    void add(std::string_view s) noexcept {
        if (start_ == nullptr || s.size() > room_ - used_) {
            failed_ = true;
            return;
        }
        if (!s.empty()) std::memcpy(start_ + used_, s.data(), s.size());
        used_ += s.size();
    }
    void fail() noexcept { failed_ = true; }
    Value finish() noexcept {
        if (start_ == nullptr) return Value::absent();
        arena_.shrink(start_, failed_ ? 0 : used_);
        return failed_ ? Value::absent() : Value::of_text({start_, used_});
    }

private:
    Arena& arena_;
    std::size_t room_;
    char* start_;
    std::size_t used_ = 0;
    bool failed_ = false;
};

void add_printed(Collector& out, const Value& v) noexcept {
    char digits[32];
    std::to_chars_result end{digits, std::errc{}};
    switch (v.kind) {
        case Kind::Text:
        case Kind::Bytes: out.add(v.text()); return;
        case Kind::Bool: out.add(v.bits != 0 ? "true" : "false"); return;
        case Kind::Int: end = std::to_chars(digits, digits + sizeof digits, v.as_int()); break;
        case Kind::Uint: end = std::to_chars(digits, digits + sizeof digits, v.as_uint()); break;
        case Kind::Double:
            end = std::to_chars(digits, digits + sizeof digits, v.as_double());
            break;
        default: out.fail(); return;
    }
    out.add({digits, static_cast<std::size_t>(end.ptr - digits)});
}

Value join(const Value& separator, const Value& list, Arena& arena) noexcept {
    if (!is_textual(separator) || list.kind != Kind::List) return Value::absent();
    Collector out(arena);
    for (std::uint32_t k = 0; k < list.len; ++k) {
        if (k != 0) out.add(separator.text());
        add_printed(out, list.list()[k]);
    }
    return out.finish();
}

Value concat(std::span<const Value> args, Arena& arena) noexcept {
    Collector out(arena);
    for (const Value& v : args) {
        if (is_textual(v)) {
            out.add(v.text());
        } else {
            out.fail();
        }
    }
    return out.finish();
}

Value* take_values(std::size_t count, Arena& arena) noexcept {
    char* memory = arena.take(count * sizeof(Value));
    if (memory == nullptr) return nullptr;
    return new (memory) Value[count]();
}

/// Walks the words of a command line by POSIX short option rules and yields letters and values.
class OptionScan {
public:
    OptionScan(const Value& words, std::string_view spec, Value* out,
               std::string_view wanted) noexcept
        : words_(words), spec_(spec), out_(out), wanted_(wanted) {}

    void run() noexcept {
        while (at_ < words_.len) {
            const Value& word = words_.list()[at_++];
            if (!is_textual(word)) return;
            const std::string_view text = word.text();
            if (text.size() < 2 || text[0] != '-' || text == "--") return;
            if (text[1] != '-') cluster(text);  // long options are skipped
        }
    }
    std::size_t count() const noexcept { return count_; }
    const Value& last() const noexcept { return last_; }

private:
    /// "-abVALUE": letters up to the first that takes a value.
    void cluster(std::string_view text) noexcept {
        for (std::size_t k = 1; k < text.size(); ++k) {
            const std::string_view letter = text.substr(k, 1);
            const std::size_t known = letter == ":" ? std::string_view::npos : spec_.find(letter);
            if (known == std::string_view::npos) {
                emit(Value::of_text("?"));
                continue;
            }
            const bool takes_value = known + 1 < spec_.size() && spec_[known + 1] == ':';
            if (!takes_value) {
                emit(Value::of_text(letter));
                if (letter == wanted_) last_ = Value::of_text(letter);
                continue;
            }
            with_value(letter, text.substr(k + 1));
            return;
        }
    }

    void with_value(std::string_view letter, std::string_view attached) noexcept {
        Value value = Value::of_text(attached);
        if (attached.empty()) {
            if (at_ == words_.len) {  // nothing follows: the letter itself is not reported
                emit(Value::of_text(""));
                return;
            }
            value = words_.list()[at_++];
        }
        emit(Value::of_text(letter));
        emit(value);
        if (letter == wanted_) last_ = value;
    }

    void emit(const Value& v) noexcept {
        if (out_ != nullptr) out_[count_] = v;
        ++count_;
    }

    const Value& words_;
    std::string_view spec_;
    Value* out_;
    std::string_view wanted_;
    std::uint32_t at_ = 0;
    std::size_t count_ = 0;
    Value last_;
};

Value getopt(const Value& words, const Value& spec, std::string_view option,
             Arena& arena) noexcept {
    if (words.kind != Kind::List || !is_textual(spec)) return Value::absent();
    OptionScan sizing(words, spec.text(), nullptr, option);
    sizing.run();
    if (!option.empty()) return sizing.last();
    Value* out = take_values(sizing.count(), arena);
    if (out == nullptr) return Value::absent();
    OptionScan filling(words, spec.text(), out, {});
    filling.run();
    return Value::of_list(out, sizing.count());
}

Value one(Transformer transformer, const Value& v, Arena& arena) noexcept {
    switch (transformer) {
        case Transformer::toupper: return map_bytes(v, arena, upper);
        case Transformer::tolower: return map_bytes(v, arena, lower);
        case Transformer::b64: return decode64(v, arena);
        case Transformer::basename: return basename_of(v);
        case Transformer::len: return length_of(v);
        default: return v;  // val
    }
}

/// Lists go element by element; one element that fails makes the whole fail.
Value each(Transformer transformer, const Value& v, Arena& arena) noexcept {
    const bool whole =
        v.kind != Kind::List || transformer == Transformer::len || transformer == Transformer::val;
    if (whole) return one(transformer, v, arena);
    Value* out = take_values(v.len, arena);
    if (out == nullptr) return Value::absent();
    for (std::uint32_t k = 0; k < v.len; ++k) {
        out[k] = one(transformer, v.list()[k], arena);
        if (!out[k].present()) return Value::absent();
    }
    return Value::of_list(out, v.len);
}

}  // namespace

Value transform(Transformer transformer, std::span<const Value> args, std::string_view option,
                fields::Arena& arena) noexcept {
    switch (transformer) {
        case Transformer::join:
            return args.size() == 2 ? join(args[0], args[1], arena) : Value::absent();
        case Transformer::concat: return concat(args, arena);
        case Transformer::getopt:
            return args.size() == 2 ? getopt(args[0], args[1], option, arena) : Value::absent();
        default: return args.size() == 1 ? each(transformer, args[0], arena) : Value::absent();
    }
}

}  // namespace sensor::eval
