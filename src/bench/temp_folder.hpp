// SPDX-License-Identifier: Apache-2.0
// TempFolder: a folder of its own, removed with all that is in it.
#pragma once

#include <string>

namespace sensor::bench {

class TempFolder {
public:
    TempFolder();
    ~TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    /// Empty if it could not be made.
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace sensor::bench
