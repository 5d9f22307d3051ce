// SPDX-License-Identifier: Apache-2.0
// Expected alerts against those that came.
#include <algorithm>

#include "cases/run.hpp"

namespace sensor::cases {
namespace {

/// The shortest way from one list of names to the other.
std::vector<DiffLine> diff(const std::vector<std::string>& expected,
                           const std::vector<std::string>& got) {
    const std::size_t rows = expected.size(), columns = got.size();
    // common[i][j]: longest common part of what is left from i and j on
    std::vector<std::vector<std::size_t>> common(rows + 1, std::vector<std::size_t>(columns + 1));
    for (std::size_t i = rows; i-- > 0;) {
        for (std::size_t j = columns; j-- > 0;) {
            common[i][j] = expected[i] == got[j] ? common[i + 1][j + 1] + 1
                                                 : std::max(common[i + 1][j], common[i][j + 1]);
        }
    }
    std::vector<DiffLine> out;
    std::size_t i = 0, j = 0;
    while (i < rows || j < columns) {
        if (i < rows && j < columns && expected[i] == got[j]) {
            out.push_back({' ', expected[i++]});
            ++j;
        } else if (j == columns || (i < rows && common[i + 1][j] >= common[i][j + 1])) {
            out.push_back({'-', expected[i++]});
        } else {
            out.push_back({'+', got[j++]});
        }
    }
    return out;
}

std::vector<DiffLine> message_diff(const std::string& rule, const std::string& expected,
                                   const std::string& got) {
    return {{' ', rule}, {'-', expected}, {'+', got}};
}

std::vector<Failure> compare_messages(const ExpectedAlert& want, const RaisedAlert& got) {
    std::vector<Failure> out;
    if (want.output && *want.output != got.message)
        out.push_back(
            {"the output differs", message_diff(want.rule, *want.output, got.message), {}});
    for (const std::string& part : want.output_parts) {
        if (got.message.find(part) != std::string::npos) continue;
        out.push_back(
            {"the output lacks '" + part + "'", {{' ', want.rule}, {'+', got.message}}, {}});
    }
    return out;
}

std::vector<Failure> compare_order(const Case& test, const std::vector<RaisedAlert>& got) {
    std::vector<std::string> expected_names, got_names;
    for (const ExpectedAlert& alert : test.alerts)
        expected_names.insert(expected_names.end(), alert.count, alert.rule);
    for (const RaisedAlert& alert : got) got_names.push_back(alert.rule);
    if (expected_names != got_names) {
        Failure out{"the alerts differ", diff(expected_names, got_names), {}};
        std::size_t next = 0;
        for (DiffLine& line : out.diff) {
            if (line.sign == '-') continue;
            if (line.sign == '+') line.text += ": " + got[next].message;
            ++next;
        }
        return {out};
    }
    std::vector<Failure> out;
    std::size_t next = 0;
    for (const ExpectedAlert& want : test.alerts) {
        for (std::size_t k = 0; k < want.count; ++k) {
            for (Failure& one : compare_messages(want, got[next])) out.push_back(std::move(one));
            ++next;
        }
    }
    return out;
}

std::string counted(std::size_t count, const std::string& rule) {
    return std::to_string(count) + " × " + rule;
}

/// One alert of that rule must have all the texts.
bool has_texts(const ExpectedAlert& want, const std::vector<RaisedAlert>& got) {
    return std::any_of(got.begin(), got.end(), [&](const RaisedAlert& alert) {
        return alert.rule == want.rule && compare_messages(want, alert).empty();
    });
}

std::vector<Failure> compare_counts(const Case& test, const std::vector<RaisedAlert>& got) {
    std::map<std::string, std::size_t> expected, found;
    for (const ExpectedAlert& alert : test.alerts) expected[alert.rule] += alert.count;
    for (const RaisedAlert& alert : got) ++found[alert.rule];
    std::vector<Failure> out;
    Failure differ{"the alerts differ", {}, {}};
    bool differs = false;
    for (const auto& [rule, count] : expected) found.try_emplace(rule, 0);
    for (const auto& [rule, count] : found) {
        const std::size_t want = expected.count(rule) != 0 ? expected[rule] : 0;
        if (want == count) {
            if (count != 0) differ.diff.push_back({' ', counted(count, rule)});
            continue;
        }
        differs = true;
        if (want != 0) differ.diff.push_back({'-', counted(want, rule)});
        if (count != 0) differ.diff.push_back({'+', counted(count, rule)});
        for (const RaisedAlert& alert : got) {
            if (alert.rule != rule || want > count) continue;
            differ.notes.push_back("evt.num " + std::to_string(alert.number) + ": " +
                                   alert.message);
            break;
        }
    }
    if (differs) out.push_back(std::move(differ));
    for (const ExpectedAlert& want : test.alerts) {
        if (want.count == 0 || (!want.output && want.output_parts.empty())) continue;
        if (found[want.rule] != 0 && !has_texts(want, got))
            out.push_back({"no alert of '" + want.rule + "' has the expected text", {}, {}});
    }
    return out;
}

}  // namespace

std::vector<Failure> compare(const Case& test, const std::vector<RaisedAlert>& got) {
    return test.capture.empty() ? compare_order(test, got) : compare_counts(test, got);
}

}  // namespace sensor::cases
