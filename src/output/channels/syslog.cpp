// SPDX-License-Identifier: Apache-2.0
// Alerts to the system log, as syslog(3) writes them without any option: facility user, the alert's
// priority as level, "<PRI>Mmm dd hh:mm:ss ident: text". Written here, because syslog(3) waits for
// a slow daemon for ever, and does not tell what it lost.
#include <errno.h>  // program_invocation_short_name
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <ctime>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "output/channel.hpp"

namespace sensor::output {
namespace {

constexpr unsigned kUser = 1U << 3;  // LOG_USER
constexpr int kSendBuffer = 1 << 20;
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

class SyslogChannel final : public Channel {
public:
    explicit SyslogChannel(const SyslogOptions& options)
        : options_(options),
          ident_(options.ident.empty() ? ::program_invocation_short_name : options.ident) {}

    std::string_view name() const override { return "syslog"; }
    Traits traits() const override { return {256, true, Form::Text}; }
    void reopen() override { fd_.reset(); }

    Sent send(std::span<const LinePtr> lines, const Patience& patience) override {
        Sent sent(lines.size());
        if (const Result<> ready = connect(); !ready) {
            sent.problem = ready.error().text;
            return sent;
        }
        for (std::size_t k = 0; k < lines.size(); ++k) {
            const int error = send_one(message(*lines[k]), patience);
            if (error == 0) {
                sent.verdicts[k] = Verdict::Delivered;
                continue;
            }
            sent.problem = errno_error("cannot send to " + options_.socket, error).text;
            if (error == EMSGSIZE) {
                sent.verdicts[k] = Verdict::Refused;
                continue;
            }
            if (error == EAGAIN) {
                sent.problem = options_.socket + " takes nothing";
                sent.after = std::chrono::milliseconds(0);
            } else {
                fd_.reset();
            }
            break;
        }
        return sent;
    }

private:
    Result<> connect() {
        if (fd_) return Ok{};
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (options_.socket.size() >= sizeof address.sun_path)
            return Error(options_.socket + ": too long for a socket");
        std::memcpy(address.sun_path, options_.socket.data(), options_.socket.size());
        Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!fd) return errno_error("cannot make a socket", errno);
        ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
        if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            return errno_error("cannot connect to " + options_.socket, errno);
        fd_ = std::move(fd);
        return Ok{};
    }

    /// out: errno, 0 if it is sent
    int send_one(const std::string& text, const Patience& patience) {
        for (;;) {
            if (::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
                return 0;
            const int error = errno;
            if (error == EINTR) continue;
            if (error != EAGAIN && error != ENOBUFS) return error;
            if (!patience.wait_for(fd_.get(), POLLOUT)) return EAGAIN;
        }
    }

    std::string message(const Line& line) const {
        const auto seconds = static_cast<std::time_t>(line.observed_ns / 1'000'000'000);
        std::tm t{};
        localtime_r(&seconds, &t);
        return format("<{}>{} {:2} {:02}:{:02}:{:02} {}: {}",
                      kUser | static_cast<unsigned>(line.priority), kMonths[t.tm_mon], t.tm_mday,
                      t.tm_hour, t.tm_min, t.tm_sec, ident_, line.text);
    }

    const SyslogOptions options_;
    const std::string ident_;
    Fd fd_;
};

}  // namespace

ChannelPtr make_syslog(const SyslogOptions& options) {
    return std::make_unique<SyslogChannel>(options);
}

}  // namespace sensor::output
