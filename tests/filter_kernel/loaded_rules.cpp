// SPDX-License-Identifier: Apache-2.0
#include "tests/filter_kernel/loaded_rules.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::testing {

LoadedRules::LoadedRules(const std::vector<std::string>& conditions, bool compiled) {
    engine::EngineOptions options;
    options.compiler = SENSOR_RULEC;
    options.native = compiled;
    engine = engine::Engine::create(program_of(conditions), options);
    INFO(engine->note());
    REQUIRE(engine->native() == compiled);
    image = engine->kernel_image();
    REQUIRE(image.objects.empty() != compiled);
}

capture::KernelFilter LoadedRules::filter() const {
    capture::KernelFilter made;
    made.rows = image.rows;
    made.texts = image.texts;
    if (!image.objects.empty()) made.object = image.objects.front();
    return made;
}

void LoadedRules::narrow(capture::KernelSource& source) const {
    auto loaded = source.load(filter());
    INFO((loaded ? std::string() : loaded.error().text));
    REQUIRE(loaded);
    REQUIRE(source.narrow(*std::move(loaded)));
}

}  // namespace sensor::testing
