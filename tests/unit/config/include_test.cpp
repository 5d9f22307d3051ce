// SPDX-License-Identifier: Apache-2.0
// config_files: forms of entries, strategies, folders, and what is refused.
#include "tests/unit/config/settings.hpp"

namespace {

using namespace sensor;
using config::Folder;

/// Loads f.yaml of a folder, which names others by their paths: @ stands for the folder.
Result<config::Config> load_in(const Folder& folder, std::string text,
                               const std::vector<std::string>& overrides = {}) {
    for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@'))
        text.replace(at, 1, folder.path());
    return config::load_config(folder.write("f.yaml", text), overrides);
}

std::string error_in(const Folder& folder, const std::string& text) {
    const auto config = load_in(folder, text);
    return config.has_value() ? "none" : config.error().text;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("append: lists grow, other values are replaced as a whole") {
    const Folder folder;
    folder.write("more.yaml",
                 "rules_files: [c]\npriority: error\nfile_output: {filename: new}\nlog_level: "
                 "debug\nload_plugins: [container]\n");
    const auto config = load_in(folder,
                                "config_files: [@/more.yaml]\nrules_files: [a, b]\npriority: "
                                "info\nfile_output: {enabled: true, filename: old}\n");
    REQUIRE(config.has_value());
    CHECK(config->rules_files == Texts{"a", "b", "c"});
    CHECK(config->priority == rules::Priority::Error);
    CHECK_FALSE(config->outputs.file.has_value());  // `enabled` went with the old map
    CHECK(config->log_level == log::Level::Debug);
}

TEST_CASE("append between a list and another value replaces") {
    const Folder folder;
    folder.write("scalar.yaml", "rules_files: c\n");
    folder.write("list.yaml", "rules_files: [d]\n");
    const auto scalar = load_in(folder, "config_files: [@/scalar.yaml]\nrules_files: [a, b]\n");
    REQUIRE(scalar.has_value());
    CHECK(scalar->rules_files == Texts{"c"});
    const auto list = load_in(folder, "config_files: [@/list.yaml]\nrules_files: a\n");
    REQUIRE(list.has_value());
    CHECK(list->rules_files == Texts{"d"});
}

TEST_CASE("override replaces lists, add-only takes only what is not there") {
    const Folder folder;
    folder.write("more.yaml", "rules_files: [c]\npriority: error\n");
    const std::string begin = "rules_files: [a]\nconfig_files: [{path: @/more.yaml, strategy: ";
    const auto replaced = load_in(folder, begin + "override}]\n");
    REQUIRE(replaced.has_value());
    CHECK(replaced->rules_files == Texts{"c"});
    CHECK(replaced->priority == rules::Priority::Error);
    const auto added = load_in(folder, begin + "add-only}]\n");
    REQUIRE(added.has_value());
    CHECK(added->rules_files == Texts{"a"});
    CHECK(added->priority == rules::Priority::Error);
    const auto unknown = load_in(folder, begin + "merge}]\n");
    REQUIRE(unknown.has_value());
    CHECK(unknown->rules_files == Texts{"a", "c"});
    CHECK(unknown->files[0].schema.status == rules::SchemaCheck::Status::Failed);
    REQUIRE_FALSE(unknown->notes.empty());
    CHECK(unknown->notes[0].text.find("f.yaml:2:") != std::string::npos);
    CHECK(unknown->notes[0].text.find("no strategy 'merge'") != std::string::npos);
}

TEST_CASE("every form of entries, and missing ones") {
    const Folder folder;
    folder.write("more.yaml", "rules_files: [c]\n");
    for (const char* form : {"@/more.yaml", "[@/more.yaml]", "{path: @/more.yaml}",
                             "[{path: @/more.yaml}]", "[@/none.yaml, @/more.yaml, @/none/]"}) {
        const auto config = load_in(folder, std::string("config_files: ") + form + "\n");
        INFO(form);
        REQUIRE(config.has_value());
        CHECK(config->rules_files == Texts{"c"});
        CHECK(config->files.size() == 2);
    }
    CHECK(load_in(folder, "config_files: []\n").has_value());
    CHECK(load_in(folder, "config_files:\n").has_value());
    CHECK(error_in(folder, "config_files: [[a]]\n").find("f.yaml:1:16: ") != std::string::npos);
    CHECK(error_in(folder, "config_files: [{strategy: append}]\n").find(":1:16: an entry") !=
          std::string::npos);
}

TEST_CASE("a folder is its files by name, of any extension, not what is below") {
    const Folder folder;
    folder.write("d/b.yaml", "rules_files: [b]\n");
    folder.write("d/a.conf", "rules_files: [a]\n");
    folder.write("d/c", "rules_files: [c]\n");
    folder.write("d/below/z.yaml", "rules_files: [z]\n");
    std::filesystem::create_symlink(folder.path() + "/d/c", folder.path() + "/d/d.yaml");
    std::filesystem::create_directory_symlink(folder.path() + "/d", folder.path() + "/link");
    const auto config = load_in(folder, "config_files: [@/link]\n");
    REQUIRE(config.has_value());
    CHECK(config->rules_files == Texts{"a", "b", "c", "c"});
    CHECK(config->folders == Texts{folder.path() + "/link"});
    REQUIRE(config->files.size() == 5);
    CHECK(config->files[0].named);
    CHECK_FALSE(config->files[1].named);
    CHECK(config->files[1].path == folder.path() + "/link/a.conf");
    CHECK(config->files[1].text == "rules_files: [a]\n");
}

TEST_CASE("what an included file cannot be") {
    const Folder folder;
    folder.write("broken.yaml", "a: 1\nb: [1\nc: 2\n");
    folder.write("list.yaml", "- a\n");
    folder.write("nested.yaml", "priority: info\nconfig_files: [x.yaml]\n");
    folder.write("typed.yaml", "\npriority: loud\n");
    folder.write("empty.yaml", "# nothing\n");
    CHECK(error_in(folder, "config_files: [@/f.yaml]\n").find("f.yaml includes itself") !=
          std::string::npos);
    CHECK(error_in(folder, "config_files: [@/./f.yaml]\n").find("includes itself") !=
          std::string::npos);
    CHECK(error_in(folder, "config_files: [@/broken.yaml]\n").find("/broken.yaml:2:") !=
          std::string::npos);
    CHECK(error_in(folder, "config_files: [@/list.yaml]\n").find("/list.yaml:1:1: ") !=
          std::string::npos);
    CHECK(error_in(folder, "config_files: [@/nested.yaml]\n")
              .find("/nested.yaml:2:1: config_files may only be in the main file") !=
          std::string::npos);
    CHECK(error_in(folder, "config_files: [@/typed.yaml]\n").find("/typed.yaml:2:11: priority") !=
          std::string::npos);
    CHECK(error_in(folder, "config_files: [/dev/null]\n").find("neither file nor folder") !=
          std::string::npos);
    CHECK(error_in(folder, "config_files: [@/empty.yaml]\n") == "none");
}

TEST_CASE("-o names files too, and beats every file") {
    const Folder folder;
    const std::string more = folder.write("more.yaml", "priority: error\nlog_level: error\n");
    const auto config =
        load_in(folder, "priority: info\n", {"log_level=debug", "config_files[]=" + more});
    REQUIRE(config.has_value());
    CHECK(config->priority == rules::Priority::Error);
    CHECK(config->log_level == log::Level::Debug);
    const auto scalar = load_in(folder, "config_files: [@/none]\n", {"config_files=" + more});
    REQUIRE(scalar.has_value());
    CHECK(scalar->priority == rules::Priority::Error);
}

TEST_CASE("other options of the command line beat -o, and names of old keys") {
    const Folder folder;
    const std::string path = folder.write("f.yaml", "rules_file: a\nbuffered_outputs: true\n");
    const auto config = config::load_config(
        path, {"engine.jit=true"},
        {{"-r", "rules_files", {"x", "y"}, true}, {"--interpret", "engine.jit", {"false"}}});
    REQUIRE(config.has_value());
    CHECK(config->rules_files == Texts{"x", "y"});
    CHECK_FALSE(config->engine_native);
}

TEST_CASE("a file that is not there") {
    const auto missing = config::load_config("/nonexistent/falco.yaml", {});
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().text == "Could not open file /nonexistent/falco.yaml for reading");
}
