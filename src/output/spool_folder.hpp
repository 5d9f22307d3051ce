// SPDX-License-Identifier: Apache-2.0
// SpoolFolder: the files of one channel's spool: found, checked for owner, mode and kind, opened,
// moved aside, removed. What is in them is the spool's matter. Only one process uses a folder.
//
//   FOLDER/CHANNEL/lock       held while the folder is used
//   FOLDER/CHANNEL/position   number of the next line to deliver
//   FOLDER/CHANNEL/NUMBER.spool  lines from that number on; 20 digits
//   FOLDER/CHANNEL/NUMBER.damaged  read as far as it went, kept for a look
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor::output {

class SpoolFolder {
public:
    struct File {
        std::uint64_t first = 0;  ///< number of its first line
        std::uint64_t bytes = 0;
    };

    /// Opens FOLDER/CHANNEL. make: creates what is missing, readable by the owner only
    /// fails: Error with code ENOENT if there is none; if another user could write there;
    /// EWOULDBLOCK if another process holds it
    static Result<SpoolFolder> open(const std::string& folder, std::string_view channel, bool make);

    /// The spool files in their order. What has such a name but is no file of ours is moved aside,
    /// which the log tells. Counts what lies aside.
    Result<std::vector<File>> list();

    Result<Fd> create(std::uint64_t first) const;
    /// Whole content. fails: also if it is larger than any spool file, or not ours
    Result<std::string> read(std::uint64_t first) const;
    Result<> rename(std::uint64_t from, std::uint64_t to) const;
    void remove(std::uint64_t first) const;
    /// Keeps it under another name; the oldest of many such files goes.
    void set_aside(std::uint64_t first);
    std::uint64_t aside_bytes() const { return aside_bytes_; }

    std::optional<std::uint64_t> position() const;
    Result<> set_position(std::uint64_t number);

    const std::string& path() const { return path_; }

private:
    Result<> take_lock();
    void count_aside();

    std::string path_;
    Fd folder_, lock_, position_;
    std::uint64_t aside_bytes_ = 0;
};

}  // namespace sensor::output
