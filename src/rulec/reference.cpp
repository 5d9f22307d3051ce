// SPDX-License-Identifier: Apache-2.0
#include "rulec/reference.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

#include "app/options.hpp"
#include "bench/options.hpp"

namespace sensor::rulec {
namespace {

/// "TEXT:{a,b}" as CLI11 has it, to the name and the choices.
void split_type(const std::string& type, OptionText& option) {
    const std::size_t open = type.find('{');
    const std::size_t close = type.find('}', open);
    if (open != std::string::npos && close != std::string::npos) {
        std::size_t begin = open + 1;
        while (begin < close) {
            const std::size_t end = std::min(type.find(',', begin), close);
            option.choices.push_back(type.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    option.value = type.substr(0, type.find(':'));
    if (!option.choices.empty() && (option.value == "TEXT" || option.value.starts_with('{')))
        option.value = "NAME";
    option.is_file = option.value == "FILE" || option.value == "PATH";
}

OptionText describe(const CLI::Option& option) {
    OptionText text;
    for (const std::string& name : option.get_snames()) text.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
    text.description = option.get_description();
    text.required = option.get_required();
    if (option.get_type_size() != 0) split_type(option.get_type_name(), text);
    if (text.names.empty()) {
        text.value = option.get_single_name();
        text.is_file = text.is_file || text.value == "FILE";
        if (option.get_items_expected_max() > 1) text.value += "...";
    }
    return text;
}

std::vector<OptionText> describe_options(const CLI::App& app) {
    std::vector<OptionText> options;
    // Those that stand for themselves come first in a usage line.
    for (const bool positional : {true, false}) {
        for (const CLI::Option* option : app.get_options()) {
            OptionText text = describe(*option);
            if (text.names.empty() == positional) options.push_back(std::move(text));
        }
    }
    return options;
}

}  // namespace

ProgramText describe(const CLI::App& app) {
    ProgramText program{app.get_name(), app.get_description(), describe_options(app), {}};
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        program.commands.push_back(
            {command->get_name(), command->get_description(), describe_options(*command)});
    }
    return program;
}

ProgramText describe_sensor() {
    app::Options options;
    CLI::App cli(app::kProgramDescription, app::kProgramName);
    app::declare_options(cli, options);
    return describe(cli);
}

ProgramText describe_bench() {
    bench::Options options;
    CLI::App cli(bench::kProgramDescription, bench::kProgramName);
    bench::declare_options(cli, options);
    return describe(cli);
}

}  // namespace sensor::rulec
