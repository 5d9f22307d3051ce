// SPDX-License-Identifier: Apache-2.0
#include "bench/busy_host.hpp"

#include <algorithm>

#include "bench/rule_shapes.hpp"

namespace sensor::bench {
namespace {

constexpr std::uint32_t kFirst = 1000, kProcesses = 100;
constexpr std::size_t kContainers = 10, kFiles = 3000;
constexpr std::uint64_t kStart = 1'700'000'000'000'000'000;

std::vector<state::ProcessSpec> make_processes(std::mt19937& random) {
    std::vector<state::Ref<state::Container>> containers;
    for (std::size_t k = 0; k < kContainers; ++k) {
        auto made = state::make_ref<state::Container>();
        made->id = "c0ffee00000" + std::to_string(k);
        made->full_id = made->id + std::string(52, '0');
        made->type = "docker";
        made->name = "service-" + std::to_string(k);
        made->image_repository = "registry/" + program_names()[random() % program_names().size()];
        made->image_tag = "1.2";
        made->known = containers::Known::Complete;
        containers.push_back(made);
    }
    std::vector<state::ProcessSpec> all;
    for (std::uint32_t k = 0; k < kProcesses; ++k) {
        state::ProcessSpec made;
        made.tid = kFirst + k;
        made.ptid = k < 10 ? 1 : kFirst + static_cast<std::uint32_t>(random() % k);
        made.comm = program_names()[random() % program_names().size()].substr(0, 15);
        made.exe = made.exepath = "/usr/bin/" + made.comm;
        made.args = {"--config", "/etc/" + made.comm + ".conf", "--worker", std::to_string(k)};
        made.cwd = "/srv";
        made.uid = made.gid = k % 3 == 0 ? 0 : 1000 + k % 5;
        if (k % 2 == 1) made.container = containers[k % kContainers];
        all.push_back(std::move(made));
    }
    return all;
}

std::vector<std::string> make_files(std::mt19937& random) {
    std::vector<std::string> files;
    for (std::size_t k = 0; k < kFiles; ++k) {
        const std::string n = std::to_string(k);
        switch (random() % 6) {
            case 0: files.push_back("/usr/lib/x86_64-linux-gnu/lib" + n + ".so.6"); break;
            case 1: files.push_back("/proc/" + n + "/stat"); break;
            case 2: files.push_back("/var/lib/app/data/segment-" + n + ".db"); break;
            case 3: files.push_back("/srv/www/static/img/" + n + ".png"); break;
            case 4: files.push_back("/usr/share/zoneinfo/Area/" + n); break;
            default: files.push_back("/sys/fs/cgroup/system.slice/unit" + n + "/cpu.stat");
        }
    }
    return files;
}

std::string words(std::initializer_list<std::string_view> texts) {
    std::string out;
    for (const std::string_view text : texts) out.append(text).push_back('\0');
    return out;
}

}  // namespace

BusyHost::BusyHost(std::size_t events, std::uint32_t seed, std::uint32_t round)
    : random_(seed),
      processes_(make_processes(random_)),
      files_(make_files(random_)),
      now_ns_(kStart),
      next_tid_(kFirst + kProcesses) {
    random_.seed(seed * 1000 + round);
    fresh_ = std::uint64_t{round} << 32;
    events_.reserve(events);
    while (events_.size() < events) add_one();
}

void BusyHost::fill(state::State& state) const {
    state::ProcessSpec init;
    init.tid = 1;
    init.comm = "systemd";
    state.add_process(init);
    for (const state::ProcessSpec& process : processes_) state.add_process(process);
}

// A few processes do most of the work.
std::uint32_t BusyHost::some_process() {
    if (!children_.empty() && below(10) == 0) {
        Child& child = children_[below(children_.size())];
        --child.left;
        return child.tid;
    }
    return kFirst + static_cast<std::uint32_t>(std::min(below(kProcesses), below(kProcesses)));
}

// A few files make most of the opens; one in twenty is a temporary one; one in two hundred is one
// that rules look for.
std::string BusyHost::file_name() {
    const std::size_t kind = below(200);
    if (kind == 0) return wanted_paths()[below(wanted_paths().size())];
    if (kind <= 10) return "/tmp/build." + std::to_string(++fresh_);
    return files_[std::min({below(kFiles), below(kFiles), below(kFiles)})];
}

HeadSpec BusyHost::head(std::uint32_t tid) {
    HeadSpec head;
    head.ts = now_ns_ += 2000;
    head.tgid = tid;
    return head;
}

void BusyHost::add(EventType type, const ParamList& params, std::uint32_t tid) {
    Result<OwnedRecord> made = make_record(type, params, head(tid), {});
    SENSOR_CHECK(made.has_value());  // the parameters below are those of the tables
    events_.push_back(*std::move(made));
}

void BusyHost::add_one() {
    const std::size_t kind = below(1000);
    for (std::size_t k = 0; k < children_.size(); ++k) {
        if (children_[k].left <= 0) return end_program(k);
    }
    const std::uint32_t tid = some_process();
    if (kind < 620) return open(tid);
    if (kind < 800) return network(tid);
    if (kind < 860) return change(tid);
    if (kind < 870) return start_program(tid);
    if (kind < 930)
        return add(EventType::fcntl, {{"res", 0}, {"fd", 3 + below(20)}, {"cmd", 2}}, tid);
    if (kind < 960) return add(EventType::dup2, {{"res", 9}, {"oldfd", 3}, {"newfd", 9}}, tid);
    if (kind < 990) return add(EventType::kill, {{"res", 0}, {"pid", 1}, {"sig", 0}}, tid);
    return add(EventType::setuid, {{"res", 0}, {"uid", 1000 + below(5)}}, tid);
}

void BusyHost::open(std::uint32_t tid) {
    const std::size_t fd = 3 + below(20);
    const std::uint64_t flags = below(10) == 0 ? 4 | 2 : 1;  // O_CREAT|O_WRONLY, O_RDONLY
    add(EventType::openat,
        {{"fd", fd},
         {"dirfd", -100},
         {"name", file_name()},
         {"flags", flags},
         {"mode", 0},
         {"dev", 8},
         {"ino", 100 + below(9000)}},
        tid);
    if (below(2) == 0) add(EventType::close, {{"res", 0}, {"fd", fd}}, tid);
}

void BusyHost::network(std::uint32_t tid) {
    const std::size_t fd = 3 + below(20);
    const std::string from = std::string("\x0a\0\0\x05", 4);
    std::string to = std::string("\x0a\x01\0\0", 4);
    to[3] = static_cast<char>(1 + below(200));
    const auto port = static_cast<std::uint16_t>(below(10) == 0 ? 53 : 443);
    const std::string tuple =
        encode::tuple_ip(from, static_cast<std::uint16_t>(20000 + below(40000)), to, port);
    switch (below(3)) {
        case 0:
            add(EventType::socket, {{"fd", fd}, {"domain", 2}, {"type", 1}, {"proto", 6}}, tid);
            return add(EventType::connect, {{"res", 0}, {"tuple", tuple}, {"fd", fd}}, tid);
        case 1:
            return add(EventType::sendto,
                       {{"res", 100}, {"fd", fd}, {"size", 100}, {"tuple", tuple}}, tid);
        default:
            return add(EventType::recvfrom,
                       {{"res", 100}, {"fd", fd}, {"size", 100}, {"tuple", tuple}}, tid);
    }
}

void BusyHost::change(std::uint32_t tid) {
    const std::string name = file_name();
    switch (below(4)) {
        case 0: return add(EventType::unlinkat, {{"res", 0}, {"dirfd", -100}, {"name", name}}, tid);
        case 1: return add(EventType::mkdirat, {{"res", 0}, {"dirfd", -100}, {"path", name}}, tid);
        case 2:
            return add(EventType::renameat2,
                       {{"res", 0},
                        {"olddirfd", -100},
                        {"oldpath", name},
                        {"newdirfd", -100},
                        {"newpath", name + ".old"},
                        {"flags", 0}},
                       tid);
        default:
            return add(EventType::fchmodat,
                       {{"res", 0}, {"dirfd", -100}, {"filename", name}, {"mode", 0644}}, tid);
    }
}

void BusyHost::start_program(std::uint32_t parent) {
    const std::uint32_t tid = next_tid_++;
    const std::string comm = program_names()[below(program_names().size())].substr(0, 15);
    const std::string exe = "/usr/bin/" + comm;
    add(EventType::clone,
        {{"res", tid},
         {"tid", parent},
         {"pid", parent},
         {"ptid", 1},
         {"vtid", parent},
         {"vpid", parent},
         {"flags", 0}},
        parent);
    add(EventType::execve,
        {{"res", 0},
         {"exe", exe},
         {"args", words({"-c", "check " + std::to_string(tid)})},
         {"tid", tid},
         {"pid", tid},
         {"ptid", parent},
         {"comm", comm},
         {"env", words({"PATH=/bin"})},
         {"tty", 0},
         {"uid", 0},
         {"gid", 0},
         {"trusted_exepath", exe}},
        tid);
    children_.push_back({tid, parent, 40});
}

void BusyHost::end_program(std::size_t child) {
    const std::uint32_t tid = children_[child].tid;
    add(EventType::procexit,
        {{"status", 0}, {"ret", 0}, {"sig", 0}, {"core", 0}, {"reaper_tid", 0}}, tid);
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(child));
}

}  // namespace sensor::bench
