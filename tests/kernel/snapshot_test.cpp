// SPDX-License-Identifier: Apache-2.0
// What the kernel says of processes that run already, and of the files a program is started with.
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <string>

#include "events/net_support.hpp"
#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

/// Copies of records by descriptor.
struct Files {
    std::map<std::uint32_t, rec_fd> objects;
    std::map<std::uint32_t, std::string> texts;

    void add(const Event& event) {
        const rec_fd* object = event.fd_object();
        REQUIRE(object != nullptr);
        objects[object->fd] = *object;
        texts[object->fd] = event.fd_object_text();
    }
};

}  // namespace

TEST_CASE("snapshot: this process as the kernel knows it") {
    SKIP_WITHOUT_KERNEL();
    std::vector<TaskSnapshot> tasks;
    Setup setup;
    setup.while_open = [&](capture::KernelSource& source) { tasks = source.snapshot(); };
    const Run run = watch(setup, [] {});
    const TaskSnapshot* me = nullptr;
    const TaskSnapshot* child = nullptr;
    for (const TaskSnapshot& t : tasks) {
        if (t.ns_tid == static_cast<std::uint32_t>(::getpid())) me = &t;
        if (t.ns_tid == static_cast<std::uint32_t>(run.child)) child = &t;
    }
    REQUIRE(me != nullptr);
    REQUIRE(child != nullptr);
    CHECK(me->ns_tgid == static_cast<std::uint32_t>(::getpid()));
    CHECK(child->parent_tgid == me->tgid);
    CHECK(std::string(me->comm.data()) == "kernel_tests");
    CHECK(me->uid == ::geteuid());
    CHECK(me->start_ns > 0);
    CHECK(child->start_ns > me->start_ns);
    CHECK(me->cap_effective != 0);
    CHECK(me->vpid == ::getpid());
    CHECK(me->vpgid == ::getpgrp());
    REQUIRE(run.records.size() > 0);
    CHECK(run.records[0].head().tgid == child->tgid);
    CHECK(run.records[0].head().start == child->start_ns);
}

TEST_CASE("snapshot: nothing without iterators") {
    SKIP_WITHOUT_KERNEL();
    Setup setup;
    setup.adjust = [](capture::KernelOptions& options) { options.iterators = false; };
    std::vector<TaskSnapshot> tasks{TaskSnapshot{}};
    bool files = true;
    setup.while_open = [&](capture::KernelSource& source) {
        tasks = source.snapshot();
        files = source.open_files([](std::span<const std::byte>) {}).has_value();
    };
    watch(setup, [] {});
    CHECK(tasks.empty());
    CHECK_FALSE(files);
}

TEST_CASE("snapshot: the files of this process") {
    SKIP_WITHOUT_KERNEL();
    const TempFolder folder;
    const std::string path = folder.file("there");
    const int file = ::open(path.c_str(), O_CREAT | O_RDWR, 0600);
    int pipes[2];
    REQUIRE(::pipe(pipes) == 0);
    const int socket = bound_socket(SOCK_DGRAM);
    REQUIRE(file >= 0);
    REQUIRE(socket >= 0);
    Files files;
    std::size_t strangers = 0;
    Setup setup;
    setup.while_open = [&](capture::KernelSource& source) {
        std::uint32_t tgid = 0;
        for (const TaskSnapshot& task : source.snapshot()) {
            if (task.ns_tid == static_cast<std::uint32_t>(::getpid())) tgid = task.tgid;
        }
        const Result<> done = source.open_files([&](std::span<const std::byte> record) {
            const Event event = Event::view(record);
            REQUIRE(event.valid());
            CHECK((event.head().flags & REC_F_STATE) != 0);
            if (event.head().tgid == tgid)
                files.add(event);
            else
                ++strangers;
        });
        CHECK(done.has_value());
    };
    const Run run = watch(setup, [] {});
    CHECK(strangers > 0);  // the child, at least
    const auto number = [](int fd) { return static_cast<std::uint32_t>(fd); };
    struct stat about{};
    REQUIRE(::fstat(file, &about) == 0);
    CHECK(files.texts[number(file)] == path);
    CHECK(files.objects[number(file)].kind == S_IFREG);
    CHECK(files.objects[number(file)].ino == about.st_ino);
    CHECK(files.objects[number(pipes[0])].kind == S_IFIFO);
    CHECK(files.objects[number(socket)].kind == S_IFSOCK);
    CHECK(files.objects[number(socket)].family == AF_INET);
    CHECK(files.texts[number(socket)] == tuple(address_of(socket), sockaddr_in{}));
    for (const int fd : {file, pipes[0], pipes[1], socket}) ::close(fd);
}

TEST_CASE("an exec says what the standard files are, before its event") {
    SKIP_WITHOUT_KERNEL();
    Setup setup;
    setup.adjust = [](capture::KernelOptions& o) { o.standard_files = true; };
    const Run run = watch(setup, [] {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || ::dup2(ends[0], 0) != 0) return;
        const int null = ::open("/dev/null", O_RDWR);
        ::dup2(null, 1);
        ::close(2);
        char* argv[] = {const_cast<char*>("burst"), nullptr};
        ::execve(KERNEL_HELPER, argv, environ);
    });
    Files files;
    bool before = true;
    for (std::size_t idx = 0; idx < run.records.size(); ++idx) {
        const Event event = run.records[idx];
        if (event.type() == EventType::execve) before = false;
        if ((event.head().flags & REC_F_STATE) == 0) continue;
        CHECK(before);
        CHECK((event.head().flags & REC_F_CRITICAL) != 0);
        files.add(event);
    }
    CHECK_FALSE(before);
    CHECK(files.objects.size() == 2);
    CHECK(files.objects[0].family == AF_UNIX);
    CHECK(files.texts[1] == "/dev/null");
    CHECK(run.stats.lost.events() == 0);
}

TEST_CASE("the memory of rings counts, whatever the kernel says of it") {
    SKIP_WITHOUT_KERNEL();
    std::uint64_t memory = 0;
    std::uint32_t rings = 0;
    Setup setup;
    setup.adjust = [&](capture::KernelOptions& o) {
        rings = o.bulk_ring_bytes + o.critical_ring_bytes;
    };
    setup.while_open = [&](capture::KernelSource& source) { memory = source.kernel_memory(); };
    REQUIRE(watch(setup, [] {}).error.empty());
    CHECK(memory >= rings);
}
