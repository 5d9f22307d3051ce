// SPDX-License-Identifier: Apache-2.0
// Cases of events that send to sockets and receive from them: datagrams between two bound sockets.
#include <netinet/ip.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "net_support.hpp"

using namespace kernel_test;

namespace {

/// One message of a list: an address, two buffers, room for what goes with it.
struct Message {
    msghdr head{};
    iovec parts[2];
    alignas(cmsghdr) char control[128] = {};

    Message(void* first, std::size_t first_bytes, void* second, std::size_t second_bytes,
            sockaddr_in* address)
        : parts{{first, first_bytes}, {second, second_bytes}} {
        head.msg_name = address;
        head.msg_namelen = sizeof *address;
        head.msg_iov = parts;
        head.msg_iovlen = 2;
    }
    void take_control() {
        head.msg_control = control;
        head.msg_controllen = sizeof control;
    }
    /// What the kernel has put there.
    static std::string_view taken(const msghdr& head) {
        return {static_cast<const char*>(head.msg_control), head.msg_controllen};
    }
};

void ask_for_destination(int fd) {
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes);
}

}  // namespace

EVENT_CASE(sendto) {
    const Datagrams net;
    expect.number("res",
                  call(SYS_sendto, net.sender, "hello", 5, MSG_DONTWAIT, &net.to, sizeof net.to));
    expect_datagram(expect, net.sender, 5);
    expect.text("tuple", net.tuple);
}

EVENT_CASE(recvfrom) {
    const Datagrams net;
    net.send("hello");
    char room[32];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    expect.number("res", call(SYS_recvfrom, net.receiver, room, sizeof room, 0, &from, &size));
    expect_datagram(expect, net.receiver, sizeof room);
    expect.text("tuple", net.tuple);
}

EVENT_CASE(sendmsg) {
    Datagrams net;
    char first[] = {'h', 'e'}, second[] = {'l', 'l', 'o'};
    const Message message(first, sizeof first, second, sizeof second, &net.to);
    expect.number("res", call(SYS_sendmsg, net.sender, &message.head, 0));
    expect_datagram(expect, net.sender, 5);
    expect.text("tuple", net.tuple);
}

EVENT_CASE(recvmsg) {
    const Datagrams net;
    ask_for_destination(net.receiver);
    net.send("hello");
    char first[2], second[30];
    sockaddr_in from{};
    Message message(first, sizeof first, second, sizeof second, &from);
    message.take_control();
    expect.number("res", call(SYS_recvmsg, net.receiver, &message.head, 0));
    expect.number("size", sizeof first + sizeof second);
    expect.text("data", "hello");
    expect.text("tuple", net.tuple);
    expect.text("msgcontrol", Message::taken(message.head));
    expect.number("fd", net.receiver);
}

// One event a message; the last counts here.
EVENT_CASE(sendmmsg) {
    Datagrams net;
    char first[] = {'h', 'e'}, second[] = {'l', 'l', 'o'}, more[] = {' ', 'y', 'o', 'u'};
    const Message one(first, sizeof first, second, sizeof second, &net.to);
    const Message two(second, sizeof second, more, sizeof more, &net.to);
    mmsghdr both[2] = {{one.head, 0}, {two.head, 0}};
    call(SYS_sendmmsg, net.sender, both, 2, 0);
    expect.number("res", 7);
    expect.number("fd", net.sender);
    expect.number("size", 7);
    expect.text("data", "llo you");
    expect.text("tuple", net.tuple);
}

EVENT_CASE(recvmmsg) {
    const Datagrams net;
    ask_for_destination(net.receiver);
    net.send("one");
    net.send("hello");
    char first[2], second[30];
    sockaddr_in from{};
    Message one(first, sizeof first, second, sizeof second, &from);
    Message two = one;
    two.head.msg_iov = two.parts;
    one.take_control();
    two.take_control();
    mmsghdr both[2] = {{one.head, 0}, {two.head, 0}};
    call(SYS_recvmmsg, net.receiver, both, 2, 0, nullptr);
    expect.number("res", 5);
    expect.number("fd", net.receiver);
    expect.number("size", sizeof first + sizeof second);
    expect.text("data", "hello");
    expect.text("tuple", net.tuple);
    expect.text("msgcontrol", Message::taken(both[1].msg_hdr));
}
