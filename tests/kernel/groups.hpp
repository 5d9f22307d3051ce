// SPDX-License-Identifier: Apache-2.0
// Control groups of a test's own.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace kernel_test {

/// A group in a hierarchy that can be written, removed again.
struct Group {
    std::string path;
    explicit Group(const std::string& root) {
        const std::string name = root + "/sensor_kernel_test_" + std::to_string(::getpid());
        if (::mkdir(name.c_str(), 0755) == 0) path = name;
    }
    ~Group() {
        if (!path.empty()) ::rmdir(path.c_str());
    }
    bool join() const {
        std::ofstream file(path + "/cgroup.procs");
        file << "0" << std::flush;
        return static_cast<bool>(file);
    }
};

/// Where the first hierarchy of that type with that option is. out: empty: nowhere
inline std::string mounted(const char* type, const char* option) {
    std::ifstream file("/proc/self/mounts");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string device, folder, kind, options;
        words >> device >> folder >> kind >> options;
        if (kind == type && ("," + options + ",").find(option) != std::string::npos) return folder;
    }
    return {};
}

}  // namespace kernel_test
