// SPDX-License-Identifier: Apache-2.0
// Test results as JUnit XML, which continuous integration systems read.
#pragma once

#include <string>
#include <vector>

namespace sensor::rulec {

struct TestResult {
    std::string name;
    std::size_t line = 0;
    double seconds = 0;
    std::string failure;  ///< the whole text; empty: passed
    std::string error;    ///< it could not be run
};

struct TestFile {
    std::string path;
    std::vector<TestResult> tests;
};

/// One testsuite a file. Bytes that XML cannot hold become U+FFFD.
std::string junit_xml(const std::vector<TestFile>& files);

}  // namespace sensor::rulec
