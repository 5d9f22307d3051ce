// SPDX-License-Identifier: Apache-2.0
// The table of keys as a tree: which keys a map takes, what an entry of a list is. Made by those
// who walk settings (check.cpp, print.cpp, schema.cpp); cheap, so nobody keeps it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/key_table.hpp"

namespace sensor::config {

struct Shape {
    std::string path;          ///< "" is the whole configuration; [] an entry of a list
    std::string_view name;     ///< its last part; of an entry of a list: empty
    const Key* key = nullptr;  ///< none: a map and nothing else
    const Section* section = nullptr;
    std::vector<Shape> keys;  ///< of a map, in the order of the table
    std::vector<Shape> item;  ///< of a list: what its entries are, one or none
};

Shape make_shape();

const Shape* key_of(const Shape& map, std::string_view name) noexcept;

/// Is there something about it that is of today? Old sections have only Old keys.
bool is_current(const Shape& shape) noexcept;

}  // namespace sensor::config
