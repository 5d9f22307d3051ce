// SPDX-License-Identifier: Apache-2.0
#include "engine/code_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/memory_file.hpp"

namespace sensor::engine {
namespace {

constexpr std::size_t kMostBundle = std::size_t{1} << 30;
constexpr std::uint32_t kPatienceLater = 10;  // times the limit of code that is waited for

/// A sealed copy, which nobody changes after it was checked. Its code will be executed, so only
/// root and this user may be able to write the file.
Result<Fd> copy_delivered(const std::string& path) {
    const Fd from(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat info{};
    if (!from || ::fstat(from.get(), &info) != 0) return Error(std::strerror(errno));
    if (!S_ISREG(info.st_mode)) return Error("not a regular file");
    const bool ours = info.st_uid == 0 || info.st_uid == ::geteuid();
    if (!ours || (info.st_mode & 022) != 0) return Error("other users can write it");
    SENSOR_TRY(const std::string bytes, read_all(from.get(), kMostBundle));
    SENSOR_TRY(Fd file, make_memory_file("bundle"));
    SENSOR_TRY_OK(write_all(file.get(), bytes));
    SENSOR_TRY_OK(seal(file.get()));
    return file;
}

/// Copies a good bundle into the cache; the next start takes it from there.
Result<> copy_into(const BundleCache& cache, const std::string& key, int bundle) {
    SENSOR_TRY(const std::string bytes, read_all(bundle, kMostBundle));
    SENSOR_TRY(const Fd file, cache.make_file(key));
    const Result<> written = write_all(file.get(), bytes);
    if (!written) {
        cache.discard(key);
        return written.error();
    }
    return cache.keep(key);
}

}  // namespace

CodeSource::CodeSource(const lang::Program& program, const EngineOptions& options)
    : program_(program), options_(options) {}

std::string CodeSource::request(std::uint32_t level) const {
    return eval::write_request(program_, {level, {}});
}

Result<CodeImage> CodeSource::load(int fd) const {
    SENSOR_TRY(const std::string bytes, read_all(fd, kMostBundle));
    // What a bundle judges is compared, not how it was compiled.
    SENSOR_TRY(const eval::Bundle bundle, eval::read_bundle(bytes, request(options_.level)));
    if (bundle.entries.size() != program_.conditions.size()) return Error("bundle of other rules");
    return CodeImage::map(fd, bundle);
}

Result<CodeImage> CodeSource::delivered() const {
    SENSOR_TRY(const Fd file, copy_delivered(options_.bundle));
    return load(file.get());
}

void CodeSource::open_cache() {
    if (options_.cache_dir.empty()) return;
    Result<BundleCache> opened = BundleCache::open(options_.cache_dir);
    if (opened) {
        cache_.emplace(*std::move(opened));
    } else {
        add_note(opened.error().text);
    }
}

std::optional<CodeImage> CodeSource::cached(std::uint32_t level) {
    if (!cache_) return std::nullopt;
    const Fd file = cache_->find(eval::bundle_key(request(level)));
    if (!file) return std::nullopt;
    Result<CodeImage> image = load(file.get());
    if (image) return *std::move(image);
    add_note("cached machine code is not used: " + image.error().text);
    return std::nullopt;
}

void CodeSource::store(int bundle) {
    if (!cache_) return;
    const Result<> stored = copy_into(*cache_, eval::bundle_key(request(level_)), bundle);
    if (!stored) add_note(stored.error().text);
}

Result<> CodeSource::start(std::uint32_t level, const ProcessLimits& limits) {
    SENSOR_TRY(const std::string compiler, find_compiler(options_.compiler));
    SENSOR_TRY(CompilerRun run, CompilerRun::start(compiler, request(level), limits));
    running_.emplace(std::move(run));
    level_ = level;
    return Ok{};
}

Result<CodeImage> CodeSource::take(CompilerRun run) {
    SENSOR_TRY(const Fd bundle, run.take());
    SENSOR_TRY(CodeImage image, load(bundle.get()));
    store(bundle.get());
    if (level_ != options_.level) improve();
    return image;
}

/// Quick code runs: better code is made in the background.
void CodeSource::improve() {
    const Result<> started =
        start(options_.level, {options_.memory_mb, kPatienceLater * options_.seconds, true});
    if (!started) add_note(started.error().text);
}

Result<std::optional<CodeImage>> CodeSource::first() {
    if (!options_.bundle.empty()) {
        Result<CodeImage> image = delivered();
        from_bundle_ = image.has_value();
        if (image) return std::optional(*std::move(image));
        add_note("bundle " + options_.bundle + " is not used: " + image.error().text);
    }
    open_cache();
    const std::uint32_t level = options_.patience ? 0 : options_.level;
    std::optional<CodeImage> known = cached(options_.level);
    if (!known && level != options_.level) {
        known = cached(level);
        if (known) improve();
    }
    from_cache_ = known.has_value();
    if (known) return known;
    SENSOR_TRY_OK(start(level, {options_.memory_mb, options_.seconds, false}));
    const std::chrono::milliseconds most(1000 * std::uint64_t{options_.seconds} + 1000);
    return take_within(options_.patience.value_or(most));
}

Result<std::optional<CodeImage>> CodeSource::better() {
    return take_within(std::chrono::milliseconds(0));
}

Result<std::optional<CodeImage>> CodeSource::take_within(std::chrono::milliseconds most) {
    if (!running_ || !running_->wait(most)) return std::optional<CodeImage>();
    CompilerRun ended = *std::move(running_);
    running_.reset();
    SENSOR_TRY(CodeImage image, take(std::move(ended)));
    return std::optional(std::move(image));
}

}  // namespace sensor::engine
