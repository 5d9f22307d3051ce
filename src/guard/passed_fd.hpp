// SPDX-License-Identifier: Apache-2.0
// One message with one descriptor over a SOCK_SEQPACKET socket. Used by both ends of the launcher.
#pragma once

#include <span>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor::guard {

/// fd: -1: none goes with it
Result<> send_message(int socket, std::span<const char> bytes, int fd);

struct Message {
    std::size_t size = 0;  ///< 0: the other end is closed
    Fd fd;
};
/// fails: also if the message is larger than the buffer
Result<Message> receive_message(int socket, std::span<char> buffer);

}  // namespace sensor::guard
