// SPDX-License-Identifier: Apache-2.0
// FakeHost: a folder that stands for a host's root, with a /proc of processes that a test makes up.
#pragma once

#include <fstream>
#include <string>

#include "stand_in.hpp"

namespace sensor::runtimes::test {

/// A host's root with a /proc of these processes.
class FakeHost {
public:
    void file(const std::string& path, const std::string& text) {
        const std::filesystem::path full(root_ / path);
        std::filesystem::create_directories(full.parent_path());
        std::ofstream(full, std::ios::binary) << text;
    }
    void process(int pid, int parent, const std::string& name, const std::string& group,
                 const std::string& capabilities = "00000000800405fb", int uid = 5) {
        const std::string folder = "proc/" + std::to_string(pid) + "/";
        file(folder + "status", "Name:\t" + name + "\nPPid:\t" + std::to_string(parent) +
                                    "\nUid:\t" + std::to_string(uid) + "\t5\t5\t5\nCapEff:\t" +
                                    capabilities + "\nSeccomp:\t0\n");
        file(folder + "cgroup", "1:cpu:" + group + "\n0::/\n");
        for (const char* kind : {"pid", "net", "ipc"}) file(folder + "ns/" + kind, "");
    }
    /// The namespace of `pid` is that of process 1.
    void share(int pid, const std::string& kind) {
        const std::string path = root_ / ("proc/" + std::to_string(pid) + "/ns/" + kind);
        std::filesystem::remove(path);
        std::filesystem::create_hard_link(root_ / ("proc/1/ns/" + kind), path);
    }
    const std::string& root() const { return root_.path(); }
    std::string operator/(const std::string& path) const { return root_ / path; }

private:
    TempFolder root_;
};

}  // namespace sensor::runtimes::test
