// SPDX-License-Identifier: Apache-2.0
// LineWriter: lines to a descriptor, without waiting longer than allowed (a pipe that nobody reads
// must not hold the caller for good), and without tearing a line: one that was written in part is
// continued by the next call. Used by the channels stdout, file and program.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "output/channel.hpp"

namespace sensor::output {

class LineWriter {
public:
    /// How a line looks there, its newline included.
    using Look = std::function<std::string(const Line&)>;
    explicit LineWriter(Look look = [](const Line& line) { return line.text + '\n'; })
        : look_(std::move(look)) {}

    struct Written {
        Sent sent;
        int error = 0;  ///< errno of what ended it; EAGAIN: it takes nothing; 0: all is written
    };
    /// Writes all lines, with as few calls as the descriptor allows. A regular file is written to
    /// directly; anything else only when it says that it takes something, and in pieces that it
    /// then takes at once.
    Written write(int fd, std::span<const LinePtr> lines, const Patience& patience);

    /// Bytes written of a line whose end is missing. 0: none
    std::size_t begun() const { return begun_; }
    /// The descriptor leads elsewhere from now on: the line begins anew there.
    void forget();

private:
    std::string text_of(std::span<const LinePtr> lines);
    void count(std::span<const LinePtr> lines, std::size_t written, Sent& sent);

    Look look_;
    LinePtr of_;             // the line that was begun
    std::size_t begun_ = 0;  // how much of it is written
    std::vector<std::size_t> sizes_;
};

}  // namespace sensor::output
