// SPDX-License-Identifier: Apache-2.0
// What is easily got wrong about sockets, one test an item of docs/pitfalls.md.
#include "tests/unit/state/process_fixture.hpp"

using namespace sensor;
using namespace sensor::testing;
using state::FdInfo;
using state::FdType;
using state::SocketRole;

namespace {

constexpr std::int64_t kInet = 2, kInet6 = 10, kStream = 1, kDgram = 2;

struct Fixture : ProcessFixture {
    const FdInfo* fd(std::int64_t number) const { return state.find(100)->fd(number); }
    std::string name(std::int64_t number) const {
        return fd(number) == nullptr ? "(none)" : std::string(fd(number)->name());
    }
    void call(EventType type, const ParamList& params) { run(type, params, {.tgid = 100}); }
    void socket(std::int64_t number, std::int64_t domain, std::int64_t type) {
        call(EventType::socket, {{"fd", number}, {"domain", domain}, {"type", type}, {"proto", 0}});
    }
    void connect(std::int64_t number, std::string tuple, std::int64_t res = 0) {
        call(EventType::connect, {{"res", res}, {"tuple", std::move(tuple)}, {"fd", number}});
    }
    void sendto(std::int64_t number, std::string tuple) {
        call(EventType::sendto, {{"res", 1}, {"fd", number}, {"tuple", std::move(tuple)}});
    }
    void recvfrom(std::int64_t number, std::string tuple) {
        call(EventType::recvfrom, {{"res", 1}, {"fd", number}, {"tuple", std::move(tuple)}});
    }
};

std::string control(std::int32_t level, std::int32_t type, std::initializer_list<std::int32_t> fds,
                    bool compat = false) {
    const std::uint64_t size = (compat ? 12 : 16) + 4 * fds.size();
    std::string out = compat ? raw(static_cast<std::uint32_t>(size)) : raw(size);
    out += raw(level) + raw(type);
    for (std::int32_t fd : fds) out += raw(fd);
    while (out.size() % (compat ? 4 : 8) != 0) out.push_back('\0');
    return out;
}

}  // namespace

TEST_CASE("pitfall 56: ports are host order; mapped addresses are IPv4 only on both ends") {
    Fixture f;
    f.socket(3, kInet6, kStream);
    f.connect(3, tuple_ip("::ffff:10.0.0.1", 0x1234, "::ffff:10.0.0.2", 443));
    CHECK(f.name(3) == "10.0.0.1:4660->10.0.0.2:443");
    CHECK(f.fd(3)->type == FdType::Ipv4);
    f.socket(4, kInet6, kStream);
    f.connect(4, tuple_ip("::ffff:10.0.0.1", 1, "2001:db8::1", 2));
    CHECK(f.fd(4)->type == FdType::Ipv6);
    f.socket(5, kInet6, kStream);
    f.connect(5, tuple_ip("::", 1, "::ffff:10.0.0.2", 2));
    CHECK(f.name(5) == "0.0.0.0:1->10.0.0.2:2");  // the empty address counts as both
}

TEST_CASE("pitfall 57: whoever sends, names read client->server") {
    Fixture f;
    f.socket(3, kInet, kDgram);
    f.sendto(3, tuple_ip("10.0.0.1", 1000, "10.0.0.2", 53));
    CHECK(f.name(3) == "10.0.0.1:1000->10.0.0.2:53");
    f.recvfrom(3, tuple_ip("10.0.0.2", 53, "10.0.0.1", 1000));
    CHECK(f.name(3) == "10.0.0.1:1000->10.0.0.2:53");
    f.call(EventType::accept4, {{"fd", 7}, {"tuple", tuple_ip("10.0.0.9", 999, "10.0.0.1", 22)}});
    CHECK(f.name(7) == "10.0.0.9:999->10.0.0.1:22");
    CHECK(f.fd(7)->local().port == 22);
}

TEST_CASE("pitfall 58: a connect that failed leaves the socket as it was") {
    Fixture f;
    constexpr std::int64_t kRefused = -111, kInProgress = -115;
    f.socket(3, kInet, kStream);
    f.connect(3, "", kRefused);
    CHECK(f.name(3).empty());
    f.connect(3, tuple_ip("10.0.0.1", 1, "10.0.0.2", 2), kInProgress);
    CHECK(f.name(3) == "10.0.0.1:1->10.0.0.2:2");
}

TEST_CASE("pitfall 59: fast open: the address asked for is all there is") {
    Fixture f;
    f.socket(3, kInet, kStream);
    f.call(EventType::connect_enter, {{"fd", 3}, {"addr", sockaddr_ip("10.0.0.2", 443)}});
    f.call(EventType::connect, {{"res", 0}, {"fd", 3}});
    CHECK(f.fd(3)->remote().port == 443);
    CHECK(f.fd(3)->role == SocketRole::Client);
    CHECK(f.name(3).ends_with("->10.0.0.2:443"));
    f.socket(4, kInet, kStream);
    f.call(EventType::connect, {{"res", 0}, {"fd", 4}, {"addr", sockaddr_ip("10.0.0.3", 80)}});
    CHECK(f.fd(4)->remote().port == 80);
}

TEST_CASE("pitfall 60: a datagram from nowhere takes no name away") {
    Fixture f;
    f.socket(3, kInet, kDgram);
    f.sendto(3, tuple_ip("10.0.0.1", 1000, "10.0.0.2", 53));
    f.recvfrom(3, tuple_ip("0.0.0.0", 0, "10.0.0.1", 1000));
    CHECK(f.name(3) == "10.0.0.1:1000->10.0.0.2:53");
}

TEST_CASE("pitfall 62: unix paths of full length, abstract ones without their NUL") {
    Fixture f;
    f.socket(3, 1, kStream);
    const std::string path = "/" + std::string(107, 'p');
    f.call(EventType::bind, {{"res", 0}, {"addr", std::string(1, '\x01') + path}, {"fd", 3}});
    CHECK(f.name(3) == path);
    f.connect(3, std::string(1, '\x01') + raw(std::uint64_t{0xab}) + raw(std::uint64_t{0xcd}) +
                     "abstract");
    CHECK(f.name(3) == "ab->cd abstract");
}

TEST_CASE("pitfall 64: a message that failed changes nothing") {
    Fixture f;
    f.socket(3, kInet, kDgram);
    f.call(EventType::sendmmsg, {{"res", -11}, {"fd", 3}, {"size", 0}});
    CHECK(f.name(3).empty());
    f.call(
        EventType::sendmmsg,
        {{"res", 9}, {"fd", 3}, {"size", 9}, {"tuple", tuple_ip("10.0.0.1", 5, "10.0.0.2", 53)}});
    CHECK(f.name(3) == "10.0.0.1:5->10.0.0.2:53");
}

TEST_CASE(
    "pitfall 67: an accepted connection has its own table entry, the listener keeps its own") {
    Fixture f;
    f.socket(3, kInet, kStream);
    f.call(EventType::bind, {{"res", 0}, {"addr", sockaddr_ip("0.0.0.0", 80)}, {"fd", 3}});
    f.call(EventType::listen, {{"res", 0}, {"fd", 3}, {"backlog", 5}});
    f.call(EventType::accept, {{"fd", 4}, {"tuple", tuple_ip("10.0.0.9", 999, "10.0.0.1", 80)}});
    CHECK(f.name(3) == "0.0.0.0:80");
    CHECK(f.fd(3)->type == FdType::Ipv4Server);
    CHECK(f.fd(4)->role == SocketRole::Server);
    CHECK_FALSE(f.fd(4)->cloexec);
}

TEST_CASE("pitfall 68: a connected stream keeps its name over IPv6 too") {
    Fixture f;
    f.socket(3, kInet6, kStream);
    f.connect(3, tuple_ip("2001:db8::1", 1, "2001:db8::2", 2));
    f.sendto(3, tuple_ip("2001:db8::1", 1, "2001:db8::ff", 9));
    CHECK(f.name(3) == "2001:db8::1:1->2001:db8::2:2");
}

TEST_CASE("pitfall 69: a bind to any port names the socket and makes no server") {
    Fixture f;
    f.socket(3, kInet, kDgram);
    f.call(EventType::bind, {{"res", 0}, {"addr", sockaddr_ip("10.0.0.1", 0)}, {"fd", 3}});
    CHECK(f.fd(3)->type == FdType::Ipv4);
    CHECK(f.name(3) == "10.0.0.1:0");
}

TEST_CASE("descriptors passed in a message take the place of what had their numbers") {
    Fixture f;
    for (std::int64_t number : {5, 6, 7}) f.socket(number, kInet, kStream);
    f.call(EventType::recvmsg, {{"res", 1}, {"fd", 3}, {"msgcontrol", control(1, 2, {5})}});
    CHECK(f.fd(5) != nullptr);  // credentials, not descriptors
    f.call(EventType::recvmsg,
           {{"res", 1}, {"fd", 3}, {"msgcontrol", control(1, 2, {9}) + control(1, 1, {5, 6})}});
    CHECK(f.fd(5) == nullptr);
    CHECK(f.fd(6) == nullptr);
    CHECK(f.fd(7) != nullptr);
    f.run(EventType::recvmsg, {{"res", 1}, {"fd", 3}, {"msgcontrol", control(1, 1, {7}, true)}},
          {.tgid = 100, .flags = REC_F_COMPAT});
    CHECK(f.fd(7) == nullptr);
    f.socket(8, kInet, kStream);
    const std::string lying = raw(std::uint64_t{4000}) + raw(1) + raw(1) + raw(8);
    f.call(EventType::recvmsg, {{"res", 1}, {"fd", 3}, {"msgcontrol", lying}});
    CHECK(f.fd(8) != nullptr);  // longer than what there is: not believed
}
