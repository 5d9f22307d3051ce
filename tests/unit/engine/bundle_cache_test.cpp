// SPDX-License-Identifier: Apache-2.0
#include "engine/bundle_cache.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/memory_file.hpp"
#include "tests/support/catch.hpp"

namespace sensor::engine {
namespace {

class Folder {
public:
    Folder() : path_((std::filesystem::temp_directory_path() / "cache-XXXXXX").string()) {
        REQUIRE(::mkdtemp(path_.data()) != nullptr);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace

TEST_CASE("a bundle is found under the name it was kept") {
    const Folder folder;
    const auto cache = BundleCache::open(folder.path() + "/new");
    REQUIRE(cache);
    CHECK_FALSE(cache->find("key"));
    {
        const auto file = cache->make_file("key");
        REQUIRE(file);
        REQUIRE(write_all(file->get(), "content"));
        CHECK_FALSE(cache->find("key"));
        REQUIRE(cache->keep("key"));
    }
    const Fd found = cache->find("key");
    REQUIRE(found);
    const auto content = read_all(found.get(), 100);
    REQUIRE(content);
    CHECK(*content == "content");
}

TEST_CASE("what others could have written is never used") {
    const Folder folder;
    REQUIRE(::chmod(folder.path().c_str(), 0777) == 0);
    const auto open = BundleCache::open(folder.path());
    REQUIRE_FALSE(open);
    CHECK(open.error().text.find("0700") != std::string::npos);
    REQUIRE(::chmod(folder.path().c_str(), 0700) == 0);
    const auto cache = BundleCache::open(folder.path());
    REQUIRE(cache);
    const std::string file = folder.path() + "/key.bundle";
    std::ofstream(file) << "content";
    REQUIRE(::chmod(file.c_str(), 0666) == 0);
    CHECK_FALSE(cache->find("key"));
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
    CHECK(cache->find("key"));
    std::filesystem::rename(file, folder.path() + "/elsewhere");
    std::filesystem::create_symlink("elsewhere", file);
    CHECK_FALSE(cache->find("key"));
}

TEST_CASE("no folder, no cache") {
    const Folder folder;
    CHECK_FALSE(BundleCache::open(folder.path() + "/a/b"));
    std::ofstream(folder.path() + "/file") << "x";
    CHECK_FALSE(BundleCache::open(folder.path() + "/file"));
}

}  // namespace sensor::engine
