// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

#include <CLI/CLI.hpp>

namespace sensor::app {
namespace {

void declare_validation(CLI::App& cli, Options& o) {
    cli.add_option("-V,--validate", o.validate,
                   "print what is wrong with a rules file, or that it is good, and exit; "
                   "repeatable; with json_output as JSON")
        ->type_name("FILE")
        ->allow_extra_args(false);
    cli.add_flag("-L", o.describe_rules,
                 "print name and description of every rule and exit; with json_output all that is "
                 "known of rules, macros and lists");
    cli.add_option("-l", o.describe_rule, "the same of one rule")->type_name("RULE");
}

void declare(CLI::App& cli, Options& o) {
    cli.set_help_flag("-h,--help", "print this help and exit");
    cli.add_option("-c", o.config_file,
                   "configuration file (default /etc/falco/falco.yaml, if it is there)")
        ->type_name("PATH");
    cli.add_option("-e", o.capture_file,
                   "judge the events of a capture file (.scap, plain or packed; - for standard "
                   "input) instead of watching this machine")
        ->type_name("FILE");
    cli.add_option("-r", o.rules_files,
                   "rules file or folder; repeatable; replaces the configured list")
        ->type_name("PATH");
    cli.add_option("-o,--option", o.overrides,
                   "set one configuration value: key=val, key.sub=val, key[]=val; repeatable")
        ->type_name("KEY=VAL")
        ->allow_extra_args(false);
    cli.add_option("-p,--print", o.print_formats,
                   "text appended to every rule's output; c, container, k, kubernetes do nothing")
        ->type_name("TEXT");
    cli.add_option(
           "--scope", o.scopes,
           "watch only these processes: cgroup=PATH, tree=PID or pidns; repeatable, any matches")
        ->type_name("SCOPE");
    cli.add_flag("-A", o.all_events,
                 "also report high-volume I/O calls that are left out by default");
    cli.add_flag("-U,--unbuffered", o.unbuffered, "flush after each alert");
    cli.add_flag(
        "--stats", o.event_stats,
        "print at the end how many events of each kind came, and how many the kernel dropped "
        "since no rule can want them");
    cli.add_flag("-v", o.verbose, "more statistics at the end");
    cli.add_option("-M", o.duration_s, "stop after so many seconds (of a capture: of event time)")
        ->type_name("SECONDS")
        ->check(CLI::PositiveNumber);
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
    cli.add_option("--list", o.list_source,
                   "list the fields of conditions and outputs and exit; SOURCE: syscall")
        ->type_name("[SOURCE]")
        ->expected(0, 1);
    cli.add_flag("-N", o.list_names_only, "with --list: names only");
    cli.add_flag("--list-events", o.list_events, "list the events and exit");
    cli.add_flag("-i", o.list_ignored, "list the calls that are left out without -A and exit");
    cli.add_flag("--version", o.show_version, "print versions and exit");
    cli.add_flag("--page-size", o.page_size, "print the page size of the system and exit");
    cli.add_option("--ready-fd", o.ready_fd,
                   "write \"ready\" to this descriptor once events arrive")
        ->type_name("FD");
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

}  // namespace

void declare_options(CLI::App& cli, Options& options) {
    declare(cli, options);
    declare_validation(cli, options);
    declare_dump(cli, options);
    declare_doctor(cli, options);
}

ParsedOptions parse_options(int argc, const char* const* argv) {
    Options options;
    CLI::App cli(kProgramDescription, kProgramName);
    declare_options(cli, options);
    ParsedOptions parsed;
    try {
        cli.parse(argc, argv);
        options.list_fields = cli.count("--list") > 0;
        options.describe_rules = options.describe_rules || cli.count("-l") > 0;
        options.dumps = cli.got_subcommand("dump");
        options.examines = cli.got_subcommand("doctor");
        parsed.options = options;
    } catch (const CLI::CallForHelp&) {
        parsed.text = cli.help();
    } catch (const CLI::ParseError& error) {
        parsed.text =
            std::string("Error: ") + error.what() + "\nRun falco-ebpf --help for the options.\n";
        parsed.exit_code = 1;
    }
    return parsed;
}

}  // namespace sensor::app
