// SPDX-License-Identifier: Apache-2.0
#include "rulec/declaration.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace sensor::rulec {

DeclaredOption& DeclaredOption::value(const std::string& name) {
    option_->type_name(name);
    return *this;
}
DeclaredOption& DeclaredOption::one_of(const std::vector<std::string>& names) {
    option_->check(CLI::IsMember(names));
    return *this;
}
DeclaredOption& DeclaredOption::between(int least, int most) {
    option_->check(CLI::Range(least, most));
    return *this;
}
DeclaredOption& DeclaredOption::between(double least, double most) {
    option_->check(CLI::Range(least, most));
    return *this;
}
DeclaredOption& DeclaredOption::required() {
    option_->required();
    return *this;
}
DeclaredOption& DeclaredOption::shows_default() {
    option_->capture_default_str();
    return *this;
}
DeclaredOption& DeclaredOption::one_each() {
    option_->allow_extra_args(false);
    return *this;
}
DeclaredOption& DeclaredOption::not_with(const DeclaredOption& other) {
    option_->excludes(other.option_);
    return *this;
}

Declaration::Declaration(CLI::App& app, const std::string& name, const std::string& description)
    : command_(app.add_subcommand(name, description)) {}

template <typename T>
DeclaredOption Declaration::option(const std::string& names, T& value,
                                   const std::string& description) {
    return DeclaredOption(command_->add_option(names, value, description));
}

template DeclaredOption Declaration::option(const std::string&, std::string&, const std::string&);
template DeclaredOption Declaration::option(const std::string&, std::vector<std::string>&,
                                            const std::string&);
template DeclaredOption Declaration::option(const std::string&, std::optional<std::string>&,
                                            const std::string&);
template DeclaredOption Declaration::option(const std::string&, std::uint32_t&, const std::string&);
template DeclaredOption Declaration::option(const std::string&, std::uint64_t&, const std::string&);
template DeclaredOption Declaration::option(const std::string&, double&, const std::string&);

DeclaredOption Declaration::flag(const std::string& names, bool& value,
                                 const std::string& description) {
    return DeclaredOption(command_->add_flag(names, value, description));
}

void Declaration::run(std::function<int()> command, int& exit) {
    command_->callback([command = std::move(command), &exit] { exit = command(); });
}

}  // namespace sensor::rulec
