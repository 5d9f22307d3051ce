// SPDX-License-Identifier: Apache-2.0
#include "guard/passed_fd.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

namespace sensor::guard {
namespace {

union Control {
    cmsghdr head;
    char space[CMSG_SPACE(sizeof(int))];
};

}  // namespace

Result<> send_message(int socket, std::span<const char> bytes, int fd) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    Control control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (fd >= 0) {
        message.msg_control = control.space;
        message.msg_controllen = sizeof control.space;
        cmsghdr* const head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(head), &fd, sizeof fd);
    }
    for (;;) {
        if (::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return Ok{};
        if (errno != EINTR) return errno_error("sending to the launcher", errno);
    }
}

Result<Message> receive_message(int socket, std::span<char> buffer) {
    iovec part{buffer.data(), buffer.size()};
    Control control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.space;
    message.msg_controllen = sizeof control.space;
    ssize_t size = 0;
    do size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (size < 0 && errno == EINTR);
    if (size < 0) return errno_error("receiving from the launcher", errno);
    Message got;
    got.size = static_cast<std::size_t>(size);
    const cmsghdr* const head = CMSG_FIRSTHDR(&message);
    if (head != nullptr && head->cmsg_type == SCM_RIGHTS) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(head), sizeof fd);
        got.fd = Fd(fd);
    }
    if ((message.msg_flags & MSG_TRUNC) != 0) return Error("the message is too long", EMSGSIZE);
    return got;
}

}  // namespace sensor::guard
