// SPDX-License-Identifier: Apache-2.0
#include "bench/command.hpp"

#include "base/log.hpp"
#include "bench/machine.hpp"

namespace sensor::bench {
namespace {

constexpr unsigned kPollMs = 10;
constexpr std::size_t kShownBytes = 600;
// The kernel takes a tracepoint's slow path away a little after the last program is detached.
constexpr unsigned kSettleMs = 150;

class CommandVariant : public Variant {
public:
    explicit CommandVariant(Command command)
        : Variant(command.name), command_(std::move(command)) {}

    Result<> enter() override {
        SENSOR_TRY(child_,
                   Child::start({command_.argv, command_.cpus, command_.readiness.by_pipe}));
        const Result<> ready = wait_ready();
        if (!ready.has_value()) {
            child_.stop(command_.grace_ms);
            return ready.error();
        }
        sleep_ms(command_.readiness.delay_ms + kSettleMs);
        return Ok{};
    }

    Result<> leave() override {
        const bool lasted = child_.alive();
        const std::string said = lasted ? std::string() : child_.last_output(kShownBytes);
        child_.stop(command_.grace_ms);
        sleep_ms(kSettleMs);
        if (!lasted) return Error("it ended during the measurement; its last words:\n" + said);
        return Ok{};
    }

    ChildUse use() const override { return child_.use(); }

private:
    Result<> wait_ready() {
        const Readiness& r = command_.readiness;
        if (r.by_pipe && !child_.wait_ready(r.timeout_ms)) return not_ready();
        if (r.by_text.empty()) return Ok{};
        const std::uint64_t limit = now_ns() + r.timeout_ms * 1'000'000ULL;
        while (!child_.has_written(r.by_text)) {
            if (!child_.alive() || now_ns() > limit) return not_ready();
            sleep_ms(kPollMs);
        }
        return Ok{};
    }

    Error not_ready() {
        const char* how = child_.alive() ? "was not ready in time" : "ended before it was ready";
        return Error(format("{} {}; its last words:\n{}", command_.argv.front(), how,
                            child_.last_output(kShownBytes)));
    }

    Command command_;
    Child child_;
};

}  // namespace

std::unique_ptr<Variant> make_command_variant(Command command) {
    return std::make_unique<CommandVariant>(std::move(command));
}

std::vector<std::string> shell_command(const std::string& text) {
    // A pipeline or a list cannot be the operand of exec: then the shell stays, in the same group.
    const bool simple = text.find_first_of("|;&\n") == std::string::npos;
    return {"/bin/sh", "-c", simple ? "exec " + text : text};
}

std::string command_name(const std::string& text) {
    const std::string word = text.substr(0, text.find(' '));
    return word.substr(word.rfind('/') + 1);
}

}  // namespace sensor::bench
