// SPDX-License-Identifier: Apache-2.0
#include "rulec/junit.hpp"

#include "base/log.hpp"

namespace sensor::rulec {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

/// Bytes of the UTF-8 character at `k` that XML may hold; 0: none.
std::size_t character(const std::string& text, std::size_t k) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned first = byte(k);
    if (first < 0x80) return first >= 0x20 || first == '\n' || first == '\t' ? 1 : 0;
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(k + i) & 0xC0U) != 0x80U) return 0;
    }
    const unsigned second = byte(k + 1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    if (first == 0xEF && second == 0xBF && byte(k + 2) >= 0xBE) return 0;  // U+FFFE, U+FFFF
    return size;
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
