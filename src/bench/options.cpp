// SPDX-License-Identifier: Apache-2.0
#include "bench/options.hpp"

#include <CLI/CLI.hpp>

namespace sensor::bench {
namespace {

void add_round_options(CLI::App& sub, RoundOptions& rounds, std::string& json) {
    sub.add_option("--rounds", rounds.rounds, "paired rounds")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    sub.add_option("--warmup", rounds.warmup, "rounds before, not kept")->capture_default_str();
    sub.add_option("--cpu", rounds.cpu, "processor to measure on (default: the last one)");
    sub.add_option("--json", json, "append the samples to this file as JSON lines")
        ->type_name("FILE");
    sub.add_flag("-q,--quiet", rounds.quiet, "no line per round");
}

void add_scale(CLI::App& sub, double& scale) {
    sub.add_option("--scale", scale, "factor on the work of a round")
        ->capture_default_str()
        ->check(CLI::Range(0.001, 1000.0));
}

void add_sensor_program(CLI::App& sub, SensorOptions& s) {
    sub.add_option("--sensor", s.sensor, "falco-ebpf to measure (default: beside this program)")
        ->type_name("PATH");
    sub.add_option("-c,--config", s.config,
                   "its configuration (default: config/falco.yaml of the tree)")
        ->type_name("PATH");
}

void add_sensor_options(CLI::App& sub, SensorOptions& s) {
    add_sensor_program(sub, s);
    sub.add_option("--sensor-args", s.sensor_args,
                   "its options, in place of -c, -r and --scope tree=OURS")
        ->type_name("TEXT");
    sub.add_option("-r,--rules", s.rules, "its rules (default: rules/ of the tree)")
        ->type_name("PATH");
    sub.add_flag("--no-sensor", s.no_sensor, "leave it out");
    sub.add_option("--peer", s.peers, "command of another sensor for the same rounds; repeatable")
        ->type_name("COMMAND")
        ->allow_extra_args(false);
    sub.add_option("--peer-name", s.peer_names,
                   "its name in the results; repeatable, in the same order")
        ->type_name("NAME")
        ->allow_extra_args(false);
    sub.add_option("--peer-ready", s.peer_ready, "text a peer writes when it is ready")
        ->type_name("TEXT");
    sub.add_option("--peer-delay", s.peer_delay_s, "seconds to wait for a peer, after that text")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 600.0));
}

void add_kernel(CLI::App& cli, Options& o) {
    CLI::App* sub = cli.add_subcommand("kernel", "what a running sensor adds to system calls");
    KernelBench& k = o.kernel;
    add_round_options(*sub, k, o.json);
    add_scale(*sub, k.scale);
    add_sensor_options(*sub, k);
    sub->add_flag("--no-floor", k.no_floor, "leave out the program that does nothing");
}

void add_macro(CLI::App& cli, Options& o) {
    CLI::App* sub = cli.add_subcommand("macro", "what a running sensor takes from real work");
    MacroBench& m = o.macro;
    add_round_options(*sub, m, o.json);
    add_scale(*sub, m.scale);
    add_sensor_options(*sub, m);
    sub->add_option("--only", m.only, "only these: redis, nginx, gcc build, find, tar, exec storm")
        ->delimiter(',');
}

void add_flood(CLI::App& cli, Options& o) {
    CLI::App* sub = cli.add_subcommand("flood", "what is lost when events come faster than ever");
    FloodBench& f = o.flood;
    sub->add_option("--seconds", f.seconds, "how long")
        ->capture_default_str()
        ->check(CLI::Range(1, 86400));
    sub->add_option("--rate", f.rate, "opens a second, all processors together; 0: all they can")
        ->capture_default_str();
    sub->add_flag("--unwanted", f.unwanted, "the opens are of a file that no rule names");
    sub->add_option("--churn", f.churn, "short programs started a second")->capture_default_str();
    add_sensor_program(*sub, f);
    sub->add_option("--more", f.more, "a further option of it, can be repeated")
        ->allow_extra_args(false);
    sub->add_option("--cgroup", f.cgroups, "control group it is started in, can be repeated")
        ->type_name("FOLDER")
        ->allow_extra_args(false);
    sub->add_option("--json", o.json, "append the figures to this file as JSON lines")
        ->type_name("FILE");
    sub->add_flag("-q,--quiet", f.quiet, "no line per step");
}

void add_pipeline(CLI::App& cli, Options& o) {
    CLI::App* sub =
        cli.add_subcommand("pipeline", "what an event of a capture costs, stage by stage");
    PipelineBench& p = o.pipeline;
    sub->add_option("-e", p.capture, "capture file; its events are repeated")
        ->required()
        ->type_name("FILE");
    sub->add_option("-r,--rules", p.rules, "rules (default: rules/ of the tree)")
        ->type_name("PATH");
    sub->add_option("--compiler", p.compiler, "rule compiler (default: falco-rulec beside this)")
        ->type_name("PATH");
    sub->add_flag("--interpret", p.interpret, "judge with the interpreter");
    sub->add_option("--events", p.least_events, "so many events at least")->capture_default_str();
    add_round_options(*sub, p, o.json);
}

void add_state(CLI::App& cli, Options& o) {
    CLI::App* sub =
        cli.add_subcommand("state", "memory and lookups of the process and descriptor tables");
    StateBench& s = o.state;
    sub->add_option("--small", s.small, "processes of the small system")->capture_default_str();
    sub->add_option("--large", s.large, "processes of the large one")->capture_default_str();
    sub->add_option("--fds", s.fds_each, "descriptors of each process")->capture_default_str();
    add_round_options(*sub, s, o.json);
}

void add_rules(CLI::App& cli, Options& o) {
    CLI::App* sub = cli.add_subcommand("rules", "what judging an event costs, by number of rules");
    RulesBench& r = o.rules;
    sub->add_option("--sizes", r.sizes, "numbers of rules")
        ->capture_default_str()
        ->delimiter(',')
        ->check(CLI::Range(1, 1000000));
    sub->add_option("--only", r.only, "measure only these: reference, machine code, ...")
        ->delimiter(',');
    sub->add_option("--events", r.events, "events of a round")
        ->capture_default_str()
        ->check(CLI::Range(100, 10000000));
    sub->add_option("--seed", r.seed, "of the rules and the events")->capture_default_str();
    sub->add_option("--compiler", r.compiler, "rule compiler (default: falco-rulec beside this)")
        ->type_name("PATH");
    add_round_options(*sub, r, o.json);
}

void add_report(CLI::App& cli, Options& o) {
    CLI::App* sub =
        cli.add_subcommand("report", "markdown, SVG and one HTML page from --json files");
    sub->add_option("FILE", o.files, "files written by --json")->required();
    sub->add_option("--out", o.out, "folder to write into")
        ->capture_default_str()
        ->type_name("DIR");
}

}  // namespace

void declare_options(CLI::App& cli, Options& options) {
    cli.require_subcommand(1);
    add_kernel(cli, options);
    add_macro(cli, options);
    add_flood(cli, options);
    add_pipeline(cli, options);
    add_state(cli, options);
    add_rules(cli, options);
    add_report(cli, options);
}

}  // namespace sensor::bench
