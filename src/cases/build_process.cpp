// SPDX-License-Identifier: Apache-2.0
// Processes of a case. A text is a program of the file's `programs`, or a path, or a name that
// stands for /usr/bin/NAME; a map says more. Parents are nested.
#include <cstring>
#include <filesystem>
#include <set>
#include <sstream>

#include "cases/build.hpp"
#include "lang/similar.hpp"

namespace sensor::cases {
namespace {

constexpr double kMostAge = 1e9;      // seconds
constexpr unsigned kMostNested = 60;  // parents, or programs like each other

const std::set<std::string>& process_keys() {
    static const std::set<std::string> keys = {
        "id",          "like",     "name",      "exe",          "exepath",    "args",
        "env",         "parent",   "pid",       "uid",          "gid",        "loginuid",
        "tty",         "cwd",      "root",      "vpid",         "sid",        "pgid",
        "vpgid",       "age_s",    "container", "capabilities", "from_memfd", "upper_layer",
        "lower_layer", "writable", "exe_ino",   "fds",          "ns_age_s"};
    return keys;
}

std::vector<std::string> words(const YAML::Node& node) {
    std::vector<std::string> out;
    if (node.IsScalar()) {
        std::istringstream in(node.as<std::string>());
        for (std::string word; in >> word;) out.push_back(word);
    }
    for (const auto& item : node) out.push_back(item.as<std::string>());
    return out;
}

void set_program(const std::string& text, state::ProcessSpec& out) {
    const bool path = text.find('/') != std::string::npos;
    out.exepath = path ? text : "/usr/bin/" + text;
    out.comm = std::filesystem::path(text).filename().string().substr(0, 15);
    out.exe = text;
}

state::Ref<state::Container> make_container(const YAML::Node& given, const CaseFile& file) {
    YAML::Node node = given;
    if (node.IsScalar()) {
        if (node.as<std::string>() == "host") return {};
        const auto name = node.as<std::string>();
        if (!file.containers.IsMap() || !file.containers[name])
            throw CaseError{place_of(given), "unknown container " + name};
        node.reset(file.containers[name]);
    }
    auto text = [&](const char* key, const char* otherwise) {
        return node[key] ? node[key].as<std::string>() : std::string(otherwise);
    };
    auto out = state::make_ref<state::Container>();
    out->id = text("id", "0123456789ab");
    out->full_id = text("full_id", "");
    out->type = text("type", "docker");
    out->name = text("name", "box");
    out->image_repository = text("repository", "");
    out->image_tag = text("tag", "");
    out->image = text("image", (out->image_repository + ":" + out->image_tag).c_str());
    out->image_id = text("image_id", "");
    out->image_digest = text("digest", "");
    out->pod_name = text("pod", "");
    out->pod_namespace = text("pod_namespace", "");
    out->privileged = node["privileged"] && node["privileged"].as<bool>();
    out->host_pid = node["host_pid"] && node["host_pid"].as<bool>();
    out->host_network = node["host_network"] && node["host_network"].as<bool>();
    out->known = !node["has_details"] || node["has_details"].as<bool>()
                     ? containers::Known::Complete
                     : containers::Known::Id;
    for (const auto& item : node["mounts"]) {
        containers::Mount mount;
        const auto spec = item.as<std::string>();  // source:dest[:ro|rw]
        const std::size_t first = spec.find(':');
        const std::size_t second = spec.find(':', first + 1);
        if (first == std::string::npos)
            throw CaseError{place_of(item), "mount is not SOURCE:DEST[:MODE]"};
        mount.source = spec.substr(0, first);
        mount.dest =
            spec.substr(first + 1, second == std::string::npos ? second : second - first - 1);
        mount.mode = second == std::string::npos ? "" : spec.substr(second + 1);
        mount.rdwr = mount.mode != "ro";
        out->mounts.push_back(mount);
    }
    for (const auto& item : node["labels"]) {
        out->labels.emplace_back(item.first.as<std::string>(), item.second.as<std::string>());
    }
    return out;
}

state::Endpoint endpoint(const std::string& text, Place at) {
    const HostPort end = host_port(text, at);
    state::Endpoint out;
    std::memcpy(out.ip.data(), end.ip.data(), end.ip.size());
    out.size = static_cast<std::uint8_t>(end.ip.size());
    out.port = end.port;
    return out;
}

/// "WORD name": file /x, directory /x, unix /x, pipe, tcp A->B, udp A->B (ours->theirs).
state::FdInfo descriptor(const std::string& text, Place at) {
    const std::size_t blank = text.find(' ');
    const std::string kind = text.substr(0, blank);
    const std::string rest = blank == std::string::npos ? "" : text.substr(blank + 1);
    state::FdInfo out;
    if (kind == "tcp" || kind == "udp" || kind == "tcp-server") {
        const std::size_t arrow = rest.find("->");
        if (arrow == std::string::npos) throw CaseError{at, "socket is not LOCAL->REMOTE"};
        const state::Endpoint local = endpoint(rest.substr(0, arrow), at);
        const state::Endpoint remote = endpoint(rest.substr(arrow + 2), at);
        out.type = local.size == 4 ? state::FdType::Ipv4 : state::FdType::Ipv6;
        out.l4 = kind == "udp" ? state::L4Proto::Udp : state::L4Proto::Tcp;
        out.connected = true;
        const bool server = kind == "tcp-server";
        state::set_connection(out, local, remote,
                              server ? state::SocketRole::Server : state::SocketRole::Client);
        return out;
    }
    out.set_names(rest, {});
    if (kind == "file")
        out.type = state::FdType::File;
    else if (kind == "directory")
        out.type = state::FdType::Directory;
    else if (kind == "unix")
        out.type = state::FdType::Unix;
    else if (kind == "pipe")
        out.type = state::FdType::Pipe;
    else if (kind == "memfd")
        out.type = state::FdType::Memfd;
    else if (kind == "socket")
        out.type = state::FdType::Ipv4;
    else
        throw CaseError{at, "unknown kind of descriptor " + kind};
    if (kind == "socket") out.l4 = state::L4Proto::Tcp;
    return out;
}

std::uint64_t age(const YAML::Node& node) {
    const double seconds = node.as<double>();
    if (!(seconds >= 0 && seconds <= kMostAge))
        throw CaseError{place_of(node), "no age in seconds: " + node.as<std::string>()};
    return kNow - static_cast<std::uint64_t>(seconds * 1e9);
}

void read_identity(const YAML::Node& node, state::ProcessSpec& out) {
    if (node["uid"]) out.uid = node["uid"].as<std::uint32_t>();
    if (node["gid"]) out.gid = node["gid"].as<std::uint32_t>();
    if (node["loginuid"])
        out.loginuid = static_cast<std::uint32_t>(node["loginuid"].as<std::int64_t>());
    if (node["tty"]) out.tty = node["tty"].as<std::uint32_t>();
    if (node["sid"]) out.sid = node["sid"].as<std::int64_t>();
    if (node["pgid"]) out.pgid = node["pgid"].as<std::int64_t>();
    if (node["vpgid"]) out.vpgid = node["vpgid"].as<std::int64_t>();
    if (node["age_s"]) out.clone_ts_ns = age(node["age_s"]);
    if (node["ns_age_s"]) out.pidns_start_ns = age(node["ns_age_s"]);
    if (node["capabilities"])
        out.cap_permitted = out.cap_effective = node["capabilities"].as<std::uint64_t>();
    if (node["vpid"]) {
        out.vpid = out.vtid = node["vpid"].as<std::int64_t>();
        out.in_pidns = true;
    }
}

void read_program(const YAML::Node& node, state::ProcessSpec& out) {
    if (node["exepath"]) set_program(node["exepath"].as<std::string>(), out);
    if (node["name"]) {
        if (!node["exepath"]) set_program(node["name"].as<std::string>(), out);
        out.comm = node["name"].as<std::string>().substr(0, 15);
    }
    if (node["exe"]) out.exe = node["exe"].as<std::string>();
    if (node["args"]) out.args = words(node["args"]);
    if (node["env"]) out.env = words(node["env"]);
    if (node["cwd"]) out.cwd = node["cwd"].as<std::string>();
    if (node["root"]) out.root = node["root"].as<std::string>();
    if (node["exe_ino"]) out.exe_ino = node["exe_ino"].as<std::uint64_t>();
    auto flag = [&](const char* key, bool& value) {
        if (node[key]) value = node[key].as<bool>();
    };
    flag("from_memfd", out.exe_from_memfd);
    flag("upper_layer", out.exe_upper_layer);
    flag("lower_layer", out.exe_lower_layer);
    flag("writable", out.exe_writable);
}

std::vector<std::string_view> names(const std::set<std::string>& keys) {
    return {keys.begin(), keys.end()};
}

void fill(const YAML::Node& node, const CaseFile& file, state::ProcessSpec& out, YAML::Node& parent,
          unsigned depth) {
    if (depth > kMostNested)
        throw CaseError{place_of(node), "programs that are `like` each other without end"};
    if (node.IsScalar()) {
        const auto text = node.as<std::string>();
        if (file.programs.IsMap() && file.programs[text])
            return fill(file.programs[text], file, out, parent, depth + 1);
        return set_program(text, out);
    }
    for (const auto& entry : node) {
        const auto key = entry.first.as<std::string>();
        if (process_keys().count(key) == 0)
            throw CaseError{place_of(entry.first), "unknown key '" + key + "' of a process",
                            lang::did_you_mean(key, names(process_keys()))};
    }
    if (node["like"]) fill(node["like"], file, out, parent, depth + 1);
    read_program(node, out);
    read_identity(node, out);
    if (node["container"]) out.container = make_container(node["container"], file);
    for (const auto& entry : node["fds"]) {
        out.fds.emplace_back(entry.first.as<std::int64_t>(),
                             descriptor(entry.second.as<std::string>(), place_of(entry.second)));
    }
    if (node["parent"]) parent.reset(node["parent"]);
}

}  // namespace

std::uint32_t add_process(const YAML::Node& node, const CaseFile& file, std::uint32_t tid,
                          World& world, unsigned depth) {
    if (depth > kMostNested)
        throw CaseError{place_of(node), "parents without end",
                        "at most " + std::to_string(kMostNested)};
    state::ProcessSpec spec;
    spec.comm = "proc";
    spec.exe = spec.exepath = "/usr/bin/proc";
    spec.clone_ts_ns = kNow - 1'000'000'000;
    YAML::Node parent;
    if (node && !node.IsNull()) fill(node, file, spec, parent, 0);
    spec.tid = spec.tgid = node.IsMap() && node["pid"] ? node["pid"].as<std::uint32_t>() : tid;
    if (parent && !parent.IsNull())
        spec.ptid = add_process(parent, file, spec.tid - 1, world, depth + 1);
    world.processes.push_back(spec);
    if (node.IsMap() && node["id"]) world.ids[node["id"].as<std::string>()] = spec.tid;
    return spec.tid;
}

}  // namespace sensor::cases
