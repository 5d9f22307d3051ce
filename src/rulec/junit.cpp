// SPDX-License-Identifier: Apache-2.0
#include "rulec/junit.hpp"

#include "base/log.hpp"
#include "base/utf8.hpp"

namespace sensor::rulec {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

/// Bytes of the character at `k` that XML may hold; 0: none.
std::size_t character(std::string_view text, std::size_t k) {
    const std::size_t size = utf8_length(text.substr(k));
    if (size == 1) return text[k] >= 0x20 || text[k] == '\n' || text[k] == '\t' ? 1 : 0;
    const std::string_view one = text.substr(k, size);
    return one == "\xEF\xBF\xBE" || one == "\xEF\xBF\xBF" ? 0 : size;  // U+FFFE, U+FFFF
}

std::string escaped(const std::string& text) {
    std::string out;
    for (std::size_t k = 0; k < text.size();) {
        const std::size_t size = character(text, k);
        if (size == 0) {
            out += kReplacement;
            ++k;
            continue;
        }
        switch (text[k]) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\n': out += "&#10;"; break;
            case '\t': out += "&#9;"; break;
            default: out.append(text, k, size);
        }
        k += size;
    }
    return out;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

struct Counts {
    std::size_t tests = 0, failures = 0, errors = 0;
    double seconds = 0;

    void add(const TestResult& test) {
        ++tests;
        failures += test.failure.empty() ? 0 : 1;
        errors += test.error.empty() ? 0 : 1;
        seconds += test.seconds;
    }
    std::string attributes() const {
        return format(R"(tests="{}" failures="{}" errors="{}" skipped="0" time="{:.3f}")", tests,
                      failures, errors, seconds);
    }
};

std::string problem(const char* element, const std::string& text) {
    return format("      <{} type=\"{}\" message=\"{}\">{}</{}>\n", element, element,
                  escaped(first_line(text)), escaped(text), element);
}

std::string test_xml(const TestFile& file, const TestResult& test) {
    const std::string head =
        format(R"(    <testcase name="{}" classname="{}" file="{}" line="{}" time="{:.3f}")",
               escaped(test.name), escaped(file.path), escaped(file.path), test.line, test.seconds);
    std::string inside;
    if (!test.failure.empty()) inside += problem("failure", test.failure);
    if (!test.error.empty()) inside += problem("error", test.error);
    return inside.empty() ? head + "/>\n" : head + ">\n" + inside + "    </testcase>\n";
}

}  // namespace

std::string junit_xml(const std::vector<TestFile>& files) {
    Counts all;
    std::string suites;
    for (const TestFile& file : files) {
        Counts counts;
        std::string tests;
        for (const TestResult& test : file.tests) {
            counts.add(test);
            all.add(test);
            tests += test_xml(file, test);
        }
        suites += format("  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n", escaped(file.path),
                         counts.attributes(), tests);
    }
    return format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"falco-rulec test\" "
        "{}>\n{}</testsuites>\n",
        all.attributes(), suites);
}

}  // namespace sensor::rulec
