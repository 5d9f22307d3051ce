// SPDX-License-Identifier: Apache-2.0
// falco-ebpf: the sensor. Print-only options are answered here; everything else is sensor.cpp.
#include <malloc.h>
#include <unistd.h>

#include <cstdio>

#include "app/list.hpp"
#include "app/options.hpp"
#include "app/sensor.hpp"
#include "base/log.hpp"

namespace {

using namespace sensor;

int print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
}

int print_fields(const app::Options& options) {
    const Result<std::string> text =
        app::fields_text(options.list_source, options.list_names_only, options.verbose);
    if (text.has_value()) return print(*text);
    std::fprintf(stderr, "Error: %s\n", text.error().text.c_str());
    return 1;
}

/// What the start takes and gives back is to go back to the system, whichever thread had it: the C
/// library would keep it for allocations as large, which never come again.
void give_memory_back() {
    constexpr int kLarge = 256 << 10;
    mallopt(M_MMAP_THRESHOLD, kLarge);
    mallopt(M_TRIM_THRESHOLD, kLarge);
}

}  // namespace

int main(int argc, char** argv) {
    give_memory_back();
    const app::ParsedOptions parsed = app::parse_options(argc, argv);
    if (!parsed.options) {
        std::fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
        return parsed.exit_code;
    }
    const app::Options& options = *parsed.options;
    if (options.list_ignored) return print(app::ignored_text());
    if (options.list_events) return print(app::events_text());
    if (options.show_version) return print(app::version_text());
    if (options.page_size)
        return print(format("Your system page size is: {} bytes\n", ::sysconf(_SC_PAGESIZE)));
    if (options.list_fields) return print_fields(options);

    const Result<> result = app::run(options);
    if (result.has_value()) return 0;
    std::fprintf(stderr, "Error: %s\n", result.error().text.c_str());
    return 1;
}
