// SPDX-License-Identifier: Apache-2.0
// Alerts to the standard input of a shell command: a process for each alert, whose exit status
// decides, or one for all. Of the latter the channel keeps the reading end of the pipe too: what
// the program had not read when it ended is known to the byte, and goes to its successor.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <deque>

#include "base/log.hpp"
#include "output/channel.hpp"
#include "output/channels/child.hpp"
#include "output/line_writer.hpp"

namespace sensor::output {
namespace {

using namespace std::chrono_literals;

constexpr auto kMostRun = 10s;  // of a process for one alert
constexpr auto kMostEnd = 2s;   // for one that is to start anew
constexpr auto kLook = 250ms;   // how often a full pipe's reader is looked at

struct Pipe {
    Fd out, in;  // where it is read, where it is written
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error("cannot make a pipe", errno);
    Pipe made{Fd(ends[0]), Fd(ends[1])};
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);  // of our end only
    return made;
}

Sent not_sent(std::size_t lines, const std::string& problem) {
    Sent sent(lines);
    sent.problem = problem;
    return sent;
}

class EachProgram final : public Channel {
public:
    explicit EachProgram(const ProgramOptions& options) : options_(options) {}
    std::string_view name() const override { return "program"; }
    Traits traits() const override { return {1, true, Form::Text}; }

    Sent send(std::span<const LinePtr> lines, const Patience& patience) override {
        Result<Pipe> pipe = make_pipe();
        if (!pipe) return not_sent(1, pipe.error().text);
        Result<Child> child = Child::start(options_.program, pipe->out.get(), options_.starter);
        if (!child) return not_sent(1, child.error().text);
        pipe->out.reset();
        const Patience run(Patience::Clock::now() + kMostRun, patience.stop_fd());
        LineWriter writer;
        writer.write(pipe->in.get(), lines.first(1), run);  // that it does not read is its matter
        pipe->in.reset();
        const bool ended = child->wait(run);
        if (!ended) child->end();
        return judge(ended, run.stopped(), child->status());
    }

private:
    static Sent judge(bool ended, bool stopped, int status) {
        Sent sent(1);
        if (!ended && stopped) return sent;
        if (!ended) {
            sent.problem = format("ran for more than {} s", kMostRun.count());
        } else if (status != 0) {
            sent.problem = status_text(status);
        }
        // 126, 127: the shell could not start it.
        const bool absent = ended && (status == 126 || status == 127);
        if (!absent)
            sent.verdicts[0] = sent.problem.empty() ? Verdict::Delivered : Verdict::Refused;
        return sent;
    }

    const ProgramOptions options_;
};

class OneProgram final : public Channel {
public:
    explicit OneProgram(const ProgramOptions& options) : options_(options) {}
    std::string_view name() const override { return "program"; }
    Traits traits() const override { return {256, true, Form::Text}; }

    Sent send(std::span<const LinePtr> lines, const Patience& patience) override {
        if (child_ && child_.has_ended()) take_back();
        if (const Result<> ready = start(); !ready)
            return not_sent(lines.size(), ready.error().text);
        const Patience some = patience.at_most(kLook);
        if (Sent sent(lines.size()); !send_owed(some, sent)) return after_end(lines, sent);
        LineWriter::Written done = writer_.write(pipe_.in.get(), lines, some);
        for (std::size_t k = 0; k < lines.size(); ++k)
            if (done.sent.verdicts[k] == Verdict::Delivered) give(lines[k]);
        wait_until_read(some);
        return after_end(lines, done.sent);
    }

    void reopen() override {
        if (child_) stop(Patience(Patience::Clock::now() + kMostEnd, -1));
    }

    std::vector<LinePtr> close(const Patience& patience) override {
        if (child_) stop(patience);
        return {owed_.begin(), owed_.end()};
    }

private:
    struct Given {
        LinePtr line;
        std::uint64_t end;  // bytes written until it ended
    };

    Result<> start() {
        if (child_) return Ok{};
        SENSOR_TRY(pipe_, make_pipe());
        given_bytes_ = 0;
        SENSOR_TRY(child_, Child::start(options_.program, pipe_.out.get(), options_.starter));
        return Ok{};
    }

    /// What a former process was given and did not read.
    bool send_owed(const Patience& patience, Sent& sent) {
        while (!owed_.empty()) {
            const std::vector<LinePtr> first{owed_.front()};
            const LineWriter::Written done = writer_.write(pipe_.in.get(), first, patience);
            if (done.sent.verdicts[0] != Verdict::Delivered) {
                sent.problem = done.sent.problem;
                sent.after = done.sent.after;
                return false;
            }
            give(first[0]);
            owed_.pop_front();
        }
        return true;
    }

    void give(const LinePtr& line) {
        given_bytes_ += line->text.size() + 1;
        given_.push_back({line, given_bytes_});
    }

    std::uint64_t unread() const {
        int bytes = 0;
        return ::ioctl(pipe_.out.get(), FIONREAD, &bytes) == 0 && bytes > 0
                   ? static_cast<std::uint64_t>(bytes)
                   : 0;
    }

    /// Forgets what the program has read. out: is that all?
    bool trim() {
        const std::uint64_t read = given_bytes_ + writer_.begun() - unread();
        while (!given_.empty() && given_.front().end <= read) given_.pop_front();
        return given_.empty();
    }

    /// For a moment: a program that ends at once is found out before its alerts are forgotten.
    void wait_until_read(const Patience& patience) {
        for (auto pause = 1ms; !trim() && !child_.has_ended() && !patience.is_over();
             pause = std::min(pause * 2, 16ms))
            patience.at_most(pause).wait_for(-1, 0);
    }

    /// The program ended: what it had not read, its successor gets first.
    void take_back() {
        trim();
        for (auto at = given_.rbegin(); at != given_.rend(); ++at) owed_.push_front(at->line);
        given_.clear();
        writer_.forget();
        pipe_ = {};
        child_ = Child();
    }

    void stop(const Patience& patience) {
        pipe_.in.reset();
        child_.wait(patience);
        child_.end();
        take_back();
    }

    /// Was this all, or has it ended meanwhile? Then lines of this call are not delivered after
    /// all.
    Sent after_end(std::span<const LinePtr> lines, Sent& sent) {
        if (!child_.has_ended()) return std::move(sent);
        const int status = child_.status();
        const bool read_any = !given_.empty() ? given_.front().line != lines[0] : true;
        take_back();
        for (std::size_t k = lines.size(); k-- > 0 && !owed_.empty();) {
            if (owed_.back() != lines[k]) continue;
            sent.verdicts[k] = Verdict::NotSent;
            owed_.pop_back();
        }
        sent.problem = "the program ended: " + status_text(status);
        sent.after.reset();
        if (read_any && status == 0) sent.after = 0ms;
        return std::move(sent);
    }

    const ProgramOptions options_;
    Pipe pipe_;
    Child child_;
    LineWriter writer_;
    std::deque<Given> given_;   // written, and perhaps not read
    std::deque<LinePtr> owed_;  // taken as delivered, but its process ended before
    std::uint64_t given_bytes_ = 0;
};

}  // namespace

ChannelPtr make_program(const ProgramOptions& options) {
    if (options.keep_alive) return std::make_unique<OneProgram>(options);
    return std::make_unique<EachProgram>(options);
}

}  // namespace sensor::output
