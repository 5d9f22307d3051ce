// SPDX-License-Identifier: Apache-2.0
// Recorded captures against what the peer prints for each of their events: which events, their
// numbers, times and results, and every parameter that needs no state to be printed. The captures
// are not part of the tree; SENSOR_CAPTURES names their folder.
#include <zlib.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>

#include "tests/support/catch.hpp"
#include "tests/unit/capture/scap_collect.hpp"

using namespace sensor;
using namespace sensor::testing;
using Json = nlohmann::json;

namespace {

std::optional<std::filesystem::path> captures() {
    const char* const folder = std::getenv("SENSOR_CAPTURES");
    if (folder != nullptr && std::filesystem::is_directory(folder)) return folder;
    WARN("skipped: SENSOR_CAPTURES names no folder of recorded captures");
    return std::nullopt;
}

/// One line of the peer's answers. Only what is asked for is parsed: a line has 67 fields.
class PeerEvent {
public:
    explicit PeerEvent(std::string line) : line_(std::move(line)) {}

    Json operator[](const std::string& field) const {
        const std::size_t found = line_.find('"' + field + "\":");
        REQUIRE(found != std::string::npos);
        const std::size_t start = found + field.size() + 3;
        std::size_t end = start;
        bool quoted = false;
        for (; quoted || (line_[end] != ',' && line_[end] != '}'); ++end) {
            if (line_[end] == '\\')
                ++end;
            else if (line_[end] == '"')
                quoted = !quoted;
        }
        return Json::parse(line_.substr(start, end - start));
    }

private:
    std::string line_;
};

std::vector<PeerEvent> lines_of(const std::filesystem::path& path) {
    std::vector<PeerEvent> out;
    gzFile file = ::gzopen(path.c_str(), "rb");
    REQUIRE(file != nullptr);
    std::string line;
    std::vector<char> part(1U << 16);
    while (::gzgets(file, part.data(), static_cast<int>(part.size())) != nullptr) {
        line += part.data();
        if (line.back() != '\n') continue;
        out.emplace_back(line);
        line.clear();
    }
    ::gzclose(file);
    return out;
}

std::string printed(std::uint64_t value, int base) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value, base).ptr;
    std::string out(text, end);
    for (char& c : out) c = static_cast<char>(std::toupper(c));
    return out;
}

/// How a parameter begins when it is printed; nothing where that takes state or a table of names.
std::optional<std::string> print(const Event& event, std::size_t k) {
    const ParamInfo& param = event.info().params[k];
    const std::uint64_t value = event.u64(k);
    const std::string decimal = std::to_string(event.i64(k));
    switch (param.type) {
        case ParamType::BYTEBUF:
            if (!event.has(k)) return "NULL";
            return event.text(k).find_first_of(std::string_view("\0\n\t", 3)) == std::string::npos
                       ? std::optional(std::string(event.text(k).substr(0, 20)))
                       : std::nullopt;
        case ParamType::SOCKTUPLE:
        case ParamType::FDLIST:
        case ParamType::DYN:
            return event.has(k) ? std::nullopt : std::optional<std::string>("NULL");
        case ParamType::SOCKADDR:
        case ParamType::SIGSET:
        case ParamType::ABSTIME:
        case ParamType::RELTIME: return std::nullopt;
        default: break;
    }
    if (!event.has(k)) return "<NA>";
    switch (param.type) {
        case ParamType::CHARBUF:
        case ParamType::FSPATH:
        case ParamType::FSRELPATH: return std::string(event.text(k));
        case ParamType::MODE: return value == 0 ? "0" : "0" + printed(value, 8);
        case ParamType::UID:
        case ParamType::GID: return std::to_string(static_cast<std::int32_t>(value));
        case ParamType::INT32:
        case ParamType::INT64:
        case ParamType::UINT8:
        case ParamType::UINT16:
        case ParamType::UINT32:
        case ParamType::UINT64:
            if (param.format == NumberFormat::HEX) return printed(value, 16);
            if (param.format == NumberFormat::OCT)
                return (value != 0 ? "0" : "") + printed(value, 8);
            return decimal;
        default: return decimal;
    }
}

/// What differs, a line each; Catch's own checks would take most of the time of these tests.
class Differences {
public:
    void at(std::uint64_t number) { number_ = number; }
    void check(bool same, const std::string& what) {
        if (!same) text_ += "event " + std::to_string(number_) + ": " + what + '\n';
    }
    const std::string& text() const { return text_; }

private:
    std::uint64_t number_ = 0;
    std::string text_;
};

/// Compares "name=value(resolved) name=..." from left to right; returns how many it could compare.
std::size_t compare_params(const Event& event, const std::string& args, Differences& differences) {
    std::size_t at = 0, compared = 0;
    for (std::size_t k = 0; k < event.param_count(); ++k) {
        const std::string name = std::string(event.info().params[k].name) + "=";
        const std::size_t found = k == 0 ? 0 : args.find(" " + name, at);
        if (found == std::string::npos) {
            differences.check(k >= event.head().nslots, "has no parameter " + name);
            break;
        }
        at = found + name.size() + (k == 0 ? 0 : 1);
        const std::optional<std::string> expected = print(event, k);
        if (!expected) continue;
        const bool same = args.compare(at, expected->size(), *expected) == 0;
        differences.check(same, "expected " + name + *expected + " in " + args);
        ++compared;
    }
    return compared;
}

/// Enter events of system calls change the peer's state and are not judged; users, groups and
/// containers likewise.
bool is_judged(const ReadEvent& read) {
    const EventInfo& info = (*read).info();
    if (read.about.state_only) return false;
    if (info.enter && info.source == EventSource::SYSCALL) return false;
    return info.source != EventSource::METAEVENT || info.type == EventType::procinfo;
}

std::string type_name(const Event& event) {
    if (event.type() != EventType::generic) return std::string(event.info().name);
    const SyscallInfo* call = syscall_info(event.head().sc);
    return call == nullptr ? "unknown" : std::string(call->name);
}

std::size_t compare_event(const ReadEvent& read, const PeerEvent& peer, Differences& differences) {
    const Event event = *read;
    const auto equal = [&](const char* field, const Json& ours) {
        const Json theirs = peer[field];
        differences.check(theirs == ours, field + (": " + theirs.dump()));
    };
    differences.at(read.about.number);
    equal("evt.num", read.about.number);
    equal("evt.rawtime", event.ts_ns());
    equal("evt.type", type_name(event));
    equal("evt.dir", event.info().enter ? ">" : "<");
    equal("evt.rawres", event.has_result() ? Json(event.result()) : Json());
    if (!peer["thread.tid"].is_null()) equal("thread.tid", event.head().tid);
    if (event.type() == EventType::generic) {  // its parameters are printed one by one only
        equal("evt.arg[1]", *print(event, 1));
        return 1;
    }
    const Json args = peer["evt.args"];
    return compare_params(event, args.is_null() ? "" : args.get<std::string>(), differences);
}

/// params: how many parameters are comparable; all of them have to be.
void compare_file(const std::string& name, const std::string& suffix, std::size_t params) {
    const auto folder = captures();
    if (!folder) return;
    const ReadFile read = read_all(capture::ScapSource::open(*folder / (name + suffix)));
    REQUIRE(read.error == "");
    CHECK(read.stats().problems().empty());
    const std::vector<PeerEvent> peer = lines_of(*folder / (name + ".fields.jsonl.gz"));
    std::vector<const ReadEvent*> judged;
    for (const ReadEvent& event : read.events) {
        if (is_judged(event)) judged.push_back(&event);
    }
    REQUIRE(judged.size() == peer.size());
    std::size_t compared = 0;
    Differences differences;
    for (std::size_t k = 0; k < peer.size(); ++k)
        compared += compare_event(*judged[k], peer[k], differences);
    CHECK(differences.text() == "");
    CHECK(compared == params);
}

}  // namespace

TEST_CASE("captures of 2016 to 2019 read as the peer reads them") {
    compare_file("cat_write", ".scap", 742);
    compare_file("open-multiple-files", ".scap", 2510);
    compare_file("connect_localhost", ".scap", 749);
    compare_file("empty", ".scap", 286);
}

TEST_CASE("a capture of today reads as the peer reads it") {
    compare_file("triggers", ".scap.gz", 28948);
}

TEST_CASE("the workload capture reads to its end") {
    const auto folder = captures();
    if (!folder) return;
    const ReadFile read = read_all(capture::ScapSource::open(*folder / "workload.scap.gz"));
    CHECK(read.error == "");
    CHECK(read.events.size() == 40882);
    CHECK(read.stats().problems().empty());
    CHECK(read.events.back().about.number == 40882);
}
