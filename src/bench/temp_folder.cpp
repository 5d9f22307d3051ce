// SPDX-License-Identifier: Apache-2.0
#include "bench/temp_folder.hpp"

#include <cstdlib>
#include <filesystem>

namespace sensor::bench {

namespace fs = std::filesystem;

TempFolder::TempFolder() {
    std::error_code error;
    fs::path parent = fs::temp_directory_path(error);
    if (error) parent = "/tmp";
    std::string path = (parent / "falco-bench-XXXXXX").string();
    if (mkdtemp(path.data()) != nullptr) path_ = path;
}

TempFolder::~TempFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace sensor::bench
