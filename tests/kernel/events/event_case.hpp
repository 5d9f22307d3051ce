// SPDX-License-Identifier: Apache-2.0
// One case per event type: code that makes the event happen in a process of its own and says, while
// it does, what each parameter of the event must be. A parameter nothing is said of fails the test,
// as does an event type without a case. `skeleton.py NAME` prints the beginning of a case.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "event/event.hpp"

namespace kernel_test {

/// What a case says of its event. Lives in memory that the process of the case shares with the
/// test.
class Expect {
public:
    void number(const char* param, std::int64_t value) { between(param, value, value); }
    void between(const char* param, std::int64_t least, std::int64_t most);
    /// Bytes of a text or buffer, of at most kMostText bytes.
    void text(const char* param, std::string_view bytes);
    /// There, with a value this process cannot know: a text or buffer is not empty.
    void some(const char* param);
    void absent(const char* param);

    /// The event is that of another process or thread than the one of the case.
    void by(int tid) { tid_ = tid; }
    /// Events of other numbers are not meant: for types a process cannot have just one of.
    void only(const char* param, std::int64_t value);
    /// This kernel or machine cannot do it; the reason is printed and the case counts as made.
    void unavailable(const char* reason);

private:
    friend class CaseRun;
    static constexpr std::size_t kMostRows = 40, kMostText = 600, kMostName = 32;
    enum class Kind : std::uint8_t { Number, Text, Some, Absent };
    struct Row {
        char param[kMostName];
        Kind kind;
        bool selects;  ///< only events that fit this row are meant
        std::int64_t least, most;
        std::uint32_t bytes;
        char text[kMostText];
    };
    Row* add(const char* param, Kind kind);

    int tid_ = 0;
    std::uint32_t rows_ = 0;
    char unavailable_[kMostText] = {};
    Row row_[kMostRows] = {};
};

using CaseBody = void (*)(Expect& expect);
struct EventCase {
    sensor::EventType type;
    CaseBody body;
};
/// All that were declared with EVENT_CASE, in no order.
std::vector<EventCase>& event_cases();

struct CaseDeclaration {
    CaseDeclaration(sensor::EventType type, CaseBody body) {
        event_cases().push_back({type, body});
    }
};

template <typename A>
long call_word(A value) {
    if constexpr (std::is_pointer_v<A>)
        return reinterpret_cast<long>(value);
    else if constexpr (std::is_null_pointer_v<A>)
        return 0;
    else
        return static_cast<long>(value);
}

/// Makes a system call by number, so that the library has no say in which one it is. Arguments not
/// given are 0.
/// out: the result, or minus the error, as events have it
template <typename... A>
long call(long number, A... args) {
    const long words[6] = {call_word(args)...};
    const long result =
        ::syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
    return result == -1 ? -static_cast<long>(errno) : result;
}

}  // namespace kernel_test

#define EVENT_CASE(id)                                                                            \
    static void case_of_##id(kernel_test::Expect& expect);                                        \
    static const kernel_test::CaseDeclaration declared_##id(sensor::EventType::id, case_of_##id); \
    static void case_of_##id([[maybe_unused]] kernel_test::Expect& expect)

#define NO_EVENT_CASE(id, reason) \
    EVENT_CASE(id) { expect.unavailable(reason); }
