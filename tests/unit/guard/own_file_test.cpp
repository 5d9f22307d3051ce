// SPDX-License-Identifier: Apache-2.0
#include "guard/own_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"

using namespace sensor;
namespace fs = std::filesystem;

namespace {

class Folder {
public:
    Folder() {
        char name[] = "/tmp/own_file_test_XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string file(const std::string& name, mode_t mode = 0644) const {
        const std::string path = path_ + "/" + name;
        fs::create_directories(fs::path(path).parent_path());
        std::ofstream(path) << "x";
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        return path;
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

bool says(const std::optional<std::string>& wrong, const std::string& part) {
    INFO((wrong ? *wrong : "nothing is wrong"));
    CHECK(wrong.has_value());
    return wrong && wrong->find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a file of ours that others cannot write is safe, also in a sticky folder") {
    const Folder folder;
    CHECK_FALSE(guard::check_file(folder.file("rules.yaml")));
    CHECK_FALSE(guard::check_file(folder.path()));
    CHECK_FALSE(guard::check_file(folder.path() + "/missing"));
    CHECK_FALSE(guard::check_file("/dev/fd/0"));
}

TEST_CASE("who could write the file is told, with the remedy") {
    const Folder folder;
    const std::string group = folder.file("group", 0664), all = folder.file("all", 0646);
    CHECK(says(guard::check_file(group), "mode 0664; chmod go-w " + group));
    CHECK(says(guard::check_file(all), "mode 0646; chmod go-w " + all));
}

TEST_CASE("an open folder on the way is as bad as an open file") {
    const Folder folder;
    const std::string file = folder.file("open/sub/rules.yaml");
    const std::string open = folder.path() + "/open";
    REQUIRE(::chmod(open.c_str(), 0777) == 0);
    CHECK(says(guard::check_file(file), "the folder " + open));
    REQUIRE(::chmod(open.c_str(), 01777) == 0);
    CHECK_FALSE(guard::check_file(file));
    CHECK(says(guard::check_file(open), "the folder " + open));  // itself read as a whole
}

TEST_CASE("what a link leads to is judged, and where it lies") {
    const Folder folder;
    const std::string file = folder.file("open/rules.yaml");
    const std::string link = folder.path() + "/link";
    fs::create_symlink("open/../open/rules.yaml", link);
    CHECK_FALSE(guard::check_file(link));
    REQUIRE(::chmod(file.c_str(), 0666) == 0);
    CHECK(says(guard::check_file(link), "the file " + file));
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    REQUIRE(::chmod((folder.path() + "/open").c_str(), 0757) == 0);
    CHECK(says(guard::check_file(link), "mode 0757"));
    fs::create_symlink("loop", folder.path() + "/loop");
    CHECK_FALSE(guard::check_file(folder.path() + "/loop"));  // reading it fails anyway
}

TEST_CASE("a file or link of another user is told") {
    if (::geteuid() != 0) return;  // only root can give files away
    const Folder folder;
    const std::string file = folder.file("rules.yaml");
    REQUIRE(::chown(file.c_str(), 12345, 0) == 0);
    CHECK(says(guard::check_file(file), "belongs to user 12345"));
    CHECK(says(guard::check_file(file), "chown 0 " + file));
    const std::string good = folder.file("good.yaml"), link = folder.path() + "/link";
    fs::create_symlink(good, link);
    REQUIRE(::lchown(link.c_str(), 12345, 0) == 0);
    CHECK(says(guard::check_file(link), "chown -h 0 " + link));
}
