// SPDX-License-Identifier: Apache-2.0
// The channels file, syslog and program against real files, sockets and shells.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/fd.hpp"
#include "output/channel.hpp"
#include "output/line_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/output/fake_channel.hpp"

namespace {

using namespace sensor;
using namespace sensor::output;
using namespace std::chrono_literals;

struct Fixture {
    Fixture() {  // as in a channel's thread
        sigset_t pipe{};
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    }
    TestFolder folder;
    Fd stop{::eventfd(0, EFD_CLOEXEC)};

    Patience patience(Patience::Ms time = 10s) const {
        return {Patience::Clock::now() + time, stop.get()};
    }
    /// How many of them were delivered, and that they are the first ones.
    std::size_t send(Channel& channel, const std::vector<std::string>& texts,
                     Patience::Ms time = 10s) {
        std::vector<LinePtr> lines;
        for (const std::string& text : texts) lines.push_back(test_line(text));
        last = channel.send(lines, patience(time));
        std::size_t delivered = 0;
        while (delivered < lines.size() && last.verdicts[delivered] == Verdict::Delivered)
            ++delivered;
        return delivered;
    }
    Sent last{0};
};

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

Fd datagram_socket(const std::string& path) {
    Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

std::string receive(const Fd& fd) {
    char text[4096];
    const ssize_t count = ::recv(fd.get(), text, sizeof text, 0);
    REQUIRE(count > 0);
    return {text, static_cast<std::size_t>(count)};
}

}  // namespace

TEST_CASE_METHOD(Fixture,
                 "file: appends, and follows a moved file only when reopened, if kept open") {
    const std::string path = folder / "events.txt";
    std::ofstream(path) << "before\n";
    const ChannelPtr channel = make_file({path, true, true});
    CHECK(send(*channel, {"a", "b"}) == 2);
    CHECK(content(path) == "before\na\nb\n");
    std::filesystem::rename(path, folder / "moved");
    CHECK(send(*channel, {"c"}) == 1);
    CHECK(content(folder / "moved") == "before\na\nb\nc\n");
    channel->reopen();
    CHECK(send(*channel, {"d"}) == 1);
    CHECK(content(path) == "d\n");
}

TEST_CASE_METHOD(Fixture, "file: without keep_alive each call finds the file anew") {
    const std::string path = folder / "events.txt";
    const ChannelPtr channel = make_file({path, false, true});
    CHECK(send(*channel, {"a"}) == 1);
    std::filesystem::rename(path, folder / "moved");
    CHECK(send(*channel, {"b"}) == 1);
    CHECK(content(folder / "moved") == "a\n");
    CHECK(content(path) == "b\n");
}

TEST_CASE_METHOD(Fixture, "file: a line that somebody left without its end is ended first") {
    const std::string path = folder / "events.txt";
    std::ofstream(path) << "torn";
    const ChannelPtr channel = make_file({path, false, true});
    CHECK(send(*channel, {"a"}) == 1);
    CHECK(content(path) == "torn\na\n");
}

TEST_CASE_METHOD(Fixture, "file: a missing folder is an error that goes away") {
    const ChannelPtr channel = make_file({folder / "sub/events.txt", false, true});
    CHECK(send(*channel, {"a"}) == 0);
    CHECK(last.verdicts[0] == Verdict::NotSent);
    CHECK(last.problem.find("No such file or directory") != std::string::npos);
    std::filesystem::create_directory(folder / "sub");
    CHECK(send(*channel, {"a"}) == 1);
}

TEST_CASE_METHOD(Fixture,
                 "file: a pipe without a reader is away, with a full one it takes nothing") {
    const std::string path = folder / "pipe";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const ChannelPtr channel = make_file({path, true, true});
    CHECK(send(*channel, {"a"}) == 0);
    const Fd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    CHECK(send(*channel, {"a"}) == 1);
    const std::vector<std::string> many(3, std::string(40000, 'x'));
    const std::size_t first = send(*channel, many, 50ms);
    CHECK(first < 3);
    CHECK(last.after == 0ms);
}

TEST_CASE_METHOD(Fixture, "a line written in part is continued, not torn and not repeated") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    const Fd out(ends[0]), in(ends[1]);
    std::vector<LinePtr> lines;
    for (int k = 0; k < 20; ++k)
        lines.push_back(test_line(std::string(10000, static_cast<char>('a' + k))));
    LineWriter writer;
    std::string got;
    std::size_t at = 0;
    while (at < lines.size()) {
        const auto done = writer.write(in.get(), std::span(lines).subspan(at), patience(20ms));
        for (const Verdict verdict : done.sent.verdicts)
            at += verdict == Verdict::Delivered ? 1 : 0;
        char piece[3000];
        const ssize_t count = ::read(out.get(), piece, sizeof piece);
        if (count > 0) got.append(piece, static_cast<std::size_t>(count));
    }
    char piece[65536];
    for (ssize_t count; (count = ::read(out.get(), piece, sizeof piece)) > 0;)
        got.append(piece, static_cast<std::size_t>(count));
    std::string expected;
    for (const LinePtr& line : lines) expected += line->text + "\n";
    CHECK(got == expected);
}

TEST_CASE_METHOD(Fixture, "syslog: one datagram as syslog(3) writes it") {
    const Fd server = datagram_socket(folder / "log");
    const ChannelPtr channel = make_syslog({"falco", folder / "log"});
    auto line = std::make_shared<Line>();
    line->text = "hello";
    line->priority = rules::Priority::Warning;
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    line->observed_ns = 1'600'000'000'000'000'000;
    const std::vector<LinePtr> lines{line};
    CHECK(channel->send(lines, patience()).verdicts[0] == Verdict::Delivered);
    CHECK(receive(server) == "<12>Sep 13 12:26:40 falco: hello");
    const ChannelPtr unnamed = make_syslog({"", folder / "log"});
    CHECK(unnamed->send(lines, patience()).verdicts[0] == Verdict::Delivered);
    CHECK(receive(server) == "<12>Sep 13 12:26:40 unit_output: hello");
}

TEST_CASE_METHOD(Fixture, "syslog: a daemon that went away and came back") {
    auto server = std::make_unique<Fd>(datagram_socket(folder / "log"));
    const ChannelPtr channel = make_syslog({"falco", folder / "log"});
    CHECK(send(*channel, {"a"}) == 1);
    server.reset();
    ::unlink((folder / "log").c_str());
    CHECK(send(*channel, {"b"}) == 0);
    CHECK(last.verdicts[0] == Verdict::NotSent);
    CHECK(send(*channel, {"b"}) == 0);
    server = std::make_unique<Fd>(datagram_socket(folder / "log"));
    CHECK(send(*channel, {"b"}) == 1);
    CHECK(receive(*server).ends_with("falco: b"));
}

TEST_CASE_METHOD(Fixture,
                 "syslog: a daemon that does not read holds nothing; too long is refused") {
    const Fd server = datagram_socket(folder / "log");
    const ChannelPtr channel = make_syslog({"falco", folder / "log"});
    const std::size_t sent = send(*channel, std::vector<std::string>(10000, "x"), 50ms);
    CHECK(sent > 0);
    CHECK(sent < 10000);
    CHECK(last.after == 0ms);
    const Fd other = datagram_socket(folder / "other");
    const ChannelPtr fresh = make_syslog({"falco", folder / "other"});
    CHECK(send(*fresh, {std::string(64 << 20, 'x'), "short"}) == 0);
    CHECK(last.verdicts == std::vector<Verdict>{Verdict::Refused, Verdict::Delivered});
}

TEST_CASE_METHOD(Fixture, "program: a process for each alert, judged by its exit status") {
    const ChannelPtr good = make_program({"cat >> " + (folder / "out"), false, true});
    CHECK(send(*good, {"a"}) == 1);
    CHECK(send(*good, {"b"}) == 1);
    CHECK(content(folder / "out") == "a\nb\n");
    const ChannelPtr bad = make_program({"exit 3", false, true});
    CHECK(send(*bad, {"a"}) == 0);
    CHECK(last.verdicts[0] == Verdict::Refused);
    CHECK(last.problem == "exit status 3");
    const ChannelPtr killed = make_program({"kill -9 $$", false, true});
    CHECK(send(*killed, {"a"}) == 0);
    CHECK(last.problem == "killed by signal 9");
    const ChannelPtr absent = make_program({"/nowhere/at/all 2> /dev/null", false, true});
    CHECK(send(*absent, {"a"}) == 0);
    CHECK(last.verdicts[0] == Verdict::NotSent);  // it may be installed yet
    const ChannelPtr deaf = make_program({"exit 0", false, true});
    CHECK(send(*deaf, {std::string(1 << 20, 'x')}) == 1);  // it need not read
}

TEST_CASE_METHOD(Fixture, "program: default signals and no descriptors but the three") {
    const Fd open(::open("/dev/null", O_RDONLY));  // without O_CLOEXEC
    const std::string out = folder / "out";
    const ChannelPtr channel = make_program(
        {"ls /proc/self/fd | tr '\\n' ' ' > " + out + "; grep Sig[BI] /proc/self/status >> " + out,
         false, true});
    CHECK(send(*channel, {"a"}) == 1);
    const std::string found = content(out);
    const std::string begin = "0 1 2 3 SigBlk:\t0000000000000000\nSigIgn:\t";  // 3: of ls itself
    REQUIRE(found.starts_with(begin));
    const auto ignored = std::stoull(found.substr(begin.size()), nullptr, 16);
    CHECK((ignored & 0x7fffffff) == 0);  // beyond: two that the C library keeps to itself
}

TEST_CASE_METHOD(Fixture, "program: one process for all, started anew by reopen") {
    const std::string out = folder / "out";
    const ChannelPtr channel =
        make_program({"echo begun >> " + out + "; exec cat >> " + out, true, true});
    CHECK(send(*channel, {"a", "b"}) == 2);
    CHECK(send(*channel, {"c"}) == 1);
    channel->reopen();
    CHECK(content(out) == "begun\na\nb\nc\n");
    CHECK(send(*channel, {"d"}) == 1);
    CHECK(channel->close(patience()).empty());
    CHECK(content(out) == "begun\na\nb\nc\nbegun\nd\n");
}

TEST_CASE_METHOD(Fixture, "program: what one did not read before it ended, the next one gets") {
    const std::string out = folder / "out";
    // Takes one line, then ends.
    const ChannelPtr channel = make_program({"read line; echo \"$line\" >> " + out, true, true});
    std::vector<std::string> left{"a", "b", "c"};
    for (int k = 0; k < 20 && !left.empty(); ++k) {
        const std::size_t delivered = send(*channel, left);
        left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(delivered));
    }
    CHECK(left.empty());
    CHECK(channel->close(patience()).empty());
    CHECK(content(out) == "a\nb\nc\n");
}

TEST_CASE_METHOD(Fixture,
                 "program: one that does not read holds nothing, and gives back at the end") {
    const ChannelPtr channel = make_program({"exec sleep 1000", true, true});
    const std::vector<std::string> many(100, std::string(1000, 'x'));
    const std::size_t delivered = send(*channel, many, 100ms);
    CHECK(delivered < 100);
    CHECK(last.after == 0ms);
    CHECK(channel->close(patience(50ms)).size() == delivered);
}
