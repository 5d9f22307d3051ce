// SPDX-License-Identifier: Apache-2.0
// Channel: one way out for alerts. Each has a thread of its own, the runner's, which alone calls
// it. A call may take as long as its Patience lasts; what is slow or away is told by its answer,
// and the runner decides when to try again.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "output/line.hpp"
#include "output/options.hpp"
#include "output/patience.hpp"

namespace sensor::output {

/// What became of one line.
enum class Verdict : std::uint8_t {
    Delivered,
    Refused,  ///< for good: trying again would not help
    NotNow,   ///< the receiver answered that it cannot take this one now
    NotSent,  ///< nobody was there to answer
};

struct Sent {
    std::vector<Verdict> verdicts;  ///< one a line
    std::string problem;            ///< of a line that was not delivered; empty if all were
    /// The time before which another attempt makes no sense. Nothing: the runner's own pauses
    std::optional<std::chrono::milliseconds> after;

    explicit Sent(std::size_t lines, Verdict all = Verdict::NotSent) : verdicts(lines, all) {}
};

struct Traits {
    std::size_t batch = 1;  ///< most lines of one call
    bool ordered = true;    ///< no line may overtake another that failed
    Form form = Form::Text;
    bool spools = true;  ///< the next start leads to the same place, so alerts may wait for it
};

class Channel {
public:
    virtual ~Channel() = default;
    virtual std::string_view name() const = 0;
    virtual Traits traits() const = 0;
    /// Sends lines, at least one. Ordered channels stop at the first that fails.
    virtual Sent send(std::span<const LinePtr> lines, const Patience& patience) = 0;
    /// SIGUSR1: files are opened anew, programs started anew.
    virtual void reopen() {}
    /// Before the end. out: lines that were taken as delivered and turn out not to be
    virtual std::vector<LinePtr> close(const Patience&) { return {}; }
};

using ChannelPtr = std::unique_ptr<Channel>;

/// What starts a channel opens nothing that may not be there yet: that is for send(), which tries
/// again. fails: if the options can never work
ChannelPtr make_stdout(const StdoutOptions& options);
ChannelPtr make_file(const FileOptions& options);
ChannelPtr make_syslog(const SyslogOptions& options);
ChannelPtr make_program(const ProgramOptions& options);
Result<ChannelPtr> make_http(const HttpOptions& options, bool json);
Result<ChannelPtr> make_kafka(const KafkaOptions& options, const std::string& hostname);
Result<ChannelPtr> make_otlp(const OtlpOptions& options, const std::string& hostname);

/// All that the options enable, in the order file, stdout, syslog, program, http, kafka, otlp. What
/// cannot be made is left out, and the log says why.
std::vector<ChannelPtr> make_channels(const OutputOptions& options);

}  // namespace sensor::output
