// SPDX-License-Identifier: Apache-2.0
#include "bench/tree.hpp"

#include <filesystem>

namespace sensor::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kTreeDepth = 4;  // build/release/bin and one more

}  // namespace

std::string own_folder() {
    std::error_code error;
    return fs::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::string in_tree(const char* name) {
    std::error_code error;
    fs::path folder = own_folder();
    for (int i = 0; i < kTreeDepth; ++i) {
        if (fs::exists(folder / name, error)) return (folder / name).string();
        folder = folder.parent_path();
    }
    return {};
}

}  // namespace sensor::bench
