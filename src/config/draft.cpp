// SPDX-License-Identifier: Apache-2.0
// The table's rows, each read into its member.
#include "config/draft.hpp"

#include <type_traits>

#include "config/key_table.hpp"
#include "config/values.hpp"

namespace sensor::config {
namespace {

void note_standing(const Key& key, const Node& node, std::vector<Note>& notes) {
    const std::string place = to_text(node.origin);
    if (key.standing == Standing::Old) {
        notes.push_back({Note::Kind::Old, format("{}: {} is a key of older versions; it works, but "
                                                 "use instead: {}",
                                                 place, key.path, key.note)});
    }
    if (key.standing == Standing::Absent && !is_usual(key, node)) {
        notes.push_back(
            {Note::Kind::Absent, format("{}: {} has no effect: {}", place, key.path, key.note)});
    }
}

template <typename T>
void read_key(const Key& key, const Node& root, T& into, std::vector<Note>& notes) {
    if (const Node* node = at(root, key.path)) {
        read_value(key, *node, into);
        note_standing(key, *node, notes);
    } else {
        read_value(key, fallback_of(key), into);
    }
}

template <typename T>
std::string member_text(const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
        return value;
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        std::string text;
        for (const std::string& item : value) text += item + ",";
        return text;
    } else if constexpr (std::is_arithmetic_v<T>) {
        return format("{}", value);
    } else {
        return format("{} entries", value.size());
    }
}

}  // namespace

#define LIST(path, type, fallback, shipped, standing, meaning, note) STEP
#define ITEM(path, type, limits, standing, meaning) STEP
#define SECTION(path, required, meaning)
#define MOVED(path, successor, since, note)
#define DEAD(path, since, note)

void read_keys(const Node& root, Draft& draft) {
    const Key* key = keys().data();
#define STEP ++key;
#define KEY(path, type, fallback, shipped, limits, member, standing, meaning, note) \
    read_key(*key++, root, draft.member, draft.c.notes);
#include "../../grammar/config.def"
#undef KEY
#undef STEP
}

std::vector<std::string> member_texts(const Draft& draft) {
    std::vector<std::string> texts;
#define STEP
#define KEY(path, type, fallback, shipped, limits, member, standing, meaning, note) \
    texts.push_back(format("{} {}", path, member_text(draft.member)));
#include "../../grammar/config.def"
#undef KEY
    return texts;
}

#undef STEP
#undef LIST
#undef ITEM
#undef SECTION
#undef MOVED
#undef DEAD

}  // namespace sensor::config
