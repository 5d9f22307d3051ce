// SPDX-License-Identifier: Apache-2.0
// CodeSource: where an engine's machine code comes from: a delivered bundle, the cache, or the
// compiler. To who does not want to wait it gives what was compiled quickly, and better code later.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "engine/bundle_cache.hpp"
#include "engine/code_image.hpp"
#include "engine/compiler_process.hpp"
#include "engine/engine.hpp"

namespace sensor::engine {

class CodeSource {
public:
    /// The program is borrowed.
    CodeSource(const lang::Program& program, const EngineOptions& options);

    /// Code to begin with; none if the compiler takes longer than it is waited for.
    /// fails: Error if there will be none
    Result<std::optional<CodeImage>> first();
    /// Code that was made since, better than what was there.
    /// cost:  a few system calls while a compiler runs, else a load
    /// fails: Error if what was expected will not come; once
    Result<std::optional<CodeImage>> better();

    bool is_compiling() const noexcept { return running_.has_value(); }
    bool from_cache() const noexcept { return from_cache_; }
    bool from_bundle() const noexcept { return from_bundle_; }
    /// Why the delivered bundle or the cache is not used; else "".
    const std::string& note() const noexcept { return note_; }

private:
    Result<CodeImage> load(int fd) const;
    Result<CodeImage> delivered() const;
    std::optional<CodeImage> cached(std::uint32_t level);
    Result<> start(std::uint32_t level, const ProcessLimits& limits);
    Result<CodeImage> take(CompilerRun run);
    Result<std::optional<CodeImage>> take_within(std::chrono::milliseconds most);
    void open_cache();
    void store(int bundle);
    void improve();
    void add_note(const std::string& text) { note_ += (note_.empty() ? "" : "; ") + text; }
    /// Not kept: as large as the rules, and wanted a few times at the start only.
    std::string request(std::uint32_t level) const;

    const lang::Program& program_;
    const EngineOptions options_;
    std::optional<BundleCache> cache_;
    std::optional<CompilerRun> running_;
    std::uint32_t level_ = 0;  // of what runs
    bool from_cache_ = false, from_bundle_ = false;
    std::string note_;
};

}  // namespace sensor::engine
