// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "base/log.hpp"

namespace sensor::app {
namespace {

constexpr std::size_t kHelpWidth = 140, kHelpColumn = 32;

/// A name, then what it means in a column of its own, wrapped.
std::string help_entry(const std::string& name, std::string_view meaning) {
    std::string text = "  " + name;
    std::size_t column = text.size();
    const auto new_line = [&] {
        text += '\n';
        text.append(kHelpColumn, ' ');
        column = kHelpColumn;
    };
    if (column + 1 > kHelpColumn) new_line();
    text.append(kHelpColumn - column, ' ');
    column = kHelpColumn;
    while (!meaning.empty()) {
        const std::size_t end = std::min(meaning.find(' '), meaning.size());
        if (column > kHelpColumn && column + 1 + end > kHelpWidth) new_line();
        if (column > kHelpColumn) text += ' ', ++column;
        text += meaning.substr(0, end);
        column += end;
        meaning.remove_prefix(std::min(end + 1, meaning.size()));
    }
    return text + '\n';
}

/// The usage line names the program as it was called: /usr/bin/falco may be a link to it.
class HelpText : public CLI::Formatter {
public:
    explicit HelpText(std::string called) : called_(std::move(called)) {}

    std::string make_usage(const CLI::App* app, std::string name) const override {
        if (app->get_parent() != nullptr) return CLI::Formatter::make_usage(app, name);
        return "Usage:\n  " + called_ + " [OPTION...] [COMMAND]\n";
    }
    std::string make_description(const CLI::App* app) const override {
        return app->get_description() + "\n";
    }
    std::string make_group(std::string group, bool positional,
                           std::vector<const CLI::Option*> options) const override {
        std::string text = "\n" + group + ":\n";
        for (const CLI::Option* option : options) text += make_option(option, positional);
        return text;
    }
    std::string make_subcommand(const CLI::App* command) const override {
        return help_entry(command->get_name(), command->get_description());
    }
    std::string make_option(const CLI::Option* option, bool positional) const override {
        std::string name = make_option_name(option, positional);
        if (const std::size_t comma = name.find(','); comma != std::string::npos)
            name.insert(comma + 1, " ");
        const std::string value = option->get_type_name();
        if (!value.empty()) name += " " + value.substr(0, value.find(':'));
        return help_entry(name, option->get_description());
    }

private:
    std::string called_;
};

/// A list option: one value an occurrence, never split.
void add_texts(CLI::App& cli, const char* names, std::vector<std::string>& into, const char* value,
               const char* help) {
    cli.add_option(names, into, help)->type_name(value)->allow_extra_args(false);
}

ListFormat list_format(std::string word) {
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (word == "text") return ListFormat::Text;
    if (word == "markdown") return ListFormat::Markdown;
    if (word == "json") return ListFormat::Json;
    throw CLI::ValidationError("--format must be text, markdown or json, not '" + word + "'",
                               CLI::ExitCodes::ValidationError);
}

std::string invalid_duration(const std::string& text) {
    char* end = nullptr;
    const double seconds = std::strtod(text.c_str(), &end);
    return end != text.c_str() && *end == '\0' && seconds > 0 ? "" : "invalid duration " + text;
}

void declare_rules(CLI::App& cli, Options& o) {
    add_texts(cli, "-r", o.rules_files, "PATH",
              "rules file or folder; repeatable; replaces the configured list");
    add_texts(cli, "-V,--validate", o.validate, "FILE",
              "print what is wrong with a rules file, or that it is good, and exit; "
              "repeatable; with json_output as JSON");
    cli.add_flag("-L", o.describe_rules,
                 "print name and description of every rule and exit; with json_output all that is "
                 "known of rules, macros and lists");
    cli.add_option("-l", o.describe_rule, "the same of one rule")->type_name("RULE");
    add_texts(cli, "-p,--print", o.print_formats, "TEXT",
              "text appended to every rule's output; deprecated, use append_output; c, container, "
              "k, kubernetes do nothing any more");
    cli.add_flag("--rule-schema", o.rule_schema, "print the JSON schema of rules files and exit");
}

void declare_settings(CLI::App& cli, Options& o) {
    cli.add_flag("--config-schema", o.config_schema,
                 "print the JSON schema of the configuration and exit");
    cli.add_flag("--print-config", o.print_config,
                 "print every setting with the place it was set at and exit; with json_output as "
                 "JSON");
    cli.add_flag("--strict", o.strict,
                 "do not start with unknown keys, plugins that are not available or files that do "
                 "not fit the schema");
}

void declare_events(CLI::App& cli, Options& o) {
    cli.add_option("-e", o.capture_file,
                   "judge the events of a capture file (.scap, plain or packed; - for standard "
                   "input) instead of watching this machine")
        ->type_name("FILE");
    cli.add_option("-w,--writefile", o.write_file,
                   "write every event to a capture file too, with what runs and is open before; "
                   "what no rule wants is then reported as well, but for high-volume I/O (-A)")
        ->type_name("FILE");
    add_texts(cli, "--scope", o.scopes, "SCOPE",
              "watch only these processes: cgroup=PATH, tree=PID, pidns or container; repeatable, "
              "any matches");
    cli.add_flag("-A", o.all_events,
                 "also report high-volume I/O calls that are left out by default: "
                 "base_syscalls.all");
    CLI::Option* const disable = cli.add_option("--disable-source", o.disabled_sources,
                                                "turn an event source off; there is one, syscall");
    disable->type_name("SOURCE")->allow_extra_args(false);
    cli.add_option("--enable-source", o.enabled_sources, "enable only these event sources")
        ->type_name("SOURCE")
        ->allow_extra_args(false)
        ->excludes(disable);
    cli.add_option("-M", o.duration_s, "stop after so many seconds (of a capture: of event time)")
        ->type_name("SECONDS")
        ->check(invalid_duration);
}

void declare_running(CLI::App& cli, Options& o) {
    cli.add_flag("-d,--daemon", o.daemon, "go on in the background once events can be read");
    cli.add_option("-P,--pidfile", o.pid_file,
                   "write the process number to this file (with -d: /var/run/falco.pid)")
        ->type_name("FILE");
    cli.add_flag("-U,--unbuffered", o.unbuffered, "flush after each alert");
    cli.add_flag(
        "--stats", o.event_stats,
        "print at the end how many events of each kind came, and how many the kernel dropped "
        "since no rule can want them");
    cli.add_flag("-v", o.verbose, "more statistics at the end, types with --list");
    cli.add_flag("--dry-run", o.dry_run, "load configuration and rules, open nothing, exit");
    CLI::Option* interpret = cli.add_flag(
        "--interpret", o.interpret, "judge events with the interpreter, compile no machine code");
    cli.add_option(
           "--bundle", o.bundle,
           "machine code of these rules made by falco-rulec compile --bundle; where it does "
           "not fit, rules are compiled as usual")
        ->type_name("FILE")
        ->excludes(interpret);
    cli.add_option("--compiler", o.compiler,
                   "rule compiler to run (default: falco-rulec beside this program)")
        ->type_name("PATH");
    cli.add_option("--ready-fd", o.ready_fd,
                   "write \"ready\" to this descriptor once events arrive")
        ->type_name("FD");
}

void declare_lists(CLI::App& cli, Options& o) {
    cli.add_option("--list", o.list_source,
                   "list the fields of conditions and outputs and exit; SOURCE: syscall")
        ->type_name("[SOURCE]")
        ->expected(0, 1);
    cli.add_flag("--list-events", o.list_events, "list the events and exit");
    cli.add_option_function<std::string>(
           "--format", [&o](const std::string& word) { o.list_format = list_format(word); },
           "of --list and --list-events: text, markdown, json")
        ->type_name("FORMAT:{text,markdown,json}");  // the choices are for completion
    cli.add_flag("-N", o.list_names_only, "with --list: names only");
    cli.add_flag("-i", o.list_ignored, "list the calls that are left out without -A and exit");
    cli.add_flag("--list-plugins", o.list_plugins, "print what is known of the plugins and exit");
    cli.add_option("--plugin-info", o.plugin_info,
                   "print what a plugin does and takes, and exit; there is one, container")
        ->type_name("NAME");
    cli.add_flag("--support", o.support,
                 "print versions, configuration and rules as JSON and exit: for reports of errors");
    cli.add_flag("--version", o.show_version, "print versions and exit; with json_output as JSON");
    cli.add_flag("--page-size", o.page_size, "log the page size of the system and exit");
}

void declare(CLI::App& cli, Options& o) {
    cli.set_help_flag("-h,--help", "print this help and exit");
    cli.add_option("-c", o.config_file,
                   "configuration file (default /etc/falco/falco.yaml, if it is there)")
        ->type_name("PATH");
    add_texts(cli, "-o,--option", o.overrides, "KEY=VAL",
              "set one configuration value: key=val, key.sub=val, key[]=val; repeatable");
    declare_rules(cli, o);
    declare_events(cli, o);
    declare_running(cli, o);
    declare_lists(cli, o);
}

void declare_dump(CLI::App& cli, Options& o) {
    CLI::App& dump = *cli.add_subcommand(
        "dump", "print events, of a capture file (-e) or live, instead of judging them");
    dump.fallthrough();  // -e, --scope, -A, -M and -c may stand behind it
    dump.add_option("-f", o.dump.condition, "only events for which this condition holds")
        ->type_name("CONDITION");
    dump.add_option("-p", o.dump.format, "what to print of an event, as the output of a rule")
        ->type_name("FORMAT");
    dump.add_option("-n", o.dump.at_most, "stop after so many events")->type_name("COUNT");
    dump.add_flag("--json", o.dump.json, "one object a line, a key for each field of the format");
    CLI::Option* count = dump.add_flag("--count", o.dump.count, "only the number of events");
    dump.add_option("--top", o.dump.top, "the values of a field, the most frequent first")
        ->type_name("FIELD")
        ->excludes(count);
}

void declare_doctor(CLI::App& cli, Options& o) {
    CLI::App& doctor = *cli.add_subcommand(
        "doctor",
        "what works on this machine, what is blind and what to change; exit 1 if the "
        "sensor cannot run");
    doctor.fallthrough();
    doctor.add_flag("--json", o.doctor_json, "one JSON object");
}

/// The name of an option as the peer says it: without dashes and value.
std::string bare_name(std::string word) {
    if (!word.starts_with("--")) return word.substr(1, 1);
    word.erase(0, 2);
    return word.substr(0, word.find('='));
}

std::string quoted(const std::string& name) { return "\u2018" + name + "\u2019"; }

constexpr const char* kChoiceClash =
    "You can not specify both disabled (-D/-T) and enabled (-t) rules";

/// Words of the command line that nothing took. out: what is wrong with them, empty: nothing
std::string judge_surplus(const CLI::App& cli, Options& o) {
    const bool commanded = o.dumps || o.examines || o.compares || o.migrates;
    for (const std::string& word : cli.remaining(true)) {
        if (word.size() > 1 && word[0] == '-')
            return "Option " + quoted(bare_name(word)) + " does not exist";
        if (commanded) return "'" + word + "' is not expected here";
        o.notes.push_back(format("'{}' is not an option and is ignored", word));
    }
    return {};
}

/// -p, whose words of former times stand for nothing any more; what is left is a format.
void judge_formats(Options& o) {
    const auto judge = [&](const std::string& text) {
        if (text == "c" || text == "container" || text == "k" || text == "kubernetes") {
            o.notes.push_back(
                format("-p {}: does nothing any more; append_output with suggested_output: true "
                       "adds what is known of container and pod",
                       text));
            return true;
        }
        if (text == "m" || text == "mesos") {
            o.notes.push_back(format("-p {}: does nothing, Mesos has no successor", text));
            return true;
        }
        o.notes.push_back(format(
            "-p {}: deprecated, taken as an append_output entry with this extra_output", text));
        return false;
    };
    std::erase_if(o.print_formats, judge);
}

/// What only all options together tell.
std::string judge_whole(const CLI::App& cli, Options& o) {
    if (cli.count("--gvisor-generate-config") > 0)
        return "--gvisor-generate-config: gVisor sandboxes cannot be watched, there is no "
               "configuration to give them";
    if (cli.count("-t") > 0 && cli.count("-D") + cli.count("-T") > 0) return kChoiceClash;
    if (o.list_names_only && !o.list_fields) return "-N needs --list";
    std::error_code ignored;
    if (std::filesystem::equivalent(o.capture_file, o.write_file, ignored))
        return "-w " + o.write_file + " is the file that -e reads";
    judge_formats(o);
    if (o.daemon && o.pid_file.empty()) o.pid_file = "/var/run/falco.pid";
    return judge_surplus(cli, o);
}

/// A daemon leaves the folder it was started in.
void make_absolute(Options& o) {
    const auto whole = [](std::string& path) {
        std::error_code failed;
        if (path.empty() || path == "-") return;
        const std::filesystem::path absolute = std::filesystem::absolute(path, failed);
        if (!failed) path = absolute.string();
    };
    for (std::string* path :
         {&o.config_file, &o.capture_file, &o.write_file, &o.pid_file, &o.bundle, &o.shadow})
        whole(*path);
    for (std::string& path : o.rules_files) whole(path);
}

ParsedOptions wrong(const std::string& text) {
    ParsedOptions parsed;
    parsed.text = "Error: " + text + "\n";
    // As it was said while there were these options.
    if (text == kChoiceClash) parsed.text += "Runtime error: " + text + ". Exiting.\n";
    parsed.text += "Run falco-ebpf --help for the options.\n";
    parsed.exit_code = 1;
    return parsed;
}

std::string joined(std::span<const char* const> words) {
    std::string text;
    for (const char* word : words) text += (text.empty() ? "" : " ") + std::string(word);
    return text;
}

}  // namespace

void declare_options(CLI::App& cli, Options& options) {
    declare(cli, options);
    declare_settings(cli, options);
    declare_former_options(cli, options);
    declare_dump(cli, options);
    declare_doctor(cli, options);
    declare_migration(cli, options);
}

ParsedOptions parse_options(int argc, const char* const* argv) {
    const std::span words(argv, static_cast<std::size_t>(argc));
    Options options;
    options.command_line = joined(words);
    CLI::App cli(kProgramDescription, kProgramName);
    declare_options(cli, options);
    cli.allow_extras();
    cli.formatter(std::make_shared<HelpText>(
        argc > 0 ? std::filesystem::path(argv[0]).filename().string() : kProgramName));
    // What stands behind "--" belongs to no option.
    const auto end = std::find(words.begin(), words.end(), std::string_view("--"));
    ParsedOptions parsed;
    try {
        cli.parse(static_cast<int>(end - words.begin()), argv);
        options.list_fields = cli.count("--list") > 0;
        options.describe_rules = options.describe_rules || cli.count("-l") > 0;
        options.dumps = cli.got_subcommand("dump");
        options.examines = cli.got_subcommand("doctor");
        options.compares = cli.got_subcommand("compare");
        options.migrates = cli.got_subcommand("migrate");
        if (const std::string text = judge_whole(cli, options); !text.empty()) return wrong(text);
        if (options.daemon) make_absolute(options);
        parsed.options = std::move(options);
    } catch (const CLI::CallForHelp&) {
        parsed.text = cli.help();
    } catch (const CLI::ArgumentMismatch& error) {
        const std::string text = error.what();
        return wrong("Option " + quoted(bare_name(text.substr(0, text.find(':')))) +
                     " is missing an argument");
    } catch (const CLI::ParseError& error) {
        ParsedOptions failed = wrong(error.what());
        // There 1 says that two streams differ.
        if (cli.got_subcommand("compare")) failed.exit_code = 2;
        return failed;
    }
    return parsed;
}

}  // namespace sensor::app
