// SPDX-License-Identifier: Apache-2.0
// The table of descriptors against a plain map, its bounds, and the block of an entry.
#include "state/fd_table.hpp"

#include <map>
#include <random>

#include "tests/support/catch.hpp"

using namespace sensor::state;

namespace {

FdInfo named(std::string_view name) {
    FdInfo info(FdType::File);
    info.set_names(name, name);
    return info;
}

}  // namespace

TEST_CASE("a table answers as a map does, with and without gaps") {
    FdBudget budget;
    FdTable table(budget);
    std::map<std::int64_t, std::string> expected;
    std::mt19937 random(7);
    for (int round = 0; round < 4000; ++round) {
        const std::int64_t fd = random() % 3 == 0 ? random() % 5000 : random() % 60;
        if (random() % 3 != 0) {
            FdInfo info = named("/f" + std::to_string(round));
            REQUIRE(table.put(fd, info, 4096) != nullptr);
            expected[fd] = "/f" + std::to_string(round);
        } else {
            table.erase(fd);
            expected.erase(fd);
        }
        if (round % 500 == 499) {
            table.erase_range(40, 45);
            for (int gone = 40; gone <= 45; ++gone) expected.erase(gone);
        }
        REQUIRE(table.size() == expected.size());
        REQUIRE(budget.used == expected.size());
    }
    for (std::int64_t fd = -2; fd < 5002; ++fd) {
        const FdInfo* found = table.find(fd);
        const auto wanted = expected.find(fd);
        REQUIRE((found != nullptr) == (wanted != expected.end()));
        if (found != nullptr) REQUIRE(found->name() == wanted->second);
    }
}

TEST_CASE("a copy shares pages and neither side sees the other's changes") {
    FdBudget budget;
    const auto first = make_ref<FdTable>(budget);
    for (int fd = 0; fd < 40; ++fd) {
        FdInfo info = named("/f" + std::to_string(fd));
        REQUIRE(first->put(fd, info, 4096) != nullptr);
    }
    const auto second = first->copy();
    CHECK(second->find(3) == first->find(3));
    second->edit(3)->set_name("/changed");
    first->erase(17);
    first->mark_cloexec(30, 31);
    second->erase_range(34, 100);
    CHECK(first->find(3)->name() == "/f3");
    CHECK(second->find(3)->name() == "/changed");
    CHECK(first->find(17) == nullptr);
    CHECK(second->find(17)->name() == "/f17");
    CHECK(first->find(30)->cloexec);
    CHECK_FALSE(second->find(30)->cloexec);
    CHECK(first->size() == 39);
    CHECK(second->size() == 34);
    CHECK(budget.used == 73);
    first->erase_cloexec();
    CHECK(first->size() == 37);
    std::int32_t last = -1, seen = 0;
    second->for_each([&](const FdInfo& entry) {
        CHECK(entry.number > last);
        last = entry.number;
        ++seen;
    });
    CHECK(seen == 34);
}

TEST_CASE("bounds of a table and of all tables are kept and give the number back") {
    FdBudget budget{0, 5};
    {
        FdTable first(budget);
        FdTable second(budget);
        for (int fd = 0; fd < 3; ++fd) {
            FdInfo info = named("/x");
            REQUIRE(first.put(fd, info, 3) != nullptr);
        }
        FdInfo info = named("/kept");
        CHECK(first.put(9, info, 3) == nullptr);  // its own bound
        CHECK(info.name() == "/kept");
        CHECK(first.put(2, info, 3) != nullptr);  // replacing needs no room
        for (int fd = 0; fd < 2; ++fd) {
            FdInfo other = named("/y");
            REQUIRE(second.put(fd, other, 3) != nullptr);
        }
        FdInfo more = named("/z");
        CHECK(second.put(2, more, 3) == nullptr);  // that of all
        CHECK(first.copy()->size() == 0);          // a copy has no room either
        second.erase(0);
        CHECK(second.put(2, more, 3) != nullptr);
        CHECK(second.put(-1, more, 3) == nullptr);
        CHECK(second.put(std::int64_t{1} << 40, more, 3) == nullptr);
        CHECK(budget.used == 5);
    }
    CHECK(budget.used == 0);
}

TEST_CASE("the block of an entry keeps name, raw name, ends and id apart") {
    FdInfo info(FdType::Ipv4);
    Endpoint local, remote;
    local.ip[0] = 10;
    local.size = 4;
    local.port = 1234;
    remote.size = 16;
    remote.ip[15] = 1;
    remote.port = 80;
    info.assign({"name", "raw", local, remote, 0x1122334455667788});
    const FdInfo copy = info;
    info.set_name("a longer name");
    info.set_id(7);
    CHECK(info.name() == "a longer name");
    CHECK(info.raw_name() == "raw");
    CHECK(info.local() == EndView(local));
    CHECK(info.remote() == EndView(remote));
    CHECK(info.cookie() == 7);
    CHECK(copy.name() == "name");  // a copy shares until one changes
    CHECK(copy.cookie() == 0x1122334455667788);
    info.set_names("same", "same");
    CHECK(info.raw_name() == "same");
    info.set_names("", "");
    CHECK(info.raw_name().empty());
    const std::string endless(70000, 'x');
    info.set_names(endless, "short");
    CHECK(info.name().size() == kMaxFdText);
    CHECK(info.raw_name() == "short");
}

TEST_CASE("a scratch entry is filled again and again; its copies stand alone") {
    FdInfo scratch = FdInfo::scratch();
    scratch.reset(FdType::File);
    scratch.set_names("/first", "first");
    const FdInfo copy = scratch;
    scratch.set_name("/second");
    CHECK(scratch.raw_name() == "first");
    CHECK(scratch.name() == "/second");
    CHECK(copy.name() == "/first");
    scratch = copy;
    CHECK(scratch.name() == "/first");
    const std::string long_one(4096, 'y');
    scratch.set_names(long_one, long_one.substr(1));
    CHECK(scratch.name() == long_one);
    CHECK(scratch.raw_name().size() == 4095);
}
