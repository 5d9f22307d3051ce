// SPDX-License-Identifier: Apache-2.0
// Any text as a configuration, its last line as an option: refused with a place, or loaded, and
// what is printed of it loads as the same.
#include <cstdint>
#include <cstdlib>

#include "config/config.hpp"
#include "config/print.hpp"

namespace {

std::string values_of(const sensor::config::Config& config) {
    const std::string text = print_text(config);
    std::string values;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        const std::string line = text.substr(at, end - at);
        values += line.substr(0, line.rfind("  # ")) + "\n";
        at = end + 1;
    }
    return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sensor::config;
    std::string text(reinterpret_cast<const char*>(data), size);
    std::vector<std::string> options;
    if (const std::size_t cut = text.rfind("\n-o "); cut != std::string::npos) {
        options.push_back(text.substr(cut + 4));
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
