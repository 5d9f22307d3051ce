// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/check.hpp"
#include "engine/bundle_cache.hpp"
#include "engine/code_image.hpp"
#include "engine/compiler_process.hpp"
#include "engine/memory_file.hpp"
#include "engine/narrowing.hpp"
#include "eval/interpret.hpp"

namespace sensor::engine {
namespace {

constexpr std::size_t kMostBundle = std::size_t{1} << 30;

// The sanitizer for calls looks for its mark before the callee, which our own code does not have.
#if defined(__clang__)
[[clang::no_sanitize("function")]]
#endif
bool call_rule(eval::RuleFn rule, eval::Frame& frame) noexcept {
    return rule(&frame);
}

Result<CodeImage> load(int fd, std::string_view request, std::size_t conditions) {
    SENSOR_TRY(const std::string bytes, read_all(fd, kMostBundle));
    SENSOR_TRY(const eval::Bundle bundle, eval::read_bundle(bytes, request));
    if (bundle.entries.size() != conditions) return Error("bundle of other rules");
    return CodeImage::map(fd, bundle);
}

/// Runs the compiler into a sealed file without a name.
Result<Fd> compile_to_memory(const std::string& request, const EngineOptions& options) {
    SENSOR_TRY(const std::string compiler, find_compiler(options.compiler));
    SENSOR_TRY(Fd file, make_memory_file("bundle"));
    SENSOR_TRY_OK(
        run_compiler(compiler, request, file.get(), {options.memory_mb, options.seconds}));
    SENSOR_TRY_OK(seal(file.get()));
    return file;
}

/// Copies a good bundle into the cache; the next start takes it from there.
Result<> store(const BundleCache& cache, const std::string& key, int bundle) {
    SENSOR_TRY(const std::string bytes, read_all(bundle, kMostBundle));
    SENSOR_TRY(const Fd file, cache.make_file(key));
    const Result<> written = write_all(file.get(), bytes);
    if (!written) {
        cache.discard(key);
        return written.error();
    }
    return cache.keep(key);
}

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

}  // namespace

struct Engine::Impl {
    Impl(std::unique_ptr<eval::Runtime> made, bool narrows)
        : runtime(std::move(made)), memory(*runtime), narrowing(runtime->program(), narrows) {}

    Result<> take_native(const EngineOptions& options);
    Result<> take_delivered(const std::string& path, const std::string& request);
    void add_note(const std::string& text) { note += (note.empty() ? "" : "; ") + text; }
    bool take_cached(const BundleCache& cache, const std::string& key, const std::string& request);

    template <typename Judge>
    std::size_t run(std::span<const std::uint32_t> candidates, bool all,
                    std::span<std::uint32_t> matches, Judge judge) noexcept {
        std::size_t count = 0;
        judged += candidates.size();
        for (const std::uint32_t k : candidates) {
            if (!judge(k)) continue;
            matches[count++] = k;
            if (!all || count == matches.size()) break;
        }
        return count;
    }

    std::unique_ptr<eval::Runtime> runtime;
    eval::FrameMemory memory;
    Narrowing narrowing;
    std::optional<CodeImage> code;
    std::uint64_t judged = 0;
    bool from_cache = false;
    bool from_bundle = false;
    std::string note;
};

bool Engine::Impl::take_cached(const BundleCache& cache, const std::string& key,
                               const std::string& request) {
    const Fd file = cache.find(key);
    if (!file) return false;
    Result<CodeImage> image = load(file.get(), request, runtime->program().conditions.size());
    if (!image) {
        add_note("cached machine code is not used: " + image.error().text);
        return false;
    }
    code.emplace(*std::move(image));
    from_cache = true;
    return true;
}

Result<> Engine::Impl::take_delivered(const std::string& path, const std::string& request) {
    SENSOR_TRY(const Fd file, copy_delivered(path));
    SENSOR_TRY(CodeImage image, load(file.get(), request, runtime->program().conditions.size()));
    code.emplace(std::move(image));
    from_bundle = true;
    return Ok{};
}

Result<> Engine::Impl::take_native(const EngineOptions& options) {
    const lang::Program& program = runtime->program();
    const std::string request = eval::write_request(program, {options.level, {}});
    if (!options.bundle.empty()) {
        const Result<> taken = take_delivered(options.bundle, request);
        if (taken) return Ok{};
        add_note("bundle " + options.bundle + " is not used: " + taken.error().text);
    }
    const std::string key = eval::bundle_key(request);
    std::optional<BundleCache> cache;
    if (!options.cache_dir.empty()) {
        Result<BundleCache> opened = BundleCache::open(options.cache_dir);
        if (opened) {
            cache.emplace(*std::move(opened));
        } else {
            add_note(opened.error().text);
        }
    }
    if (cache && take_cached(*cache, key, request)) return Ok{};
    SENSOR_TRY(const Fd file, compile_to_memory(request, options));
    SENSOR_TRY(CodeImage image, load(file.get(), request, program.conditions.size()));
    code.emplace(std::move(image));
    if (cache) {
        const Result<> stored = store(*cache, key, file.get());
        if (!stored) add_note(stored.error().text);
    }
    return Ok{};
}

Engine::Engine() = default;
Engine::~Engine() = default;

std::unique_ptr<Engine> Engine::create(const lang::Program& program, const EngineOptions& options) {
    auto runtime = eval::Runtime::create(program, options.lookup);
    // The checker compiles every pattern before it lets it into a Program.
    SENSOR_CHECK(runtime.has_value());
    std::unique_ptr<Engine> engine(new Engine);
    engine->impl_ = std::make_unique<Impl>(*std::move(runtime), options.narrowing);
    if (options.native) {
        const Result<> taken = engine->impl_->take_native(options);
        if (!taken)
            engine->impl_->add_note("rules are interpreted, no machine code: " +
                                    taken.error().text);
    }
    return engine;
}

std::size_t Engine::match(const fields::Context& context, bool all,
                          std::span<std::uint32_t> matches) noexcept {
    eval::Frame& frame = impl_->memory.begin(context);
    if (matches.empty()) return 0;
    const auto candidates =
        impl_->narrowing.conditions(frame, context.facts, context.event.head().sc);
    if (impl_->code) {
        const CodeImage& code = *impl_->code;
        return impl_->run(candidates, all, matches,
                          [&](std::uint32_t k) { return call_rule(code.rule(k), frame); });
    }
    const std::vector<lang::Condition>& conditions = impl_->runtime->program().conditions;
    return impl_->run(candidates, all, matches,
                      [&](std::uint32_t k) { return eval::interpret(frame, conditions[k].root); });
}

Value Engine::term(std::uint32_t k) noexcept {
    return impl_->runtime->term(impl_->memory.frame(), k);
}
bool Engine::native() const noexcept { return impl_->code.has_value(); }
bool Engine::from_bundle() const noexcept { return impl_->from_bundle; }
bool Engine::from_cache() const noexcept { return impl_->from_cache; }
const std::string& Engine::note() const noexcept { return impl_->note; }
std::uint64_t Engine::judged() const noexcept { return impl_->judged; }
std::uint64_t Engine::code_bytes() const noexcept { return impl_->code ? impl_->code->bytes() : 0; }

}  // namespace sensor::engine
