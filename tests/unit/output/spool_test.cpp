// SPDX-License-Identifier: Apache-2.0
#include "output/spool.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/unit/output/fake_channel.hpp"

namespace {

using namespace sensor;
using namespace sensor::output;
namespace fs = std::filesystem;

struct Fixture {
    TestFolder folder;
    SpoolOptions options{folder / "spool", 256};

    std::unique_ptr<Spool> open() const {
        Result<std::unique_ptr<Spool>> spool = Spool::open(options, "http", Form::Text);
        REQUIRE(spool.has_value());
        return std::move(*spool);
    }
    std::vector<fs::path> files(const std::string& ending = ".spool") const {
        std::vector<fs::path> found;
        if (fs::exists(options.folder + "/http"))
            for (const auto& entry : fs::directory_iterator(options.folder + "/http"))
                if (entry.path().extension() == ending) found.push_back(entry.path());
        std::sort(found.begin(), found.end());
        return found;
    }
};

std::vector<LinePtr> lines_of(int from, int to, std::size_t size = 0) {
    std::vector<LinePtr> lines;
    for (int k = from; k < to; ++k)
        lines.push_back(test_line(std::to_string(k) + std::string(size, '.')));
    return lines;
}

/// Everything, as numbers, each batch done.
std::vector<int> drain(Spool& spool, std::size_t batch = 64) {
    std::vector<int> numbers;
    while (!spool.is_empty()) {
        for (const LinePtr& line : spool.read(batch, 1 << 20))
            numbers.push_back(std::stoi(line->text));
        spool.done();
    }
    return numbers;
}

std::vector<int> range(int from, int to) {
    std::vector<int> numbers;
    for (int k = from; k < to; ++k) numbers.push_back(k);
    return numbers;
}

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

void replace(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "nothing is created before something is stored") {
    const auto spool = open();
    CHECK(spool->is_empty());
    CHECK_FALSE(fs::exists(options.folder));
    CHECK(spool->append(lines_of(0, 1)) == 1);
    struct stat info{};
    REQUIRE(::stat((options.folder + "/http").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0700);
    REQUIRE(::stat(files().at(0).c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE_METHOD(Fixture, "lines come back in order while others are added, and the files go") {
    const auto spool = open();
    std::vector<int> got;
    for (int round = 0; round < 50; ++round) {
        CHECK(spool->append(lines_of(round * 100, round * 100 + 100, 1000)) == 100);
        for (const LinePtr& line : spool->read(70, 1 << 20)) got.push_back(std::stoi(line->text));
        spool->done();
    }
    CHECK(spool->counts().waiting == 5000 - got.size());
    const std::vector<int> rest = drain(*spool);
    got.insert(got.end(), rest.begin(), rest.end());
    CHECK(got == range(0, 5000));
    CHECK(files().empty());
    CHECK(spool->counts().bytes == 0);
    CHECK(spool->counts().stored == 5000);
    CHECK(spool->counts().damaged == 0);
}

TEST_CASE_METHOD(Fixture, "all of a line comes back") {
    auto line = std::make_shared<Line>();
    line->ts_ns = 1;
    line->observed_ns = 2;
    line->priority = rules::Priority::Debug;
    line->about_loss = true;
    line->text = std::string("\0\n\xff{}", 5);
    line->record = "record";
    const auto spool = open();
    CHECK(spool->append(std::vector<LinePtr>{line}) == 1);
    const std::vector<LinePtr> back = spool->read(10, 10);
    REQUIRE(back.size() == 1);
    CHECK(back[0]->ts_ns == 1);
    CHECK(back[0]->observed_ns == 2);
    CHECK(back[0]->priority == rules::Priority::Debug);
    CHECK(back[0]->about_loss);
    CHECK(back[0]->text == line->text);
    CHECK(back[0]->record.empty());  // the channel sends the text
}

TEST_CASE_METHOD(Fixture, "a later run delivers what an earlier one left, from where it was") {
    {
        const auto spool = open();
        CHECK(spool->append(lines_of(0, 100)) == 100);
        CHECK(spool->read(30, 1 << 20).size() == 30);
        spool->done();
        CHECK(spool->read(30, 1 << 20).size() == 30);  // given, and not done
    }
    const auto spool = open();
    CHECK(spool->counts().waiting == 70);
    CHECK(spool->append(lines_of(100, 110)) == 10);
    CHECK(drain(*spool) == range(30, 110));
}

TEST_CASE_METHOD(Fixture, "what is put in front comes first, also in a later run") {
    {
        const auto spool = open();
        CHECK(spool->append(lines_of(10, 20)) == 10);
        CHECK(spool->read(3, 1 << 20).size() == 3);
        spool->done();
        CHECK(spool->put_front(lines_of(8, 13)) == 5);
        CHECK(spool->append(lines_of(20, 25)) == 5);
    }
    const auto spool = open();
    CHECK(drain(*spool, 4) == range(8, 25));
    CHECK(spool->counts().damaged == 0);
}

TEST_CASE_METHOD(Fixture,
                 "a damaged line is counted; those before and after it come, the file is kept") {
    {
        const auto spool = open();
        CHECK(spool->append(lines_of(1000, 1020)) == 20);
    }
    const fs::path path = files().at(0);
    std::string bytes = content(path);
    bytes[bytes.find("1007")] = '2';
    replace(path, bytes);
    const auto spool = open();
    std::vector<int> expected = range(1000, 1020);
    expected.erase(expected.begin() + 7);
    CHECK(drain(*spool) == expected);
    CHECK(spool->counts().damaged == 1);
    CHECK(files().empty());
    CHECK(files(".damaged").size() == 1);
    CHECK(spool->counts().bytes == bytes.size());
}

TEST_CASE_METHOD(Fixture, "a file cut at any byte loses its last line and no other") {
    {
        const auto spool = open();
        CHECK(spool->append(lines_of(0, 3)) == 3);
    }
    const fs::path path = files().at(0);
    const std::string whole = content(path);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        fs::remove_all(options.folder + "/http");
        fs::create_directory(options.folder + "/http");
        fs::permissions(options.folder + "/http", fs::perms::owner_all);
        replace(path, whole.substr(0, size));
        const auto spool = open();
        CHECK(spool->append(lines_of(50, 52)) == 2);
        std::vector<int> got = drain(*spool);
        REQUIRE(got.size() >= 2);
        CHECK(std::vector<int>(got.end() - 2, got.end()) == range(50, 52));
        got.resize(got.size() - 2);
        CHECK(got == range(0, static_cast<int>(got.size())));
        CHECK(spool->counts().damaged <= 1);
    }
}

TEST_CASE_METHOD(Fixture,
                 "files that are not ours are set aside and cost nothing but their lines") {
    {
        const auto spool = open();
        CHECK(spool->append(lines_of(0, 5000, 1000)) == 5000);
    }
    const std::vector<fs::path> before = files();
    REQUIRE(before.size() >= 4);
    fs::remove(before[1]);
    fs::create_symlink("/etc/passwd", before[1]);
    replace(before[2], "no spool file at all");
    const auto spool = open();
    const std::vector<int> got = drain(*spool);
    CHECK(std::is_sorted(got.begin(), got.end()));
    CHECK(got.back() == 4999);
    CHECK(spool->counts().damaged + got.size() == 5000);
    CHECK(spool->counts().damaged > 1000);
    CHECK(fs::exists("/etc/passwd"));
    CHECK(files().empty());
}

TEST_CASE_METHOD(Fixture, "a folder that others can write to is not used") {
    fs::create_directories(options.folder + "/http");
    fs::permissions(options.folder + "/http", fs::perms::all);
    const auto opened = Spool::open(options, "http", Form::Text);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().text.find("others can write there") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a folder is used by one at a time; the next one waits for it") {
    auto first = open();
    CHECK(first->append(lines_of(0, 5)) == 5);
    const auto second = open();
    CHECK(second->is_empty());
    CHECK_FALSE(second->look_again());
    CHECK(second->append(lines_of(5, 6)) == 0);
    CHECK(second->reason() == DropReason::SpoolError);
    first.reset();
    const auto third = open();  // as after a reload
    CHECK(drain(*third) == range(0, 5));
}

TEST_CASE_METHOD(Fixture,
                 "a full spool takes no more, says why, and takes again when there is room") {
    options.most_mb = 2;
    const auto spool = open();
    std::size_t stored = 0;
    for (int k = 0; k < 40; ++k) stored += spool->append(lines_of(k * 100, k * 100 + 100, 1000));
    CHECK(stored < 4000);
    CHECK(stored > 1000);
    CHECK(spool->counts().bytes <= 2 << 20);
    CHECK_FALSE(spool->is_usable());
    CHECK(spool->reason() == DropReason::SpoolFull);
    CHECK(drain(*spool).size() == stored);
    CHECK(spool->is_usable());
    CHECK(spool->append(lines_of(0, 10)) == 10);
}

TEST_CASE_METHOD(Fixture, "a folder that cannot be made is told as a reason") {
    std::ofstream(folder / "file");
    options.folder = folder / "file";
    const auto opened = Spool::open(options, "http", Form::Text);
    CHECK_FALSE(opened.has_value());
    options.folder = folder / "no/such/folder";
    const auto spool = open();
    CHECK(spool->append(lines_of(0, 5)) == 0);
    CHECK(spool->reason() == DropReason::SpoolError);
    CHECK_FALSE(spool->is_usable());
}

TEST_CASE_METHOD(Fixture, "a wrong or missing position repeats lines, and loses none") {
    {
        const auto spool = open();
        CHECK(spool->append(lines_of(0, 10)) == 10);
        CHECK(spool->read(4, 1 << 20).size() == 4);
        spool->done();
    }
    replace(options.folder + "/http/position", "nonsense");
    const auto spool = open();
    CHECK(drain(*spool) == range(0, 10));
}
