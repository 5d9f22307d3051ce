// SPDX-License-Identifier: Apache-2.0
// Somebody changes the probe's tables in the kernel, as root can by their ids: that is told and put
// right, and what only programs write cannot be changed at all.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

namespace fs = std::filesystem;

/// Descriptors of this process that lead to things of eBPF of a kind: "bpf-map", "bpf_link".
std::vector<int> own(const std::string& kind) {
    std::vector<int> fds;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
        std::error_code none;
        if (fs::read_symlink(entry.path(), none).string() == "anon_inode:" + kind)
            fds.push_back(std::stoi(entry.path().filename().string()));
    }
    return fds;
}

bpf_map_info info_of(int map) {
    bpf_map_info info{};
    __u32 size = sizeof info;
    REQUIRE(bpf_obj_get_info_by_fd(map, &info, &size) == 0);
    return info;
}

/// The probe's map of a name that ends so: the kernel keeps 15 characters.
int map_named(const std::string& end) {
    for (const int fd : own("bpf-map")) {
        if (std::string(info_of(fd).name).ends_with(end)) return fd;
    }
    FAIL("no map " << end);
    return -1;
}

/// Where a variable of the programs lies in their map.
std::uint32_t offset_of(const std::string& variable, int map) {
    btf* const types = btf__load_from_kernel_by_id(info_of(map).btf_id);
    REQUIRE(types != nullptr);
    const btf_type* const section = btf__type_by_id(
        types, static_cast<__u32>(btf__find_by_name_kind(types, ".bss", BTF_KIND_DATASEC)));
    std::uint32_t offset = ~0U;
    for (int k = 0; k < btf_vlen(section); ++k) {
        const btf_var_secinfo& each = btf_var_secinfos(section)[k];
        const btf_type* const type = btf__type_by_id(types, each.type);
        if (variable == btf__name_by_offset(types, type->name_off)) offset = each.offset;
    }
    btf__free(types);
    REQUIRE(offset != ~0U);
    return offset;
}

/// A child opens a file; `tamper` comes before, and one look after it. out: what was found
std::vector<std::string> found_after(const std::function<void()>& tamper, std::size_t events) {
    std::vector<std::string> found;
    Setup setup;
    setup.calls = calls({"openat", "close"});
    setup.while_open = [&](capture::KernelSource& source) {
        CHECK(source.mend().empty());
        tamper();
        found = source.mend();
        CHECK(source.mend().empty());
    };
    const Run run = watch(setup, [] { ::close(::open("/dev/null", O_RDONLY)); });
    CHECK(run.records.with_text(EventType::openat, "name", "/dev/null").size() == events);
    return found;
}

std::string all_of(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

bool says(const std::vector<std::string>& found, const std::string& part) {
    INFO("found: " << all_of(found));
    CHECK(found.size() == 1);
    return all_of(found).find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a slot of a table of programs that is emptied or filled otherwise is put right") {
    SKIP_WITHOUT_KERNEL();
    const std::uint32_t opens = SYS_openat, closes = SYS_close;
    for (const char* const table : {"calls", "handlers"}) {
        CHECK(says(found_after([&] { bpf_map_delete_elem(map_named(table), &opens); }, 1),
                   "table '" + std::string(table) +
                       "' was changed, so these calls were not seen: "
                       "openat"));
    }
    const auto both = [&] {
        bpf_map_delete_elem(map_named("calls"), &opens);
        bpf_map_delete_elem(map_named("calls"), &closes);
    };
    CHECK(says(found_after(both, 1), "openat"));
}

TEST_CASE("calls that are marked as unwanted are wanted again") {
    SKIP_WITHOUT_KERNEL();
    const auto tamper = [] {
        const int map = map_named(".bss");
        std::vector<char> all(info_of(map).value_size);
        const std::uint32_t key = 0;
        REQUIRE(bpf_map_lookup_elem(map, &key, all.data()) == 0);
        all[offset_of("call_wanted", map) + SYS_openat] = 0;
        REQUIRE(bpf_map_update_elem(map, &key, all.data(), BPF_ANY) == 0);
    };
    CHECK(says(found_after(tamper, 1), "marked as unwanted: openat"));
}

TEST_CASE("a ring that is taken away is put back") {
    SKIP_WITHOUT_KERNEL();
    const auto tamper = [] {
        const std::uint32_t first = 0;
        REQUIRE(bpf_map_delete_elem(map_named("bulk"), &first) == 0);
    };
    CHECK(says(found_after(tamper, 1), "ring 0 was taken away"));
}

TEST_CASE("a hook that the process is made to let go of is told") {
    SKIP_WITHOUT_KERNEL();
    std::size_t hooks = 0;
    const auto tamper = [&] {
        for (const int fd : own("bpf_link")) {
            ++hooks;
            const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
            REQUIRE(::dup2(null, fd) == fd);  // closes the only descriptor of the hook
            ::close(null);
        }
    };
    const auto found = found_after(tamper, 0);
    CHECK(hooks > 0);
    CHECK(found.size() == hooks);
    CHECK(all_of(found).find("the hook on_sys_exit is gone") != std::string::npos);
}

TEST_CASE("nobody marks a process as the sensor's own, which would hide it") {
    SKIP_WITHOUT_KERNEL();
    const auto tamper = [] {
        const int me = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
        REQUIRE(me >= 0);
        const int map = map_named("task_states");
        std::vector<char> own_mark(info_of(map).value_size, 1);
        CHECK(bpf_map_update_elem(map, &me, own_mark.data(), BPF_ANY) != 0);
        CHECK(errno == EPERM);
        CHECK(bpf_map_delete_elem(map, &me) != 0);
        ::close(me);
    };
    CHECK(found_after(tamper, 1).empty());
}
