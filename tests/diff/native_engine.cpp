// SPDX-License-Identifier: Apache-2.0
#include "tests/diff/native_engine.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/check.hpp"
#include "compile/compile.hpp"
#include "eval/interpret.hpp"

namespace sensor::testing {

std::unique_ptr<engine::Engine> native_engine(const lang::Program& program, std::uint32_t level,
                                              eval::Lookup lookup) {
    std::string folder = (std::filesystem::temp_directory_path() / "bundles-XXXXXX").string();
    SENSOR_CHECK(::mkdtemp(folder.data()) != nullptr);
    const std::string request = eval::write_request(program, {level, {}});
    const Result<std::string> bundle = compile::compile_bundle(request);
    if (!bundle) std::fprintf(stderr, "%s\n", bundle.error().text.c_str());
    SENSOR_CHECK(bundle.has_value());
    std::ofstream(folder + "/" + eval::bundle_key(request) + ".bundle", std::ios::binary)
        << *bundle;
    engine::EngineOptions options;
    options.compiler = "/nonexistent";
    options.cache_dir = folder;
    options.level = level;
    options.lookup = lookup;
    std::unique_ptr<engine::Engine> made = engine::Engine::create(program, options);
    if (!made->native()) std::fprintf(stderr, "%s\n", made->note().c_str());
    SENSOR_CHECK(made->native() && made->from_cache());
    std::filesystem::remove_all(folder);
    return made;
}

std::vector<std::uint32_t> interpreted(eval::FrameMemory& memory, const lang::Program& program,
                                       const fields::Context& context) {
    if (context.arena != nullptr) context.arena->reset();
    eval::Frame& frame = memory.begin(context);
    std::vector<std::uint32_t> held;
    for (std::uint32_t k = 0; k < program.conditions.size(); ++k) {
        if (eval::interpret(frame, program.conditions[k].root)) held.push_back(k);
    }
    return held;
}

std::vector<std::uint32_t> matched(engine::Engine& engine, const lang::Program& program,
                                   const fields::Context& context) {
    if (context.arena != nullptr) context.arena->reset();
    std::vector<std::uint32_t> held(program.conditions.size());
    held.resize(engine.match(context, true, held));
    return held;
}

}  // namespace sensor::testing
