// SPDX-License-Identifier: Apache-2.0
#include "config/key_table.hpp"

#include <charconv>
#include <limits>

namespace sensor::config {
namespace {

// Words of the table. NOLINTBEGIN(readability-identifier-naming)
constexpr std::string_view SAME{};
constexpr std::string_view NONE{};
// NOLINTEND(readability-identifier-naming)

constexpr Key kKeys[] = {
#define KEY(path, type, fallback, shipped, limits, member, standing, meaning, note) \
    {path, Type::type, fallback, shipped, limits, Standing::standing, meaning, note},
#define LIST(path, type, fallback, shipped, standing, meaning, note) \
    {path, Type::type, fallback, shipped, "", Standing::standing, meaning, note},
#define ITEM(path, type, limits, standing, meaning) \
    {path, Type::type, "", SAME, limits, Standing::standing, meaning, ""},
#define SECTION(path, required, meaning)
#define MOVED(path, successor, since, note)
#define DEAD(path, since, note)
#include "../../grammar/config.def"
#undef KEY
#undef LIST
#undef ITEM
#undef SECTION
#undef MOVED
#undef DEAD
};

constexpr Section kSections[] = {
#define KEY(path, type, fallback, shipped, limits, member, standing, meaning, note)
#define LIST(path, type, fallback, shipped, standing, meaning, note)
#define ITEM(path, type, limits, standing, meaning)
#define SECTION(path, required, meaning) {path, required, meaning},
#define MOVED(path, successor, since, note)
#define DEAD(path, since, note)
#include "../../grammar/config.def"
#undef SECTION
#undef MOVED
#undef DEAD
};

constexpr OldKey kOldKeys[] = {
#define SECTION(path, required, meaning)
#define MOVED(path, successor, since, note) {path, successor, since, note},
#define DEAD(path, since, note) {path, "", since, note},
#include "../../grammar/config.def"
#undef KEY
#undef LIST
#undef ITEM
#undef SECTION
#undef MOVED
#undef DEAD
};

constexpr bool has_duplicate() {
    for (std::size_t k = 0; k < std::size(kKeys); ++k) {
        for (std::size_t other = 0; other < k; ++other) {
            if (kKeys[k].path == kKeys[other].path) return true;
        }
    }
    return false;
}
static_assert(!has_duplicate(), "grammar/config.def has a key twice");

double number_or(std::string_view text, double otherwise) noexcept {
    double value = 0;
    const char* last = text.data() + text.size();
    return !text.empty() && std::from_chars(text.data(), last, value).ec == std::errc{} ? value
                                                                                        : otherwise;
}

}  // namespace

std::span<const Key> keys() noexcept { return kKeys; }
std::span<const Section> sections() noexcept { return kSections; }
std::span<const OldKey> old_keys() noexcept { return kOldKeys; }

Range range_of(const Key& key) noexcept {
    constexpr double kNone = std::numeric_limits<double>::max();
    const std::size_t dots = key.limits.find("..");
    if (dots == std::string_view::npos) return {0, kNone, false};
    const std::string_view most = key.limits.substr(dots + 2);
    return {number_or(key.limits.substr(0, dots), 0), number_or(most, kNone), !most.empty()};
}

Words words_of(const Key& key) {
    Words found;
    const std::size_t equals = key.limits.find('=');
    found.noun = key.limits.substr(0, equals);
    std::string_view rest = key.limits.substr(equals + 1);
    while (!rest.empty()) {
        const std::size_t bar = rest.find('|');
        found.words.push_back(rest.substr(0, bar));
        rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
    }
    return found;
}

}  // namespace sensor::config
