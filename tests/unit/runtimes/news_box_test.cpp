// SPDX-License-Identifier: Apache-2.0
// What waits for the event thread is bounded in bytes, and handed over in parts.
#include "runtimes/news_box.hpp"

#include "runtimes/record_size.hpp"
#include "runtimes/records.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::runtimes;
using containers::ContainerRecord;

namespace {

News news_of(int number, std::size_t bytes = 0) {
    News news;
    news.record.full_id = std::to_string(number);
    news.record.env.emplace_back(bytes, 'x');
    return news;
}

}  // namespace

TEST_CASE("news that nobody takes are bounded in bytes") {
    std::atomic<bool> has_news{false};
    NewsBox box(has_news);
    constexpr std::size_t kOne = 256 << 10;
    for (int k = 0; k < 1000; ++k) box.tell(news_of(k, kOne));
    CHECK(box.stats().dropped_news >= 1000 - (64 << 20) / kOne);
    std::size_t bytes = 0;
    int next = 0;
    while (has_news) {
        for (const News& one : box.take()) {
            CHECK(one.record.full_id == std::to_string(next++));
            bytes += size_of(one.record);
        }
    }
    CHECK(bytes <= 64 << 20);
    CHECK(next > 200);
    box.tell(news_of(7));
    CHECK(box.take().size() == 1);
}

TEST_CASE("the event thread takes a part of the news at a time") {
    std::atomic<bool> has_news{false};
    NewsBox box(has_news);
    for (int k = 0; k < 100; ++k) box.tell(news_of(k));
    CHECK(box.take().size() == 64);
    CHECK(has_news);
    CHECK(box.take().size() == 36);
    CHECK_FALSE(has_news);
    for (int k = 0; k < 10; ++k) box.tell(news_of(k, 1 << 20));
    CHECK(box.take().size() == 1);
    CHECK(has_news);
}

TEST_CASE("a record that is too large keeps what tells most of it") {
    ContainerRecord record;
    record.full_id = std::string(64, 'a');
    record.name = std::string(1 << 20, 'n');
    record.mounts.push_back({"/etc", "/in", "", "", true});
    record.labels = {{"big", std::string(1 << 20, 'x')}, {"app", "shop"}};
    record.env.assign(100, std::string(10000, 'e'));
    CHECK(cut(record));
    CHECK(size_of(record) <= kMostRecord);
    CHECK(record.full_id == std::string(64, 'a'));
    CHECK(record.name.size() == 4096);
    CHECK(record.mounts.size() == 1);
    CHECK(record.labels == containers::Labels{{"app", "shop"}});
    CHECK((record.env.size() > 10 && record.env.size() < 100));
    const ContainerRecord before = record;
    CHECK_FALSE(cut(record));
    CHECK(record == before);
}

TEST_CASE("what was told lately is bounded in number and bytes, the oldest goes") {
    Records few(2, 1 << 20), small(100, 1 << 20);
    for (int k = 0; k < 3; ++k) {
        few.put(news_of(k));
        small.put(news_of(k, 400 << 10));
    }
    for (const Records* records : {&few, &small}) {
        CHECK(records->size() == 2);
        CHECK(records->find("0") == nullptr);
        REQUIRE(records->find("2") != nullptr);
        CHECK(records->find("2")->record.full_id == "2");
    }
    few.put(news_of(1));  // now the youngest
    few.put(news_of(3));
    CHECK(few.find("2") == nullptr);
    few.erase("1");
    CHECK(few.size() == 1);
}

TEST_CASE("other processes of a container that is asked for are told, some of them") {
    std::atomic<bool> has_news{false};
    NewsBox box(has_news);
    CHECK(box.ask("a", "podman", {1}));
    int told = 0;
    for (std::uint32_t pid = 2; pid < 100; ++pid) told += box.ask("a", "podman", {pid});
    CHECK(told == 7);
    const auto questions = box.questions();
    REQUIRE(questions.size() == 8);
    CHECK_FALSE(questions.front().again);
    CHECK(questions.back().again);
    CHECK(questions.back().pid == 8);
    CHECK(box.stats().asked == 1);
    box.tell({}, "a");
    CHECK(box.ask("a", "podman", {9}));
    CHECK_FALSE(box.questions().front().again);
}
