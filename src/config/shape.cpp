// SPDX-License-Identifier: Apache-2.0
#include "config/shape.hpp"

#include <algorithm>

namespace sensor::config {
namespace {

Shape& add_step(std::vector<Shape>& to, const Shape& parent, std::string_view name) {
    for (Shape& shape : to) {
        if (shape.name == name) return shape;
    }
    Shape& made = to.emplace_back();
    made.path = parent.path;
    if (name.empty()) {
        made.path += "[]";
    } else {
        made.path += (parent.path.empty() ? "" : ".") + std::string(name);
    }
    made.name = name;
    return made;
}

/// The shape at a path of the table, made if need be. `path` must outlive it.
Shape& shape_at(Shape& root, std::string_view path) {
    Shape* at = &root;
    while (!path.empty()) {
        const std::size_t dot = path.find('.');
        std::string_view name = path.substr(0, dot);
        path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
        const bool entry = name.ends_with("[]");
        if (entry) name.remove_suffix(2);
        at = &add_step(at->keys, *at, name);
        if (entry) at = &add_step(at->item, *at, {});
    }
    return *at;
}

}  // namespace

Shape make_shape() {
    Shape root;
    for (const Key& key : keys()) shape_at(root, key.path).key = &key;
    for (const Section& section : sections()) shape_at(root, section.path).section = &section;
    return root;
}

const Shape* key_of(const Shape& map, std::string_view name) noexcept {
    const auto found = std::find_if(map.keys.begin(), map.keys.end(),
                                    [&](const Shape& shape) { return shape.name == name; });
    return found == map.keys.end() ? nullptr : &*found;
}

bool is_current(const Shape& shape) noexcept {
    if (shape.key != nullptr) return shape.key->standing != Standing::Old;
    return std::any_of(shape.keys.begin(), shape.keys.end(), is_current);
}

}  // namespace sensor::config
