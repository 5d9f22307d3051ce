// SPDX-License-Identifier: Apache-2.0
// Declaration: a subcommand of falco-rulec with its options. CLI11 does the work; its header takes
// seconds to read, so it stays behind this one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sensor::rulec {

class DeclaredOption {
public:
    explicit DeclaredOption(CLI::Option* option) : option_(option) {}

    DeclaredOption& value(const std::string& name);  ///< what help calls the value
    DeclaredOption& one_of(const std::vector<std::string>& names);
    DeclaredOption& between(int least, int most);
    DeclaredOption& between(double least, double most);
    DeclaredOption& required();
    DeclaredOption& shows_default();
    DeclaredOption& one_each();  ///< may be repeated, with one value each time
    DeclaredOption& not_with(const DeclaredOption& other);

private:
    CLI::Option* option_;
};

class Declaration {
public:
    /// Adds the subcommand; options go into variables that outlive the parsing.
    Declaration(CLI::App& app, const std::string& name, const std::string& description);

    /// T: std::string, std::vector or std::optional of it, std::uint32_t, std::uint64_t, double
    template <typename T>
    DeclaredOption option(const std::string& names, T& value, const std::string& description);
    DeclaredOption flag(const std::string& names, bool& value, const std::string& description);
    /// What to do when it is chosen; its exit status goes to `exit`.
    void run(std::function<int()> command, int& exit);

private:
    CLI::App* command_;
};

}  // namespace sensor::rulec
