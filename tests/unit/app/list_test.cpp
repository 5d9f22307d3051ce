// SPDX-License-Identifier: Apache-2.0
#include "app/list.hpp"

#include "event/field_table.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;

TEST_CASE("--list prints every field that is not hidden or deprecated") {
    const auto text = app::fields_text("", false, false);
    REQUIRE(text.has_value());
    CHECK(text->starts_with(
        "-------------------------------\nField Class:                  evt (All event types)\n"));
    CHECK(text->find("\nproc.name                     comm, at most 15 visible characters \n") ==
          std::string::npos);
    CHECK(text->find("\nproc.name                     comm, at most 15 visible characters\n") !=
          std::string::npos);
    CHECK(text->find("\nevt.latency ") == std::string::npos);
    const auto names = app::fields_text("syscall", true, false);
    REQUIRE(names.has_value());
    for (const FieldInfo& field : all_fields()) {
        const bool hidden = (field.flags & (field_flag::HIDDEN | field_flag::DEPRECATED)) != 0;
        const bool listed =
            ("\n" + *names).find("\n" + std::string(field.text) + "\n") != std::string::npos;
        INFO(field.text);
        CHECK(listed == !hidden);
    }
    CHECK_FALSE(app::fields_text("nosuch", false, false).has_value());
}

TEST_CASE("--list-events prints events with typed parameters") {
    const std::string text = app::events_text();
    CHECK(text.starts_with("The events below are valid for Falco *Schema Version*: "));
    CHECK(text.find("\n< close(ERRNO **res**, FD **fd**)\n") != std::string::npos);
    CHECK(text.find("\n> connect(FD **fd**, SOCKADDR **addr**)\n") != std::string::npos);
    CHECK(text.find(
              "\n< connect(ERRNO **res**, SOCKTUPLE **tuple**, FD **fd**, SOCKADDR **addr**)\n") !=
          std::string::npos);
    CHECK(text.find("\n< madvise()\n") != std::string::npos);
}

TEST_CASE("-i names the high-volume calls") {
    const std::string text = app::ignored_text();
    CHECK(text.starts_with("Ignored syscall(s):\n- "));
    for (const char* name : {"read", "write", "readv", "writev", "send", "recv", "sendfile"}) {
        CHECK(text.find(std::string("\n- ") + name + "\n") != std::string::npos);
    }
}

TEST_CASE("the classes hold every field that has a name of its own") {
    const auto names = app::fields_text("", true, false);
    const auto table = app::fields_text("", false, false, app::ListFormat::Markdown);
    REQUIRE(names.has_value());
    REQUIRE(table.has_value());
    std::size_t at = 0;
    while (at < names->size()) {
        const std::size_t end = names->find('\n', at);
        const std::string name = names->substr(at, end - at);
        INFO(name);
        CHECK(table->find("\n`" + name + "` | ") != std::string::npos);
        at = end + 1;
    }
}
