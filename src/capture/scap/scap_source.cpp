// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/scap_source.hpp"

#include <utility>

namespace sensor::capture {
namespace {

// So many events a call: the caller looks at its signals in between.
constexpr std::size_t kBatch = 512;

}  // namespace

Result<std::unique_ptr<ScapSource>> ScapSource::open(const std::string& path) {
    SENSOR_TRY(auto bytes, scap::open_bytes(path));
    return read(std::move(bytes), path == "-" ? "standard input" : path);
}

Result<std::unique_ptr<ScapSource>> ScapSource::read(std::unique_ptr<scap::ByteStream> bytes,
                                                     std::string name) {
    auto plain = scap::unpacked(std::move(bytes));
    if (!plain) return Error(name + ": " + plain.error().text, plain.error().code);
    std::unique_ptr<ScapSource> source(new ScapSource(*std::move(plain), std::move(name)));
    SENSOR_TRY_OK(source->reader_.start());
    return source;
}

Result<std::size_t> ScapSource::poll(const RecordFn& on_record, int timeout_ms) {
    using Next = scap::Reader::Next;
    std::size_t count = 0;
    while (count < kBatch && !ended_) {
        switch (reader_.next(count == 0 ? timeout_ms : 0)) {
            case Next::Record:
                on_record(reader_.record());
                ++count;
                break;
            case Next::Section: ++section_; return count;
            case Next::Later: return count;
            case Next::End: ended_ = true; break;
            case Next::Failed:
                if (count > 0) return count;  // the error is still there at the next call
                return reader_.error();
        }
    }
    return count;
}

SourceStats ScapSource::stats() const {
    SourceStats stats;
    stats.delivered = reader_.stats().delivered;
    stats.attempted = reader_.stats().events;
    return stats;
}

}  // namespace sensor::capture
