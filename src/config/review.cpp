// SPDX-License-Identifier: Apache-2.0
#include "config/review.hpp"

#include <algorithm>

#include "config/check.hpp"
#include "config/merge.hpp"
#include "config/shape.hpp"
#include "config/values.hpp"
#include "config/yaml_tree.hpp"

namespace sensor::config {
namespace {

/// The row of an old key, or of the section it is in.
const OldKey* old_key_of(std::string_view path) {
    for (const OldKey& old : old_keys()) {
        if (path == old.path) return &old;
    }
    for (const OldKey& old : old_keys()) {
        if (path.starts_with(old.path) && path.substr(old.path.size()).starts_with('.'))
            return &old;
    }
    return nullptr;
}

/// Is it switched off, or empty?
bool asks_for_nothing(const Node& value) {
    const Node* enabled = child(value, "enabled");
    const Node& at = enabled == nullptr ? value : *enabled;
    return at.text == "false" || (at.text.empty() && at.entries.empty() && at.items.empty());
}

class Reviewer {
public:
    void map(const Node& node, const Shape& shape) {
        for (const Entry& entry : node.entries) {
            std::string path = shape.path.empty() ? entry.key : shape.path + "." + entry.key;
            const Shape* known = key_of(shape, entry.key);
            if (const OldKey* old = old_key_of(path)) {
                old_key(entry, path, *old);
            } else if (known == nullptr) {
                unknown(entry, path, shape);
            } else if (path == "plugins") {
                plugins(entry.value);
            } else if (known->key != nullptr) {
                key(entry, *known->key);
            } else {
                map(entry.value, *known);
            }
        }
    }
    std::vector<ReviewedKey> take() { return std::move(keys_); }

private:
    void add(std::string path, const Node& value, const Origin& origin, Verdict verdict,
             std::string reason) {
        keys_.push_back({std::move(path), flow_text(value), verdict, std::move(reason), origin});
    }

    void old_key(const Entry& entry, const std::string& path, const OldKey& old) {
        if (old.successor.empty() || path != old.path) {
            add(path, entry.value, entry.origin,
                asks_for_nothing(entry.value) ? Verdict::Ignored : Verdict::Unsupported,
                std::string(old.note));
        } else {
            add(path, entry.value, entry.origin, Verdict::Changed,
                format("taken as {}; write that instead", old.successor));
        }
    }

    void unknown(const Entry& entry, const std::string& path, const Shape& shape) {
        std::vector<std::string_view> names;
        for (const Shape& key : shape.keys) names.push_back(key.name);
        add(path, entry.value, entry.origin, Verdict::Unsupported,
            "there is no such key" + hint_for(entry.key, names));
    }

    void key(const Entry& entry, const Key& key) {
        const std::string& text = entry.value.text;
        Verdict verdict = Verdict::Same;
        std::string reason;
        if (key.path == "load_plugins") return loaded(entry, key);
        if (key.path == "engine.kind" &&
            (text == key.fallback || text == "replay" || text == "nodriver"))
            return add(std::string(key.path), entry.value, entry.origin, verdict, reason);
        if (key.standing == Standing::Changed) verdict = Verdict::Changed;
        if (key.standing == Standing::Absent)
            verdict = is_usual(key, entry.value) ? Verdict::Ignored : Verdict::Unsupported;
        if (key.standing == Standing::Old) {
            verdict = Verdict::Changed;
            reason = "write instead: ";
        }
        if (key.standing != Standing::Default) reason += key.note;
        add(std::string(key.path), entry.value, entry.origin, verdict, std::move(reason));
    }

    void loaded(const Entry& entry, const Key& key) {
        const auto& items = entry.value.items;
        const bool foreign = std::any_of(items.begin(), items.end(),
                                         [](const Node& item) { return item.text != "container"; });
        add(std::string(key.path), entry.value, entry.origin,
            foreign ? Verdict::Unsupported : Verdict::Same, foreign ? std::string(key.note) : "");
    }

    void plugins(const Node& list) {
        for (std::size_t k = 0; k < list.items.size(); ++k) {
            const Node* name = child(list.items[k], "name");
            const std::string text = name == nullptr ? "?" : name->text;
            const bool own = text == "container";
            add(format("plugins[{}] ({})", k, text), list.items[k], list.items[k].origin,
                own ? Verdict::Same : Verdict::Unsupported,
                own ? "" : "it is not available: its rules and sources stay inactive");
        }
    }

    std::vector<ReviewedKey> keys_;
};

}  // namespace

std::string_view to_text(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::Same: return "same";
        case Verdict::Changed: return "changed";
        case Verdict::Ignored: return "ignored";
        case Verdict::Unsupported: return "unsupported";
    }
    return "";
}

Result<std::vector<ReviewedKey>> review(const std::string& path) {
    try {
        Config config;
        const Node root = merge_settings(path, {}, config);
        Reviewer reviewer;
        reviewer.map(root, make_shape());
        return reviewer.take();
    } catch (const BadSetting& bad) {
        return Error(bad.text);
    }
}

}  // namespace sensor::config
