// SPDX-License-Identifier: Apache-2.0
// Draft: what the table's rows are read into, each into its member, and what becomes of it: the
// Config, with what depends on several keys. For config.cpp.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/tree.hpp"

namespace sensor::config {

struct Draft {
    Config c;
    std::string priority = "debug", matching = "first", log_level = "info", libs_severity = "info";
    std::string engine_kind = "modern_ebpf", replay_file, capture_mode = "rules", interval = "5s";
    RingOptions kmod;
    std::vector<std::string> drop_actions{"log", "alert"};
    bool buffered = false;
    bool standard_on = false, syslog_on = false, file_on = false, program_on = false;
    bool http_on = false, kafka_on = false, otlp_on = false;
    output::SyslogOptions syslog;
    output::FileOptions file;
    output::ProgramOptions program;
    output::HttpOptions http;
    output::KafkaOptions kafka;
    output::OtlpOptions otlp;
    bool ssl = false;
    std::string certificate = "/etc/falco/falco.pem";
    struct {
        bool flag = true, off = false;
    } nowhere;  ///< of keys that are read, but say nothing that could be set
};

/// Reads every key of the table; one that is not set becomes its fallback.
/// throws: BadSetting
void read_keys(const Node& root, Draft& draft);

/// The settings that are made of several keys, the environment, or words.
/// throws: BadSetting
void finish(const Node& root, Draft& draft);

/// The values of all members that rows of the table are read into, as texts: for tests.
std::vector<std::string> member_texts(const Draft& draft);

}  // namespace sensor::config
