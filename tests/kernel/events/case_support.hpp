// SPDX-License-Identifier: Apache-2.0
// What cases share: a folder of their own, what the kernel says of a process, encodings of
// captures.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>

#include "event_case.hpp"

namespace kernel_test {

inline constexpr std::int64_t kAnyNumber = std::numeric_limits<std::int64_t>::max();

/// A folder under /tmp. Another process removes it, so that no removal is the last call of the
/// case.
class Folder {
public:
    Folder();
    ~Folder();
    const std::string& path() const { return path_; }
    std::string file(const char* name) const { return path_ + "/" + name; }
    /// A descriptor of the folder.
    int open() const;
    /// Makes a file. out: a descriptor to read and write it, at its start
    int make(const char* name, std::string_view content = {}) const;
    /// The flag that opens of new files have here because the folder is on an overlay, else 0.
    int layer() const;

private:
    std::string path_;
};

/// Parameters dev and ino of the file behind a descriptor.
void expect_file(Expect& expect, int fd);
/// A parameter that has the number of a process in the machine's first PID namespace.
void expect_host_number(Expect& expect, const char* param, pid_t number);
bool in_first_pid_namespace();
/// What this process has mapped, KiB.
std::int64_t memory_kib();
/// No more of it can be in memory or swapped out.
std::int64_t most_resident_kib();
/// Parameters vm_size, vm_rss and vm_swap of an event that has just happened in this process.
void expect_memory(Expect& expect);

/// Word `field` (counted from 1 as in proc(5)) of the stat file of a process under /proc.
std::int64_t stat_field(const char* process, int field);

/// A value's bytes as they stand in memory.
template <typename T>
std::string bytes_of(const T& value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

/// A value of dynamic type: the index of its type, then the value.
template <typename T>
std::string dynamic(char type, const T& value) {
    return type + bytes_of(value);
}

/// A list of descriptors, each with flags of poll as rules see them.
struct PolledFd {
    int fd;
    std::uint16_t flags;
};
std::string fd_list(std::initializer_list<PolledFd> fds);

}  // namespace kernel_test
