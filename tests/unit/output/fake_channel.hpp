// SPDX-License-Identifier: Apache-2.0
// What tests of outputs share: a channel that does as it is told, alerts, and a folder that goes
// away.
#pragma once

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "output/dispatch.hpp"

namespace sensor::output {

class TestFolder {
public:
    TestFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "outputsXXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    ~TestFolder() { std::filesystem::remove_all(path_); }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// What a FakeChannel got, and how it is to behave. Shared with the test.
struct FakeState {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;
    bool hold = false;    // a call blocks, and heeds nothing
    bool blocks = false;  // a call waits until it must end
    bool held = false;    // one has begun to
    Verdict verdict = Verdict::Delivered;
    std::string poison;  // lines that contain it are answered with "not now"
    std::size_t calls = 0, reopened = 0;
    std::vector<LinePtr> returned;  // by close()

    void set(const std::function<void()>& change) {
        {
            const std::lock_guard lock(mutex);
            change();
        }
        changed.notify_all();
    }
    void wait(const std::function<bool()>& condition) {
        std::unique_lock lock(mutex);
        if (!changed.wait_for(lock, std::chrono::minutes(1), condition)) std::abort();
    }
    std::size_t count() {
        const std::lock_guard lock(mutex);
        return lines.size();
    }
};

class FakeChannel final : public Channel {
public:
    explicit FakeChannel(std::shared_ptr<FakeState> state, std::string name = "fake",
                         Traits traits = {})
        : state_(std::move(state)), name_(std::move(name)), traits_(traits) {}

    std::string_view name() const override { return name_; }
    Traits traits() const override { return traits_; }

    Sent send(std::span<const LinePtr> lines, const Patience& patience) override {
        std::unique_lock lock(state_->mutex);
        ++state_->calls;
        state_->held = true;
        state_->changed.notify_all();
        state_->changed.wait(lock, [this] { return !state_->hold; });
        Sent sent(lines.size(), state_->verdict);
        sent.problem = "fake";
        if (state_->blocks) {
            lock.unlock();
            patience.wait_for(-1, 0);
            sent.verdicts.assign(lines.size(), Verdict::NotSent);
            sent.after = std::chrono::milliseconds(0);
            return sent;
        }
        for (std::size_t k = 0; k < lines.size(); ++k) {
            const std::string& text = lines[k]->text;
            if (!state_->poison.empty() && text.find(state_->poison) != std::string::npos)
                sent.verdicts[k] = Verdict::NotNow, sent.after = std::chrono::milliseconds(1);
            if (sent.verdicts[k] == Verdict::Delivered) state_->lines.push_back(text);
        }
        state_->changed.notify_all();
        return sent;
    }
    void reopen() override {
        state_->set([this] { ++state_->reopened; });
    }
    std::vector<LinePtr> close(const Patience&) override { return state_->returned; }

private:
    const std::shared_ptr<FakeState> state_;
    const std::string name_;
    const Traits traits_;
};

inline Alert test_alert(std::string message, std::string rule = "Rule") {
    Alert made;
    made.ts_ns = 1'600'000'000'000'000'000;
    made.priority = rules::Priority::Warning;
    made.message = std::move(message);
    made.rule = std::move(rule);
    made.source = "syscall";
    return made;
}

inline LinePtr test_line(const std::string& text) {
    auto line = std::make_shared<Line>();
    line->text = text;
    return line;
}

/// The messages of text lines: what stands after time and priority.
inline std::vector<std::string> messages(const std::vector<std::string>& lines) {
    std::vector<std::string> found;
    for (const std::string& line : lines) found.push_back(line.substr(line.find(" ", 21) + 1));
    return found;
}

inline std::uint64_t dropped(const ChannelStats& stats, DropReason reason) {
    return stats.dropped[static_cast<std::size_t>(reason)];
}

}  // namespace sensor::output
