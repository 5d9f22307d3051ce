// SPDX-License-Identifier: Apache-2.0
#include "rulec/junit.hpp"

#include "tests/support/catch.hpp"

namespace sensor::testing {

TEST_CASE("JUnit XML holds any text") {
    using namespace rulec;
    const std::string bad = std::string("<&\">\n\x01\xff\xc3\x28 \xed\xa0\x80 ") + "ü € 😀" + '\0';
    const std::string xml =
        junit_xml({{"dir/a.yaml", {{bad, 7, 0.25, bad, {}}, {"b", 9, 0, {}, {}}}},
                   {"c.yaml", {{"(file)", 0, 0, {}, "cannot be read"}}}});
    CHECK(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "));
    CHECK(xml.find("tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\" time=\"0.250\"") !=
          std::string::npos);
    CHECK(xml.find("&lt;&amp;&quot;&gt;&#10;") != std::string::npos);
    CHECK(xml.find("ü € 😀") != std::string::npos);
    for (const char c : xml) CHECK((static_cast<unsigned char>(c) >= 0x20 || c == '\n'));
    CHECK(xml.find('\xff') == std::string::npos);
    CHECK(xml.find("\xed\xa0") == std::string::npos);
}

}  // namespace sensor::testing
