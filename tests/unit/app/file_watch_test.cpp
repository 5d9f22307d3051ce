// SPDX-License-Identifier: Apache-2.0
#include "app/file_watch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"

namespace sensor::app {
namespace {

namespace fs = std::filesystem;

class Scene {
public:
    Scene() {
        char name[] = "/tmp/sensor-watch-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        folder_ = name;
    }
    ~Scene() { fs::remove_all(folder_); }

    fs::path path(const char* name) const { return folder_ / name; }
    void write(const char* name, const char* text) const { std::ofstream(path(name)) << text; }
    void watch(std::initializer_list<const char*> names) {
        std::vector<std::string> paths;
        for (const char* name : names) paths.push_back(path(name));
        watch_.watch(paths);
    }
    bool changed() { return watch_.changed(); }

private:
    fs::path folder_;
    FileWatch watch_{{}};
};

}  // namespace

TEST_CASE("a watched file is noticed when it is written, replaced, removed and made again") {
    Scene scene;
    scene.write("rules", "a");
    scene.write("other", "a");
    scene.watch({"rules"});
    CHECK_FALSE(scene.changed());
    scene.write("other", "bb");
    CHECK_FALSE(scene.changed());
    scene.write("rules", "bb");
    CHECK(scene.changed());
    CHECK_FALSE(scene.changed());
    scene.write("next", "c");
    fs::rename(scene.path("next"), scene.path("rules"));
    CHECK(scene.changed());
    fs::remove(scene.path("rules"));
    CHECK(scene.changed());
    scene.write("rules", "d");
    CHECK(scene.changed());
}

TEST_CASE("links are followed, and a link on the way that leads elsewhere is noticed") {
    Scene scene;
    fs::create_directories(scene.path("..one"));
    fs::create_directories(scene.path("..two"));
    scene.write("..one/rules", "a");
    scene.write("..two/rules", "b");
    fs::create_directory_symlink("..one", scene.path("..data"));
    fs::create_symlink("..data/rules", scene.path("rules"));
    scene.watch({"rules"});
    scene.write("..one/rules", "aa");
    CHECK(scene.changed());
    scene.write("..two/rules", "bb");
    CHECK_FALSE(scene.changed());
    fs::create_directory_symlink("..two", scene.path("..next"));
    fs::rename(scene.path("..next"), scene.path("..data"));
    CHECK(scene.changed());
    scene.write("..two/rules", "bbb");
    CHECK(scene.changed());
}

TEST_CASE("a folder is what is directly in it, and need not exist yet") {
    Scene scene;
    scene.watch({"rules.d"});
    fs::create_directories(scene.path("rules.d"));
    CHECK(scene.changed());
    scene.write("rules.d/a", "a");
    CHECK(scene.changed());
    fs::rename(scene.path("rules.d"), scene.path("gone"));
    CHECK(scene.changed());
}

TEST_CASE("what changed before it was watched anew still counts") {
    Scene scene;
    scene.write("a", "1");
    scene.watch({"a"});
    scene.write("a", "22");
    scene.watch({"a", "b"});
    CHECK(scene.changed());
}

}  // namespace sensor::app
