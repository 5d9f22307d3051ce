// SPDX-License-Identifier: Apache-2.0
// Reads a whole capture for the tests of this folder: every record, what came beside it, and how
// reading ended.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capture/scap/scap_source.hpp"
#include "event/event.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scap_writer.hpp"

namespace sensor::testing {

struct ReadEvent {
    std::vector<std::uint64_t> words;
    capture::ScapEvent about;

    Event event() const {
        const Event seen = Event::view(
            {reinterpret_cast<const std::byte*>(words.data()), words.size() * sizeof words[0]});
        SENSOR_CHECK(seen.valid());
        return seen;
    }
    const Event operator*() const { return event(); }
};

struct ReadFile {
    std::unique_ptr<capture::ScapSource> source;  ///< null: not opened
    std::vector<ReadEvent> events;
    std::vector<std::size_t> sections;  ///< how many events were read when a section began
    std::string error;                  ///< of opening or reading; empty: read to the end

    const capture::ScapStats& stats() const { return source->scap_stats(); }
    const CaptureTables& tables() const { return source->tables(); }
};

inline ReadFile read_all(Result<std::unique_ptr<capture::ScapSource>> opened) {
    ReadFile out;
    if (!opened) {
        out.error = opened.error().text;
        return out;
    }
    out.source = *std::move(opened);
    capture::ScapSource& source = *out.source;
    const auto keep = [&](std::span<const std::byte> record) {
        ReadEvent& kept = out.events.emplace_back();
        kept.words.resize((record.size() + 7) / 8);
        std::memcpy(kept.words.data(), record.data(), record.size());
        kept.about = source.event();
    };
    std::uint64_t section = source.section();
    while (!source.ended()) {
        const Result<std::size_t> got = source.poll(keep, 0);
        if (!got) {
            out.error = got.error().text;
            CHECK_FALSE(source.poll(keep, 0));  // it stays so
            break;
        }
        if (source.section() != section) out.sections.push_back(out.events.size());
        section = source.section();
    }
    return out;
}

/// piece: bytes a read gives at most, 0: all.
inline ReadFile read_bytes(std::string bytes, std::size_t piece = 0) {
    return read_all(
        capture::ScapSource::read(capture::scap::memory_bytes(std::move(bytes), piece), "test"));
}

/// Empty if `text` has all the parts, else what is missing, for CHECK(missing(...) == "").
inline std::string missing(const std::string& text, std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) {
        if (text.find(part) == std::string::npos)
            return "no '" + std::string(part) + "' in '" + text + "'";
    }
    return {};
}

inline std::string i64(std::int64_t value) { return raw(value); }
inline std::string u32(std::uint32_t value) { return raw(value); }

}  // namespace sensor::testing
