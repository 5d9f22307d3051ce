// SPDX-License-Identifier: Apache-2.0
// fd.*, fdlist.* and fs.path.*: descriptors, their names and addresses.
#include "tests/unit/fields/fixture.hpp"

using namespace sensor;
using namespace sensor::testing;

TEST_CASE("an open and its descriptor") {
    Fixture f;
    ExtraSpec extra;
    extra.real = "/real/etc/shadow";
    f.begin(EventType::openat,
            {{"fd", 4},
             {"dirfd", -100},
             {"name", "../../etc/shadow"},
             {"flags", 4097 | 0x8000},
             {"mode", 0},
             {"dev", 0xfe00},
             {"ino", 409654}},
            {.tgid = 100}, extra);
    check(f, {{"fd.num", "4"},
              {"fd.type", "file"},
              {"fd.typechar", "f"},
              {"fd.name", "/etc/shadow"},
              {"fd.nameraw", "../../etc/shadow"},
              {"fd.directory", "/etc"},
              {"fd.filename", "shadow"},
              {"fd.realpath", "/real/etc/shadow"},
              {"fd.dev", "65024"},
              {"fd.ino", "409654"},
              {"fd.dev.major", "254"},
              {"fd.dev.minor", "0"},
              {"fd.is_upper_layer", "true"},
              {"fd.l4proto", "<NA>"},
              {"fd.sip", "(absent)"},
              {"fd.is_server", "false"},
              {"fd.uid", "1004"},
              {"fd.containername", "host:/etc/shadow"},
              {"fd.containerdirectory", "host:/etc"},
              {"fs.path.name", "/etc/shadow"},
              {"fs.path.nameraw", "../../etc/shadow"},
              {"evt.is_open_read", "true"},
              {"evt.is_open_write", "false"},
              {"evt.args",
               "fd=4(<f>/etc/shadow) dirfd=-100(AT_FDCWD) name=../../etc/shadow(/etc/shadow) "
               "flags=36865(O_RDONLY|O_CLOEXEC|FD_UPPER_LAYER) mode=0 dev=FE00 ino=409654"},
              {"evt.arg.fd", "<f>/etc/shadow"},
              {"evt.rawarg.fd", "4"},
              {"evt.arg.flags", "O_RDONLY|O_CLOEXEC|FD_UPPER_LAYER"},
              {"evt.arg.mode", "0"},
              {"fd.types", "[file]"},
              {"fd.types[4]", "[file]"},
              {"proc.fdopencount", "1"}});
}

TEST_CASE("a failed open has the name it asked for and no descriptor") {
    Fixture f;
    f.begin(EventType::openat, {{"fd", -6},
                                {"dirfd", -100},
                                {"name", "/dev/tty"},
                                {"flags", 67},
                                {"mode", 0},
                                {"dev", 0},
                                {"ino", 0}});
    check(f, {{"fd.num", "-1"},
              {"fd.type", "(absent)"},
              {"fd.typechar", "f"},
              {"fd.name", "/dev/tty"},
              {"fd.nameraw", "/dev/tty"},
              {"fd.directory", "/dev"},
              {"fd.filename", "(absent)"},
              {"fd.ino", "(absent)"},
              {"fd.l4proto", "(absent)"},
              {"fs.path.name", "/dev/tty"},
              {"evt.res", "ENXIO"},
              {"evt.arg.flags", "O_NONBLOCK|O_RDWR"},
              {"evt.is_open_read", "true"},
              {"evt.is_open_write", "true"},
              {"evt.args",
               "fd=-6(ENXIO) dirfd=-100(AT_FDCWD) name=/dev/tty flags=67(O_NONBLOCK|O_RDWR) mode=0 "
               "dev=0 ino=0"}});
    f.begin(EventType::openat, {{"fd", 3},
                                {"dirfd", -100},
                                {"name", "n"},
                                {"flags", 262 | 0x4000},
                                {"mode", 0755},
                                {"dev", 6},
                                {"ino", 3}});
    check(f, {{"evt.is_open_create", "true"},
              {"evt.is_open_exec", "true"},
              {"evt.is_open_write", "true"},
              {"evt.is_open_read", "false"}});
}

TEST_CASE("a descriptor nobody knows") {
    Fixture f;
    f.begin(EventType::fcntl, {{"res", -9}, {"fd", 255}, {"cmd", 2}, {"arg", 0x7FFEC568BDC4}});
    check(f, {{"fd.num", "255"},
              {"fd.type", "(absent)"},
              {"fd.typechar", "o"},
              {"fd.name", ""},
              {"fd.nameraw", ""},
              {"fd.directory", "/"},
              {"fd.filename", "(absent)"},
              {"evt.category", "unknown"},
              {"evt.args", "res=-9(EBADF) fd=255 cmd=2(F_GETFD) arg=7FFEC568BDC4"}});
    f.begin(EventType::getuid, {{"uid", 0}});
    check(f, {{"fd.num", "(absent)"},
              {"fd.name", "(absent)"},
              {"fd.typechar", "(absent)"},
              {"fd.directory", "(absent)"}});
}

TEST_CASE("sockets") {
    Fixture f;
    f.begin(EventType::socket,
            {{"fd", 5}, {"domain", 2}, {"type", 1}, {"proto", 6}, {"flags", 4096}});
    check(f, {{"fd.type", "ipv4"},
              {"fd.typechar", "4"},
              {"fd.name", ""},
              {"fd.l4proto", "<NA>"},
              {"fd.sockfamily", "ip"},
              {"fd.sip", "(absent)"},
              {"evt.args", "fd=5(<4>) domain=2(AF_INET) type=1 proto=6 flags=4096(O_CLOEXEC)"},
              {"evt.category", "net"}});
    f.begin(EventType::connect, {{"res", 0},
                                 {"tuple", tuple_ip("10.0.0.1", 43994, "10.9.0.2", 443)},
                                 {"fd", 5},
                                 {"addr", sockaddr_ip("10.9.0.2", 443)}});
    check(f, {{"fd.name", "10.0.0.1:43994->10.9.0.2:443"},
              {"fd.cip", "10.0.0.1"},
              {"fd.sip", "10.9.0.2"},
              {"fd.lip", "10.0.0.1"},
              {"fd.rip", "10.9.0.2"},
              {"fd.cport", "43994"},
              {"fd.sport", "443"},
              {"fd.lport", "43994"},
              {"fd.rport", "443"},
              {"fd.ip", "[10.0.0.1,10.9.0.2]"},
              {"fd.port", "[43994,443]"},
              {"fd.net", "[10.0.0.1,10.9.0.2]"},
              {"fd.snet", "10.9.0.2"},
              {"fd.l4proto", "tcp"},
              {"fd.is_server", "false"},
              {"fd.connected", "true"},
              {"fd.name_changed", "true"},
              {"fd.sproto", "https"},
              {"fd.cproto", "43994"},
              {"fd.sip.name", "(absent)"},
              {"fd.directory", "(absent)"},
              {"fd.realpath", "(absent)"},
              {"evt.args",
               "res=0 tuple=10.0.0.1:43994->10.9.0.2:443 fd=5(<4t>10.0.0.1:43994->10.9.0.2:443) "
               "addr=10.9.0.2:443"}});
}

TEST_CASE("servers, unix sockets, polled descriptors") {
    Fixture f;
    f.begin(EventType::accept4, {{"fd", 6},
                                 {"tuple", tuple_ip("2001:db8::1", 5, "2001:db8::2", 80)},
                                 {"queuepct", 0},
                                 {"queuelen", 0},
                                 {"queuemax", 1},
                                 {"flags", 4096}});
    check(f, {{"fd.type", "ipv6"},
              {"fd.name", "2001:db8::1:5->2001:db8::2:80"},
              {"fd.is_server", "true"},
              {"fd.cip", "2001:db8::1"},
              {"fd.lip", "2001:db8::2"},
              {"fd.lport", "80"},
              {"evt.arg.flags", "1000"}});
    f.begin(EventType::connect, {{"res", -2}, {"fd", 9}, {"addr", sockaddr_unix("/run/x")}});
    check(f, {{"evt.args", "res=-2(ENOENT) tuple=NULL fd=9 addr=/run/x"},
              {"evt.arg.tuple", "NULL"},
              {"evt.rawarg.tuple", "(absent)"},
              {"evt.arg.addr", "/run/x"}});
    f.begin(EventType::connect,
            {{"res", 0}, {"tuple", tuple_ip("10.0.0.1", 43994, "10.9.0.2", 443)}, {"fd", 5}});
    f.begin(EventType::poll, {{"res", 1}, {"fds", fd_list({{5, 1}, {77, 4}})}, {"timeout", 500}});
    check(f, {{"evt.args", "res=1 fds=5:41 77:?4 timeout=500"},
              {"fdlist.nums", "5,77"},
              {"fdlist.names", "10.0.0.1:43994->10.9.0.2:443"},
              {"fdlist.sips", "10.9.0.2"},
              {"fdlist.cports", "43994"}});
}
