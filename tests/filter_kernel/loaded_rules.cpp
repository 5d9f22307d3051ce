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
    for (const filter::KernelImage::Row& row : image.rows)
        made.rows.push_back({row.event, row.interests, row.name, row.real, row.slashes,
                             row.by_process, row.judged});
    for (const auto& [event, text] : image.texts)
        made.texts.push_back({event, static_cast<std::uint8_t>(text.kind), text.text});
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
