// SPDX-License-Identifier: Apache-2.0
#include "bench/flood.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "bench/flooder.hpp"
#include "bench/jsonl.hpp"
#include "bench/machine.hpp"
#include "bench/temp_folder.hpp"

namespace sensor::bench {
namespace {

constexpr const char* kSensor = "falco-ebpf";
constexpr unsigned kPollMs = 1, kPatienceMs = 450, kDrainMs = 1500;
constexpr std::size_t kTail = 1U << 16, kAll = 1U << 30;

double mb(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

/// Rules that want every open of the flood and judge it by what the kernel cannot know, and two
/// for what is hidden in it.
std::string rules_text(const std::string& folder) {
    return format(
        "- {{rule: flood, desc: d, priority: INFO, output: flooded, condition: \"evt.type in "
        "(open, "
        "openat) and fd.name = {0}/flood and proc.aname[3] = nobody-is-called-so\"}}\n"
        "- {{rule: exec, desc: d, priority: INFO, output: \"exec=%proc.args;\", condition: "
        "\"evt.type = execve and proc.exepath = {0}/planted\"}}\n"
        "- {{rule: read, desc: d, priority: INFO, output: \"read=%fd.name;\", condition: "
        "\"evt.type in (open, openat) and fd.name startswith {0}/secret\"}}\n",
        folder);
}

/// One flood from its files to its figures.
class Flood {
public:
    explicit Flood(const FloodBench& options) : options_(options) {}

    Result<> run() {
        SENSOR_TRY_OK(prepare());
        SENSOR_TRY_OK(start_sensor());
        Flooder flooder;
        const std::uint64_t begin = now_ns();
        const ChildUse before = sensor_.use();
        SENSOR_TRY_OK(flooder.start({folder_.path() + (options_.unwanted ? "/other" : "/flood"),
                                     options_.rate, options_.churn, allowed_cpus()}));
        for (unsigned second = 0; second < options_.seconds; ++second) {
            SENSOR_TRY_OK(plant(second, begin));
            if (!sensor_.alive())
                return Error("the sensor ended; its last words:\n" + sensor_.last_output(600));
            resident_mb_.push_back(mb(sensor_.use().rss_bytes));
        }
        const double elapsed_s = static_cast<double>(now_ns() - begin) / 1e9;
        cpu_percent_ = 100 * (sensor_.use().cpu_s - before.cpu_s) / elapsed_s;
        opens_per_s_ = static_cast<double>(flooder.stop()) / elapsed_s;
        sleep_ms(kDrainMs);
        sensor_.stop(20'000);
        said_ = sensor_.last_output(kAll);
        return Ok{};
    }

    std::vector<Series> figures() const {
        std::vector<Series> all;
        const auto add = [&](const char* subject, const char* unit, Better better,
                             std::vector<double> samples) {
            all.push_back({subject, kSensor, unit, better, {std::move(samples)}});
        };
        add("opens", "/s", Better::Higher, {opens_per_s_});
        add("execs alerted", "%", Better::Higher, {found("exec=")});
        add("planted reads alerted", "%", Better::Higher, {found("read=")});
        if (!delays_ns_.empty()) add("alert delay", "ns", Better::Lower, delays_ns_);
        add("events delivered", "", Better::Higher, {said("Events delivered: ")});
        add("events lost", "", Better::Lower, {said(", lost: ")});
        add("sensor's CPU", "%", Better::Lower, {cpu_percent_});
        add("resident", "MB", Better::Lower, resident_mb_);
        add("resident at first", "MB", Better::Lower, {resident_mb_.front()});
        add("resident at last", "MB", Better::Lower, {resident_mb_.back()});
        return all;
    }
    /// What the sensor said of its losses, for the warnings.
    std::vector<std::string> losses() const {
        std::vector<std::string> lines;
        const std::size_t begin = said_.find("Events delivered: ");
        if (said(", lost: ") == 0 || begin == std::string::npos) return lines;
        lines.push_back("the sensor says: " + said_.substr(begin));
        return lines;
    }

private:
    Result<> prepare() {
        if (folder_.path().empty()) return Error("cannot make a folder for temporary files");
        SENSOR_TRY_OK(write_file(folder_.path() + "/rules.yaml", rules_text(folder_.path())));
        SENSOR_TRY_OK(write_file(folder_.path() + "/flood", "x"));
        SENSOR_TRY_OK(write_file(folder_.path() + "/secret", "x"));
        SENSOR_TRY_OK(write_file(folder_.path() + "/other", "x"));
        std::error_code error;
        std::filesystem::copy_file("/bin/true", folder_.path() + "/planted", error);
        if (error) return Error("copy /bin/true: " + error.message(), error.value());
        return Ok{};
    }

    Result<> start_sensor() {
        SensorOptions with = options_;
        with.rules = folder_.path() + "/rules.yaml";
        std::vector<std::string> more = options_.more;
        more.insert(more.end(), {"-U", "-o", "engine.cache_dir="});
        const Command command = sensor_command(with, {}, more);
        SENSOR_TRY(sensor_, Child::start({command.argv, {}, true, options_.cgroups}));
        if (!sensor_.wait_ready(command.readiness.timeout_ms))
            return Error("the sensor was not ready; its last words:\n" + sensor_.last_output(600));
        return Ok{};
    }

    /// The things hidden in one second, and how long their alerts take.
    Result<> plant(unsigned second, std::uint64_t begin) {
        const std::string number = format("n{};", second), secret = folder_.path() + "/secret";
        const pid_t pid = fork();
        if (pid < 0) return errno_error("fork", errno);
        if (pid == 0) {
            execl((folder_.path() + "/planted").c_str(), "planted", format("n{}", second).c_str(),
                  nullptr);
            _exit(127);
        }
        wait_for("exec=" + number);
        waitpid(pid, nullptr, 0);
        const std::string named = format("{}-n{}", secret, second);
        if (link(secret.c_str(), named.c_str()) != 0) return errno_error("link", errno);
        const Fd read(open(named.c_str(), O_RDONLY | O_CLOEXEC));
        wait_for("read=" + named + ";");
        const std::uint64_t next = begin + (second + 1) * 1'000'000'000ULL;
        if (const std::uint64_t now = now_ns(); now < next)
            sleep_ms(static_cast<unsigned>((next - now) / 1'000'000));
        return Ok{};
    }

    void wait_for(const std::string& mark) {
        const std::uint64_t begin = now_ns();
        while (now_ns() - begin < kPatienceMs * 1'000'000ULL) {
            if (sensor_.last_output(kTail).find(mark) != std::string::npos) {
                delays_ns_.push_back(static_cast<double>(now_ns() - begin));
                return;
            }
            sleep_ms(kPollMs);
        }
    }

    /// Percent of the planted things that were alerted.
    double found(const std::string& kind) const {
        unsigned count = 0;
        const std::string prefix = kind == "read=" ? kind + folder_.path() + "/secret-" : kind;
        for (unsigned second = 0; second < options_.seconds; ++second) {
            if (said_.find(format("{}n{};", prefix, second)) != std::string::npos) ++count;
        }
        return 100.0 * count / options_.seconds;
    }

    /// A number of the sensor's summary.
    double said(std::string_view mark) const {
        const std::size_t at = said_.rfind(mark);
        if (at == std::string::npos) return -1;
        return std::strtod(said_.c_str() + at + mark.size(), nullptr);
    }

    const FloodBench& options_;
    TempFolder folder_;
    Child sensor_;
    std::vector<double> delays_ns_;
    std::string said_;
    double opens_per_s_ = 0, cpu_percent_ = 0;
    std::vector<double> resident_mb_;  // each second
};

}  // namespace

Result<Run> run_flood(const FloodBench& options) {
    SENSOR_TRY_OK(check_sensors(options));
    Run run = describe("flood", options);
    run.info.baseline = kSensor;
    run.info.setup = {
        {"seconds", std::to_string(options.seconds)},
        {"opens a second asked for", options.rate == 0 ? "all" : std::to_string(options.rate)},
        {"programs started a second", std::to_string(options.churn)},
        {"opens", options.unwanted ? "wanted by no rule" : "wanted by a rule"}};
    Flood flood(options);
    SENSOR_TRY_OK(flood.run());
    run.series = flood.figures();
    for (std::string& line : flood.losses()) run.info.warnings.push_back(std::move(line));
    return run;
}

}  // namespace sensor::bench
