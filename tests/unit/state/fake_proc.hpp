// SPDX-License-Identifier: Apache-2.0
// A /proc that says what a test wants it to say.
#pragma once

#include <map>
#include <set>

#include "state/procfs.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {

class FakeProc final : public state::ProcReader {
public:
    std::map<std::uint32_t, state::ProcInfo> infos;
    std::set<std::uint32_t> gone;  ///< no thread of theirs is left
    std::map<std::uint32_t, std::vector<state::ProcFile>> open_files;
    int reads = 0;

    bool read(std::uint32_t tgid, state::ProcInfo& out) override {
        ++reads;
        const auto found = infos.find(tgid);
        if (found == infos.end()) return false;
        out = found->second;
        return true;
    }
    std::string read_cwd(std::uint32_t tgid) override {
        return infos.count(tgid) != 0 ? infos[tgid].cwd : std::string();
    }
    bool read_ids(std::uint32_t tgid, std::uint32_t& uid, std::uint32_t& gid) override {
        if (infos.count(tgid) == 0) return false;
        uid = infos[tgid].uid;
        gid = infos[tgid].gid;
        return true;
    }
    std::string read_fd_link(std::uint32_t, std::int64_t) override { return {}; }
    std::vector<state::ProcFile> files(std::uint32_t tgid, std::int64_t last_fd) override {
        std::vector<state::ProcFile> some;
        for (const state::ProcFile& file : open_files[tgid]) {
            if (file.object.fd <= last_fd) some.push_back(file);
        }
        return some;
    }
    std::vector<std::uint32_t> processes() override {
        std::vector<std::uint32_t> all;
        for (const auto& [tgid, info] : infos) all.push_back(tgid);
        return all;
    }
    std::vector<std::uint32_t> threads(std::uint32_t tgid) override { return {tgid, tgid + 1000}; }
    std::string read_thread_comm(std::uint32_t tgid, std::uint32_t) override {
        return gone.count(tgid) != 0 ? std::string() : std::string("worker");
    }
};

inline state::ProcInfo info_of(std::string comm, std::uint32_t ppid) {
    state::ProcInfo info;
    info.comm = comm;
    info.exe = "/bin/" + comm;
    info.exepath = "/usr/bin/" + comm;
    info.args = block({"-x"});
    info.cwd = "/srv";
    info.ppid = ppid;
    info.uid = 33;
    info.start_ns = 5'000'000'000;
    return info;
}

}  // namespace sensor::testing
