// SPDX-License-Identifier: Apache-2.0
// What fields yield: every row against many events, and exact texts of those that rules live on.
#include <cstdlib>
#include <ctime>

#include "fields/context.hpp"
#include "state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

using namespace sensor;
using namespace sensor::testing;
using state::ProcessSpec;
using state::State;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kNow = 1'700'000'000 * kSecond + 123'456'789;

state::Options offline() {
    state::Options options;
    options.live = false;
    options.host_root.clear();
    return options;
}

// A value as a condition's author would write it.
std::string show(const Value& value) {
    switch (value.kind) {
        case Kind::Absent: return "(absent)";
        case Kind::Int: return std::to_string(value.as_int());
        case Kind::Uint: return std::to_string(value.as_uint());
        case Kind::Bool: return value.bits != 0 ? "true" : "false";
        case Kind::Double: return std::to_string(value.as_double());
        case Kind::Ip4:
        case Kind::Ip6: {
            char text[state::kMaxEndpointText];
            return {text, state::print_ip(value.text(), text)};
        }
        case Kind::List: {
            std::string all;
            for (std::uint32_t k = 0; k < value.len; ++k) all += (k == 0 ? "" : ",") + show(value.list()[k]);
            return "[" + all + "]";
        }
        default: return std::string(value.text());
    }
}

struct Fixture {
    State state{offline()};
    fields::Arena arena;
    std::vector<TestEvent> events;
    fields::Context context;

    Fixture() {
        state.users().add_user(0, {0, "root", "/root", "/bin/bash"});
        state.users().add_user(1000, {100, "alice", "/home/alice", "/bin/zsh"});
        state.users().add_group(0, "root");
        state.users().add_group(100, "users");
        ProcessSpec init;
        init.tid = 1;
        init.comm = "systemd";
        init.sid = init.pgid = 1;
        state.add_process(init);
        ProcessSpec login = init;
        login.tid = 50;
        login.ptid = 1;
        login.comm = "bash";
        login.exe = "-bash";
        login.exepath = "/usr/bin/bash";
        login.sid = login.pgid = 50;
        login.env = {"TERM=xterm", "EMPTY="};
        login.args = {"--login"};
        state.add_process(login);
        ProcessSpec spec;
        spec.tid = 100;
        spec.ptid = 50;
        spec.comm = "cat";
        spec.exe = "/bin/cat";
        spec.exepath = "/usr/bin/cat";
        spec.args = {"-n", "a b"};
        spec.env = {"PATH=/bin", "HOME=/home/alice"};
        spec.cwd = "/home/alice";
        spec.uid = 1000;
        spec.gid = 100;
        spec.loginuid = 1000;
        spec.sid = 50;
        spec.pgid = 100;
        spec.vpgid = 100;
        spec.tty = 34816;
        spec.clone_ts_ns = kNow - 5 * kSecond;
        spec.cap_effective = (1ULL << 0) | (1ULL << 21) | (1ULL << 24);
        spec.exe_ino = 4711;
        spec.exe_ctime_ns = kNow - 7 * kSecond;
        spec.cgroups = block({"cpu=/a", "memory=/b/c"});
        state.add_process(spec);
    }

    void begin(EventType type, const ParamList& params, HeadSpec head = {.tgid = 100}, const ExtraSpec& extra = {}) {
        if (!events.empty()) state.end(events.back().event());
        head.ts = kNow;
        events.push_back(make_event(type, params, head, extra));
        arena.reset();
        context = {};
        context.event = events.back().event();
        context.evt_num = 7;
        context.first_ts_ns = kNow - 2 * kSecond;
        context.previous_ts_ns = kNow - 10;
        context.arena = &arena;
        state.begin(context.event, context);
    }
    std::string get(std::string_view text) {
        std::string name(text), bracket;
        const std::size_t open = name.find('[');
        const bool has_bracket = open != std::string::npos;
        if (has_bracket) {
            bracket = name.substr(open + 1, name.size() - open - 2);
            name.resize(open);
        }
        const Result<FieldRef> ref = resolve_field(name, has_bracket ? &bracket : nullptr);
        REQUIRE(ref.has_value());
        return show(fields::extractor(ref->id)(context, ref->arg));
    }
};

struct Case {
    const char* field;
    const char* expected;
};
void check(Fixture& f, std::initializer_list<Case> cases) {
    for (const Case& one : cases) {
        INFO(one.field);
        CHECK(f.get(one.field) == one.expected);
    }
}

// An argument every field with that kind of argument accepts.
FieldArg some_argument(const FieldInfo& info) {
    FieldArg arg;
    switch (info.arg) {
        case FieldArgSpec::NO_ARG: break;
        case FieldArgSpec::OPT_INDEX:
        case FieldArgSpec::REQ_INDEX:
        case FieldArgSpec::REQ_DOT_OR_INDEX: arg.kind = FieldArg::Kind::Index; arg.index = 1; break;
        case FieldArgSpec::OPT_DOT:
        case FieldArgSpec::REQ_DOT: arg.kind = FieldArg::Kind::Name; arg.key = "dst"; break;
        default: arg.kind = FieldArg::Kind::Key; arg.key = "/*"; break;
    }
    link_field_arg(info.id, arg);
    return arg;
}

}  // namespace

TEST_CASE("every field of every event gives a value of its type or none") {
    Fixture f;
    for (const EventInfo& info : all_events()) {
        for (const bool filled : {false, true}) {
            ParamList params;
            for (const ParamInfo& p : info.params) {
                if (!filled) break;
                bool twice = false;
                for (const auto& [name, value] : params) twice = twice || name == p.name;
                if (twice) continue;
                if (p.type == ParamType::SOCKTUPLE) params.emplace_back(p.name, tuple_ip("10.0.0.1", 4000, "10.0.0.2", 80));
                else if (p.type == ParamType::SOCKADDR) params.emplace_back(p.name, sockaddr_ip("10.0.0.2", 80));
                else if (p.type == ParamType::FDLIST) params.emplace_back(p.name, fd_list({{3, 1}, {99, 4}}));
                else if (p.type == ParamType::DYN) params.emplace_back(p.name, dyn(0, raw(std::uint64_t{5})));
                else if (is_variable(p.type)) params.emplace_back(p.name, "rel/x");
                else params.emplace_back(p.name, 3);
            }
            f.begin(info.type, params);
            for (const FieldInfo& field : all_fields()) {
                INFO(info.name << " " << field.text);
                for (const FieldArg& arg : {FieldArg{}, some_argument(field)}) {
                    const Value value = fields::extractor(field.id)(f.context, arg);
                    if ((field.flags & field_flag::NEVER) != 0) CHECK_FALSE(value.present());
                    if (value.kind == Kind::List) CHECK(value.len <= 128);
                    CHECK(f.arena.overflows() == 0);
                }
                if (f.arena.left() < 300'000) f.arena.reset();
            }
        }
    }
}

TEST_CASE("nothing is made up for an event without a thread") {
    Fixture f;
    f.begin(EventType::drop_enter, {{"ratio", 1}});
    for (const FieldInfo& field : all_fields()) {
        INFO(field.text);
        const bool of_process = field.cls == FieldClass::PROCESS || field.cls == FieldClass::USER || field.cls == FieldClass::FD ||
                                field.cls == FieldClass::GROUP || field.cls == FieldClass::FS_PATH || field.cls == FieldClass::CONTAINER;
        if (of_process) CHECK_FALSE(fields::extractor(field.id)(f.context, some_argument(field)).present());
    }
}

TEST_CASE("the process") {
    Fixture f;
    f.begin(EventType::getuid, {{"uid", 1000}});
    check(f, {{"proc.name", "cat"}, {"proc.exe", "/bin/cat"}, {"proc.exepath", "/usr/bin/cat"},
              {"proc.args", "-n a b"}, {"proc.args[1]", "a b"}, {"proc.args[9]", ""}, {"proc.cmdline", "cat -n a b"},
              {"proc.exeline", "/bin/cat -n a b"}, {"proc.cmdnargs", "2"}, {"proc.cmdlenargs", "5"},
              {"proc.env", "PATH=/bin HOME=/home/alice"}, {"proc.env[HOME]", "/home/alice"}, {"proc.env[NOPE]", ""},
              {"proc.cwd", "/home/alice/"}, {"proc.tty", "34816"}, {"proc.pid", "100"}, {"proc.ppid", "50"},
              {"proc.pname", "bash"}, {"proc.pcmdline", "bash --login"}, {"proc.pexe", "-bash"}, {"proc.pexepath", "/usr/bin/bash"},
              {"proc.aname[0]", "cat"}, {"proc.aname[1]", "bash"}, {"proc.aname[2]", "systemd"}, {"proc.aname[3]", "(absent)"},
              {"proc.aname", "[bash,systemd]"}, {"proc.apid", "[50,1]"}, {"proc.apid[1]", "50"}, {"proc.acmdline[1]", "bash --login"},
              {"proc.aargs", "--login"}, {"proc.aenv[TERM]", "xterm"}, {"proc.aenv[EMPTY]", "(absent)"}, {"proc.aenv[1]", "TERM=xterm EMPTY="},
              {"proc.sid", "50"}, {"proc.sname", "bash"}, {"proc.sid.exe", "-bash"}, {"proc.vpgid.name", "cat"}, {"proc.pgid.name", "cat"},
              {"proc.is_sid_leader", "false"}, {"proc.is_vpgid_leader", "true"}, {"proc.is_pgid_leader", "true"},
              {"proc.loginshellid", "50"}, {"proc.duration", "5000000000"}, {"proc.exe_ino", "4711"}, {"proc.exe_ino.mtime", "(absent)"},
              {"proc.exe_ino.ctime_duration_proc_start", "2000000000"}, {"proc.is_exe_writable", "false"},
              {"thread.cap_effective", "CAP_CHOWN CAP_SYS_ADMIN CAP_SYS_RESOURCE"}, {"thread.cap_permitted", ""},
              {"thread.cgroup.memory", "/b/c"}, {"thread.cgroup.io", "(absent)"}, {"thread.cgroups", "cpu=/a memory=/b/c"},
              {"proc.nthreads", "1"}, {"proc.nchilds", "0"}, {"thread.ismain", "true"}, {"thread.nametid", "cat100"},
              {"user.uid", "1000"}, {"user.name", "alice"}, {"user.homedir", "/home/alice"}, {"user.shell", "/bin/zsh"},
              {"user.loginuid", "1000"}, {"user.loginname", "alice"}, {"group.gid", "100"}, {"group.name", "users"},
              {"container.id", "host"}, {"container.name", "host"}, {"container.image", "(absent)"},
              {"container.image.repository", "(absent)"}, {"container.privileged", "(absent)"}, {"k8s.ns.name", "(absent)"}});
}

TEST_CASE("who is unknown has the text <NA>, not nothing") {
    Fixture f;
    ProcessSpec spec;
    spec.tid = 200;
    spec.uid = 4242;
    spec.gid = 4242;
    spec.sid = 999;
    f.state.add_process(spec);
    f.begin(EventType::getuid, {{"uid", 4242}}, {.tgid = 200});
    check(f, {{"user.name", "<NA>"}, {"user.homedir", "<NA>"}, {"group.name", "<NA>"}, {"user.loginuid", "-1"}, {"user.loginname", "<NA>"},
              {"proc.sname", ""}, {"proc.pname", "(absent)"}, {"proc.aname", "(absent)"}, {"proc.apid[0]", "200"}, {"evt.args", "uid=4242(<NA>)"}});
}

TEST_CASE("the event") {
    Fixture f;
    f.begin(EventType::unlinkat, {{"res", -2}, {"dirfd", -100}, {"name", "x"}, {"flags", 0}}, {.tgid = 100, .cpu = 3});
    check(f, {{"evt.num", "7"}, {"evt.type", "unlinkat"}, {"syscall.type", "unlinkat"}, {"evt.type.is.unlinkat", "1"}, {"evt.type.is.open", "0"},
              {"evt.dir", "<"}, {"evt.cpu", "3"}, {"evt.category", "file"}, {"evt.res", "ENOENT"}, {"evt.rawres", "-2"}, {"evt.failed", "true"},
              {"evt.rawtime", "1700000000123456789"}, {"evt.rawtime.s", "1700000000"}, {"evt.rawtime.ns", "123456789"},
              {"evt.time.iso8601", "2023-11-14T22:13:20.123456789+0000"}, {"evt.reltime", "2000000000"}, {"evt.deltatime", "10"},
              {"evt.args", "res=-2(ENOENT) dirfd=-100(AT_FDCWD) name=x(/home/alice/x) flags=0"},
              {"evt.arg.name", "/home/alice/x"}, {"evt.arg[2]", "/home/alice/x"}, {"evt.arg[9]", "(absent)"}, {"evt.arg.res", "ENOENT"},
              {"evt.rawarg.res", "-2"}, {"evt.rawarg.name", "x"}, {"evt.abspath", "/home/alice/x"}, {"evt.abspath.dst", "(absent)"},
              {"fs.path.name", "(absent)"}, {"evt.count", "1"}, {"evt.count.error", "1"}, {"evt.count.error.file", "1"}, {"evt.count.error.net", "(absent)"},
              {"evt.source", "syscall"}, {"evt.is_io", "false"}, {"evt.io_dir", "(absent)"}, {"evt.is_open_write", "false"},
              {"evt.latency.human", "0ns"}, {"evt.around[1700000000120000000]", "4"}});
}

TEST_CASE("local time follows the zone") {
    ::setenv("TZ", "XYZ-05:30", 1);
    ::tzset();
    Fixture f;
    f.begin(EventType::getuid, {{"uid", 0}});
    check(f, {{"evt.time", "03:43:20.123456789"}, {"evt.time.s", "03:43:20"}, {"evt.datetime", "2023-11-15 03:43:20.123456789"},
              {"evt.datetime.s", "2023-11-15 03:43:20"}, {"evt.time.iso8601", "2023-11-14T22:13:20.123456789+0000"}});
    ::unsetenv("TZ");
    ::tzset();
}

TEST_CASE("a call without an event of its own has its name") {
    Fixture f;
    const SyscallInfo& call = *syscall_info("umask");
    f.begin(EventType::generic, {{"ID", call.sc}, {"nativeID", 95}}, {.tgid = 100, .sc = call.sc});
    check(f, {{"evt.type", "umask"}, {"syscall.type", "umask"}, {"evt.args", ""}, {"evt.arg[0]", "umask"}, {"evt.arg[1]", "95"},
              {"evt.res", "(absent)"}, {"evt.rawres", "(absent)"}, {"evt.failed", "(absent)"}, {"evt.type.is.umask", "1"}});
}

TEST_CASE("an open and its descriptor") {
    Fixture f;
    ExtraSpec extra;
    extra.real = "/real/etc/shadow";
    f.begin(EventType::openat,
            {{"fd", 4}, {"dirfd", -100}, {"name", "../../etc/shadow"}, {"flags", 4097 | 0x8000}, {"mode", 0}, {"dev", 0xfe00}, {"ino", 409654}},
            {.tgid = 100}, extra);
    check(f, {{"fd.num", "4"}, {"fd.type", "file"}, {"fd.typechar", "f"}, {"fd.name", "/etc/shadow"}, {"fd.nameraw", "../../etc/shadow"},
              {"fd.directory", "/etc"}, {"fd.filename", "shadow"}, {"fd.realpath", "/real/etc/shadow"}, {"fd.dev", "65024"}, {"fd.ino", "409654"},
              {"fd.dev.major", "254"}, {"fd.dev.minor", "0"}, {"fd.is_upper_layer", "true"}, {"fd.l4proto", "<NA>"}, {"fd.sip", "(absent)"},
              {"fd.is_server", "false"}, {"fd.uid", "1004"}, {"fd.containername", "host:/etc/shadow"}, {"fd.containerdirectory", "host:/etc"},
              {"fs.path.name", "/etc/shadow"}, {"fs.path.nameraw", "../../etc/shadow"}, {"evt.is_open_read", "true"}, {"evt.is_open_write", "false"},
              {"evt.args", "fd=4(<f>/etc/shadow) dirfd=-100(AT_FDCWD) name=../../etc/shadow(/etc/shadow) "
                           "flags=36865(O_RDONLY|O_CLOEXEC|FD_UPPER_LAYER) mode=0 dev=FE00 ino=409654"},
              {"evt.arg.fd", "<f>/etc/shadow"}, {"evt.rawarg.fd", "4"}, {"evt.arg.flags", "O_RDONLY|O_CLOEXEC|FD_UPPER_LAYER"},
              {"evt.arg.mode", "0"}, {"fd.types", "[file]"}, {"fd.types[4]", "[file]"}, {"proc.fdopencount", "1"}});
}

TEST_CASE("a failed open has the name it asked for and no descriptor") {
    Fixture f;
    f.begin(EventType::openat, {{"fd", -6}, {"dirfd", -100}, {"name", "/dev/tty"}, {"flags", 67}, {"mode", 0}, {"dev", 0}, {"ino", 0}});
    check(f, {{"fd.num", "-1"}, {"fd.type", "(absent)"}, {"fd.typechar", "f"}, {"fd.name", "/dev/tty"}, {"fd.nameraw", "/dev/tty"},
              {"fd.directory", "/dev"}, {"fd.filename", "(absent)"}, {"fd.ino", "(absent)"}, {"fd.l4proto", "(absent)"}, {"fs.path.name", "/dev/tty"},
              {"evt.res", "ENXIO"}, {"evt.arg.flags", "O_NONBLOCK|O_RDWR"}, {"evt.is_open_read", "true"}, {"evt.is_open_write", "true"},
              {"evt.args", "fd=-6(ENXIO) dirfd=-100(AT_FDCWD) name=/dev/tty flags=67(O_NONBLOCK|O_RDWR) mode=0 dev=0 ino=0"}});
    f.begin(EventType::openat, {{"fd", 3}, {"dirfd", -100}, {"name", "n"}, {"flags", 262 | 0x4000}, {"mode", 0755}, {"dev", 6}, {"ino", 3}});
    check(f, {{"evt.is_open_create", "true"}, {"evt.is_open_exec", "true"}, {"evt.is_open_write", "true"}, {"evt.is_open_read", "false"}});
}

TEST_CASE("a descriptor nobody knows") {
    Fixture f;
    f.begin(EventType::fcntl, {{"res", -9}, {"fd", 255}, {"cmd", 2}, {"arg", 0x7FFEC568BDC4}});
    check(f, {{"fd.num", "255"}, {"fd.type", "(absent)"}, {"fd.typechar", "o"}, {"fd.name", ""}, {"fd.nameraw", ""}, {"fd.directory", "/"},
              {"fd.filename", "(absent)"}, {"evt.category", "unknown"}, {"evt.args", "res=-9(EBADF) fd=255 cmd=2(F_GETFD) arg=7FFEC568BDC4"}});
    f.begin(EventType::getuid, {{"uid", 0}});
    check(f, {{"fd.num", "(absent)"}, {"fd.name", "(absent)"}, {"fd.typechar", "(absent)"}, {"fd.directory", "(absent)"}});
}

TEST_CASE("sockets") {
    Fixture f;
    f.begin(EventType::socket, {{"fd", 5}, {"domain", 2}, {"type", 1}, {"proto", 6}, {"flags", 4096}});
    check(f, {{"fd.type", "ipv4"}, {"fd.typechar", "4"}, {"fd.name", ""}, {"fd.l4proto", "<NA>"}, {"fd.sockfamily", "ip"}, {"fd.sip", "(absent)"},
              {"evt.args", "fd=5(<4>) domain=2(AF_INET) type=1 proto=6 flags=4096(O_CLOEXEC)"}, {"evt.category", "net"}});
    f.begin(EventType::connect,
            {{"res", 0}, {"tuple", tuple_ip("10.0.0.1", 43994, "10.9.0.2", 443)}, {"fd", 5}, {"addr", sockaddr_ip("10.9.0.2", 443)}});
    check(f, {{"fd.name", "10.0.0.1:43994->10.9.0.2:443"}, {"fd.cip", "10.0.0.1"}, {"fd.sip", "10.9.0.2"}, {"fd.lip", "10.0.0.1"},
              {"fd.rip", "10.9.0.2"}, {"fd.cport", "43994"}, {"fd.sport", "443"}, {"fd.lport", "43994"}, {"fd.rport", "443"},
              {"fd.ip", "[10.0.0.1,10.9.0.2]"}, {"fd.port", "[43994,443]"}, {"fd.net", "[10.0.0.1,10.9.0.2]"}, {"fd.snet", "10.9.0.2"},
              {"fd.l4proto", "tcp"}, {"fd.is_server", "false"}, {"fd.connected", "true"}, {"fd.name_changed", "true"}, {"fd.sproto", "https"},
              {"fd.cproto", "43994"}, {"fd.sip.name", "(absent)"}, {"fd.directory", "(absent)"}, {"fd.realpath", "(absent)"},
              {"evt.args", "res=0 tuple=10.0.0.1:43994->10.9.0.2:443 fd=5(<4t>10.0.0.1:43994->10.9.0.2:443) addr=10.9.0.2:443"}});
    f.begin(EventType::accept4, {{"fd", 6}, {"tuple", tuple_ip("2001:db8::1", 5, "2001:db8::2", 80)}, {"queuepct", 0}, {"queuelen", 0}, {"queuemax", 1}, {"flags", 4096}});
    check(f, {{"fd.type", "ipv6"}, {"fd.name", "2001:db8::1:5->2001:db8::2:80"}, {"fd.is_server", "true"}, {"fd.cip", "2001:db8::1"},
              {"fd.lip", "2001:db8::2"}, {"fd.lport", "80"}, {"evt.arg.flags", "1000"}});
    f.begin(EventType::connect, {{"res", -2}, {"fd", 9}, {"addr", sockaddr_unix("/run/x")}});
    check(f, {{"evt.args", "res=-2(ENOENT) tuple=NULL fd=9 addr=/run/x"}, {"evt.arg.tuple", "NULL"}, {"evt.rawarg.tuple", "(absent)"}, {"evt.arg.addr", "/run/x"}});
    f.begin(EventType::poll, {{"res", 1}, {"fds", fd_list({{5, 1}, {77, 4}})}, {"timeout", 500}});
    check(f, {{"evt.args", "res=1 fds=5:41 77:?4 timeout=500"}, {"fdlist.nums", "5,77"}, {"fdlist.names", "10.0.0.1:43994->10.9.0.2:443"},
              {"fdlist.sips", "10.9.0.2"}, {"fdlist.cports", "43994"}});
}

TEST_CASE("printed forms of parameters") {
    Fixture f;
    f.begin(EventType::read, {{"res", 4}, {"data", std::string("a\0\x80z", 4)}, {"fd", 3}, {"size", 10}});
    check(f, {{"evt.args", "res=4 data=a..z fd=3 size=10"}, {"evt.buflen", "4"}, {"evt.buflen.in", "4"},
              {"evt.buflen.out", "(absent)"}, {"evt.is_io_read", "true"}, {"evt.io_dir", "read"}});
    CHECK(f.get("evt.buffer") == std::string("a\0\x80z", 4));
    f.begin(EventType::read, {{"res", 0}, {"fd", 3}, {"size", 10}});
    check(f, {{"evt.args", "res=0 data=NULL fd=3 size=10"}, {"evt.buffer", "(absent)"}, {"evt.arg.data", "NULL"}});
    f.begin(EventType::kill, {{"res", 0}, {"pid", 50}, {"sig", 9}});
    check(f, {{"evt.args", "res=0 pid=50(bash) sig=9(SIGKILL)"}});
    f.begin(EventType::fchmodat, {{"res", 0}, {"dirfd", -100}, {"filename", "/x"}, {"mode", 04755}});
    check(f, {{"evt.arg.mode", "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID"},
              {"evt.args", "res=0 dirfd=-100(AT_FDCWD) filename=/x mode=04755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID)"},
              {"fs.path.name", "/x"}});
    f.begin(EventType::nanosleep, {{"res", 0}, {"interval", 1'000'000}});
    check(f, {{"evt.args", "res=0 interval=1000000(0.001s)"}, {"evt.is_wait", "true"}});
    f.begin(EventType::setresuid, {{"res", 0}, {"ruid", 0xffffffffU}, {"euid", 0}, {"suid", 5}});
    check(f, {{"evt.args", "res=0 ruid=-1(<NONE>) euid=0(root) suid=5(<NA>)"}, {"evt.arg.euid", "root"}});
    f.begin(EventType::getsockopt, {{"res", 0}, {"fd", 3}, {"level", 1}, {"optname", 8}, {"val", dyn(2, raw(std::uint32_t{212992}))}, {"optlen", 4}});
    check(f, {{"evt.args", "res=0 fd=3 level=1(SOL_SOCKET) optname=8(SO_RCVBUF) val=212992 optlen=4"}});
    f.begin(EventType::ptrace, {{"res", 0}, {"addr", dyn(0, raw(std::uint64_t{0}))}, {"data", dyn(1, raw(std::uint8_t{9}))}, {"request", 1}, {"pid", 0}});
    check(f, {{"evt.args", "res=0 addr=0 data=9(SIGKILL) request=1(PTRACE_TRACEME) pid=0"}, {"evt.arg.request", "PTRACE_TRACEME"}});
    f.begin(EventType::pipe2, {{"res", 0}, {"fd1", 4}, {"fd2", 5}, {"ino", 187059}, {"flags", 0}});
    check(f, {{"evt.args", "res=0 fd1=4(<p>) fd2=5(<p>) ino=187059 flags=0(O_NONE)"}, {"evt.category", "IPC"}, {"fd.num", "5"}});
    f.begin(EventType::mmap, {{"res", 139769841614848}, {"vm_size", 1664}, {"vm_rss", 308}, {"vm_swap", 0}, {"addr", 0}, {"length", 8192}, {"prot", 3}, {"flags", 10}, {"fd", -1}, {"offset", 0}});
    check(f, {{"evt.args", "res=139769841614848 vm_size=1664 vm_rss=308 vm_swap=0 addr=0 length=8192 prot=3(PROT_READ|PROT_WRITE) "
                           "flags=10(MAP_PRIVATE|MAP_ANONYMOUS) fd=-1(EPERM) offset=0"}});
    f.begin(EventType::mkdir, {{"res", 0}, {"path", "t"}, {"mode", 0777}});
    check(f, {{"evt.args", "res=0 path=t(/home/alice/t) mode=1FF"}, {"fs.path.name", "/home/alice/t"}, {"fs.path.nameraw", "t"}});
    f.begin(EventType::linkat, {{"res", 0}, {"olddir", -100}, {"oldpath", "/etc/shadow"}, {"newdir", -100}, {"newpath", "h"}, {"flags", 0}});
    check(f, {{"fs.path.source", "/home/alice/h"}, {"fs.path.target", "/etc/shadow"}, {"evt.abspath", "/etc/shadow"}, {"evt.abspath.dst", "/home/alice/h"}});
    f.begin(EventType::execve, {{"res", 0}, {"exe", ""}, {"tid", 100}, {"loginuid", 0xffffffffU}, {"flags", 5}, {"cap_permitted", 0x1FFFEFFFFFF}, {"exe_ino_ctime", 0}});
    check(f, {{"evt.arg.exe", ""}, {"evt.arg.args", "NULL"}, {"evt.arg.cwd", "<NA>"}, {"evt.arg.loginuid", "<NONE>"},
              {"evt.arg.flags", "EXE_WRITABLE|EXE_FROM_MEMFD"}, {"evt.arg.cap_permitted", "1FFFEFFFFFF"}});
}

TEST_CASE("containers and pods as the state gives them") {
    Fixture f;
    auto container = state::make_ref<state::Container>();
    container->id = "0123456789ab";
    container->name = "web";
    container->image = "docker.io/nginx:1.2";
    container->image_repository = "docker.io/nginx";
    container->image_tag = "1.2";
    container->type = "docker";
    container->privileged = true;
    container->has_details = true;
    container->mounts = {{"/var/run/docker.sock", "/run/d.sock", "ro", "rprivate", false}, {"/proc", "/host/proc", "", "", true}};
    container->labels = {{"app", "web"}, {"tier", "1"}};
    container->pod_name = "pod-1";
    container->pod_namespace = "prod";
    container->pod_labels = {{"a", "b"}};
    ProcessSpec spec;
    spec.tid = 300;
    spec.container = container;
    spec.pidns_start_ns = kNow - 3 * kSecond;
    f.state.add_process(spec);
    f.begin(EventType::getuid, {{"uid", 0}}, {.tgid = 300});
    check(f, {{"container.id", "0123456789ab"}, {"container.name", "web"}, {"container.image", "docker.io/nginx:1.2"},
              {"container.image.repository", "docker.io/nginx"}, {"container.image.tag", "1.2"}, {"container.type", "docker"},
              {"container.privileged", "true"}, {"container.mount.dest[/proc*]", "/host/proc"}, {"container.mount.dest[0]", "/run/d.sock"},
              {"container.mount.source[/host/*]", "/proc"}, {"container.mount.rdwr[/proc]", "true"}, {"container.mount.dest[/nope]", "(absent)"},
              {"container.mount[0]", "/var/run/docker.sock:/run/d.sock:ro:false:rprivate"}, {"container.mount.dest[7]", "(absent)"},
              {"container.mounts", "/var/run/docker.sock:/run/d.sock:ro:false:rprivate,/proc:/host/proc::true:"},
              {"container.label[app]", "web"}, {"container.labels", "app:web, tier:1"}, {"container.duration", "3000000000"},
              {"k8s.pod.name", "pod-1"}, {"k8s.ns.name", "prod"}, {"k8s.pod.label[a]", "b"}, {"k8s.pod.label[z]", "(absent)"}});
}

TEST_CASE("sessions below a PID namespace are found by the chain of ancestors") {
    Fixture f;
    ProcessSpec top;
    top.tid = 400;
    top.ptid = 50;
    top.comm = "entry";
    top.vtid = top.vpid = 1;
    top.sid = 4711;
    top.vpgid = 1;
    top.pgid = 0;
    f.state.add_process(top);
    top.tid = 401;
    top.ptid = 400;
    top.comm = "child";
    top.vtid = top.vpid = 2;
    f.state.add_process(top);
    f.begin(EventType::getuid, {{"uid", 0}}, {.tgid = 401});
    check(f, {{"proc.sname", "entry"}, {"proc.vpgid.name", "entry"}, {"proc.vpid", "2"}, {"proc.pvpid", "1"}});
}
