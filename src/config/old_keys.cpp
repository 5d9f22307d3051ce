// SPDX-License-Identifier: Apache-2.0
#include "config/old_keys.hpp"

#include "base/log.hpp"
#include "config/key_table.hpp"

namespace sensor::config {
namespace {

void move_key(Node& root, const OldKey& old, const Entry& found, std::vector<Note>& notes) {
    const bool both = at(root, old.successor) != nullptr;
    if (both && old.successor == "rules_files")
        refuse(found.origin, "rules_file and rules_files are both set; only rules_files is needed");
    notes.push_back({Note::Kind::Old,
                     format("{}: {} was renamed in {}: {} {}", to_text(found.origin), old.path,
                            old.since, both ? "it is not used beside" : "use", old.successor)});
    Node value = found.value;
    take_out(root, old.path);
    if (!both) put(root, old.successor, std::move(value));
}

}  // namespace

void replace_old_keys(Node& root, std::vector<Note>& notes) {
    for (const OldKey& old : old_keys()) {
        const Entry* found = entry_at(root, old.path);
        if (found == nullptr) continue;
        if (old.successor.empty()) {
            notes.push_back(
                {Note::Kind::Old, format("{}: {} is gone since {}: {}", to_text(found->origin),
                                         old.path, old.since, old.note)});
            take_out(root, old.path);
        } else {
            move_key(root, old, *found, notes);
        }
    }
}

}  // namespace sensor::config
