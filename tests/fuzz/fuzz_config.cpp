// SPDX-License-Identifier: Apache-2.0
// Any text as a configuration, its last line as an option: refused with a place, or loaded, and
// what is printed of it loads as the same.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "config/config.hpp"
#include "config/print.hpp"

namespace {

/// Values without origins; bytes that are no UTF-8 come back as another character.
std::string values_of(const sensor::config::Config& config) {
    return print_json(config)["config"].dump(0, ' ', false,
                                             nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sensor::config;
    std::string text(reinterpret_cast<const char*>(data), size);
    std::vector<std::string> options;
    if (const std::size_t cut = text.rfind("\n-o "); cut != std::string::npos) {
        options.emplace_back(text.substr(cut + 4).c_str());  // no option holds a NUL
        text.resize(cut + 1);
    }
    const auto once = load_config_text("f.yaml", text, options);
    if (!once) {
        if (once.error().text.empty()) std::abort();
        return 0;
    }
    (void)check_strict(*once);
    const auto twice = load_config_text("f.yaml", print_text(*once), {});
    if (!twice || values_of(*twice) != values_of(*once)) std::abort();
    return 0;
}
