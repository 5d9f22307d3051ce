// SPDX-License-Identifier: Apache-2.0
// Codes: every event code a file may hold, today's (grammar/events.def) and former ones
// (grammar/events_old.def), with what reading and converting its parameters needs; and the rows of
// grammar/converter.def. Built once, read by reader, converter and record builder.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "event/schema.hpp"

namespace sensor::capture::scap {

/// How one parameter is stored. size 0: variable; then text says that its closing NUL counts.
struct ParamForm {
    std::uint64_t mask = 0;  ///< of the bytes of a number
    std::uint64_t sign = 0;  ///< its highest bit if the type is signed, else 0
    std::uint8_t size = 0;
    bool is_text = false;
    ParamType type = ParamType::NONE;
};

enum class CodeStatus : std::uint8_t { Unknown, Current, Old, Unused };

struct Code {
    CodeStatus status = CodeStatus::Unknown;
    bool enter = false;
    bool wide_lengths = false;  ///< parameter lengths of 32 bits
    bool by_iterator = false;   ///< its thread number is tgid << 32 | tid
    bool names_call = false;    ///< the generic event
    /// A file's event with this many parameters or more needs no conversion.
    std::uint8_t complete_from = 0;
    std::uint8_t count = 0;  ///< parameters
    std::uint16_t sc = 0;    ///< stable number of the system call it reports
    std::uint16_t first_rule = 0, rule_count = 0;
    std::array<ParamForm, REC_MAX_PARAMS> params{};
};

enum class Action : std::uint8_t { STORE, PASS, STORE_AND_PASS, Add, Change };
enum class From : std::uint8_t { Old, EnterOrEmpty, EnterOrDefault, Empty, Default, Container };

/// `count` new parameters from `from`, starting with its `first`.
struct Take {
    From from;
    std::uint8_t first = 0;
    std::uint8_t count = 0;
};
constexpr std::size_t kMaxTakes = 4;  ///< sources of a row

/// One row of the table.
struct Rule {
    std::uint16_t code;
    std::uint8_t count;  ///< parameters in the file
    Action action;
    std::uint16_t new_code;
    std::uint8_t take_count = 0;
    std::array<Take, kMaxTakes> takes{};
};

constexpr std::size_t kCodes = REC_MAX_EVENTS;

class Codes {
public:
    static const Codes& get();

    /// Descriptor of a code; of status Unknown for numbers without one.
    const Code& operator[](std::uint16_t code) const noexcept {
        return codes_[code < kCodes ? code : kCodes];
    }
    /// Rows of a code, by increasing parameter count.
    std::span<const Rule> rules(const Code& code) const noexcept;

    /// Stable number of a call by its number on this architecture, 0: none has it.
    std::uint16_t call_of_native(std::uint64_t number) const noexcept {
        return number < by_native_.size() ? by_native_[number] : std::uint16_t{0};
    }

private:
    Codes();

    std::array<Code, kCodes + 1> codes_{};  // the last one is Unknown
    std::array<std::uint16_t, REC_MAX_SYSCALLS> by_native_{};
};

}  // namespace sensor::capture::scap
