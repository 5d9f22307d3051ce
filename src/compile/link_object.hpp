// SPDX-License-Identifier: Apache-2.0
// link_object: one relocatable ELF object to one position independent image: read-only sections
// laid out behind each other, every relocation resolved. Nothing is looked up outside the object.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sensor::compile {

struct LinkedImage {
    std::string bytes;                             ///< to be mapped at any multiple of 4096
    std::map<std::string, std::uint32_t> symbols;  ///< global functions: offset into bytes
};

/// fails: Error for anything but x86-64 and AArch64 objects, for writable sections, undefined
///        symbols, unknown relocations and values out of range
Result<LinkedImage> link_object(std::string_view object);

}  // namespace sensor::compile
