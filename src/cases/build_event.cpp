// SPDX-License-Identifier: Apache-2.0
// Events of a case. `openat: {fd: 3, name: /x}`; what the author leaves out of an exec or a clone
// is filled in from the process that does it, as the probe would.
#include <sys/stat.h>

#include "cases/build.hpp"
#include "lang/similar.hpp"

namespace sensor::cases {
namespace {

using Values = std::map<std::string, ParamValue>;

std::vector<std::string_view> event_names() {
    std::vector<std::string_view> out;
    for (const EventInfo& info : all_events()) out.push_back(info.name);
    for (const SyscallInfo& call : all_syscalls()) out.push_back(call.name);
    return out;
}

std::string param_names(const EventInfo& info) {
    std::string out;
    for (const ParamInfo& param : info.params)
        out += (out.empty() ? "it has " : ", ") + std::string(param.name);
    return out.empty() ? "it has none" : out;
}

const EventInfo& find_event(const YAML::Node& key) {
    const auto name = key.as<std::string>();
    for (const EventInfo& info : all_events()) {
        if (info.name == name && !info.enter) return info;
    }
    // Meta events have no exit half; a call without an event of its own comes as the generic one.
    for (const EventInfo& info : all_events()) {
        if (info.name == name) return info;
    }
    if (syscall_info(name) != nullptr) return event_info(EventType::generic);
    throw CaseError{place_of(key), "no event " + name, lang::did_you_mean(name, event_names())};
}

std::string text_block(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += text + '\0';
    return out;
}

std::uint64_t exec_flags(const state::ProcessSpec& by) {
    return (by.exe_writable ? 1U : 0U) | (by.exe_upper_layer ? 2U : 0U) |
           (by.exe_from_memfd ? 4U : 0U) | (by.exe_lower_layer ? 8U : 0U);
}

/// What both exec and clone events tell about the process.
void fill_process(const state::ProcessSpec& by, Values& out) {
    out.emplace("res", 0);
    out.emplace("exe", by.exe);
    out.emplace("args", text_block(by.args));
    out.emplace("tid", by.tid);
    out.emplace("pid", by.tgid);
    out.emplace("ptid", by.ptid);
    out.emplace("cwd", by.cwd);
    out.emplace("fdlimit", by.fd_limit);
    out.emplace("comm", by.comm);
    out.emplace("cgroups", by.cgroups);
    out.emplace("uid", by.uid);
    out.emplace("gid", by.gid);
}

void fill_exec(const state::ProcessSpec& by, Values& out) {
    fill_process(by, out);
    out.emplace("env", text_block(by.env));
    out.emplace("tty", by.tty);
    out.emplace("loginuid", static_cast<std::int32_t>(by.loginuid));
    out.emplace("flags", exec_flags(by));
    out.emplace("cap_inheritable", by.cap_inheritable);
    out.emplace("cap_permitted", by.cap_permitted);
    out.emplace("cap_effective", by.cap_effective);
    out.emplace("exe_ino", by.exe_ino);
    out.emplace("trusted_exepath", by.exepath);
    out.emplace("filename", by.exepath);
    out.emplace("vpgid", by.vpgid < 0 ? std::int64_t{by.tgid} : by.vpgid);
    out.emplace("pgid", by.pgid < 0 ? std::int64_t{by.tgid} : by.pgid);
}

void fill_clone(const state::ProcessSpec& by, Values& out) {
    out.emplace("res", by.tid + 5000);
    fill_process(by, out);
    out.emplace("flags", 0);
    out.emplace("vtid", by.vtid < 0 ? std::int64_t{by.tid} : by.vtid);
    out.emplace("vpid", by.vpid < 0 ? std::int64_t{by.tgid} : by.vpid);
}

void fill_defaults(const EventInfo& info, const state::ProcessSpec& by, Values& out) {
    switch (info.type) {
        case EventType::execve:
        case EventType::execveat: return fill_exec(by, out);
        case EventType::clone:
        case EventType::clone3:
        case EventType::fork:
        case EventType::vfork: return fill_clone(by, out);
        default: break;
    }
    if (!info.params.empty() && info.params[0].name == "res") out.emplace("res", 0);
    for (const ParamInfo& param : info.params) {
        if (param.type == ParamType::FD && param.name.ends_with("dirfd"))
            out.emplace(param.name, -100);
    }
}

std::uint32_t file_kind(const std::string& word, Place at) {
    static const std::map<std::string, std::uint32_t> kinds = {
        {"file", S_IFREG}, {"directory", S_IFDIR}, {"char", S_IFCHR},        {"block", S_IFBLK},
        {"fifo", S_IFIFO}, {"socket", S_IFSOCK},   {"memfd", REC_ANON_MEMFD}};
    const auto found = kinds.find(word);
    if (found == kinds.end()) throw CaseError{at, "unknown kind of object " + word};
    return found->second;
}

/// object: {path: /x, kind: file, ino: 5} or {tuple: 1.2.3.4:5->..., type: tcp}: what the kernel
/// says of the object behind the descriptor.
FdObject build_object(const YAML::Node& node) {
    if (const YAML::Node tuple = node["tuple"]) {
        const auto text = tuple.as<std::string>();
        const std::string bytes = encode_tuple(text, place_of(tuple));
        const bool udp = node["type"] && node["type"].as<std::string>() == "udp";
        return socket_object(bytes, static_cast<std::uint16_t>(bytes[0]),
                             udp ? std::uint16_t{2} : std::uint16_t{1}, 0x1234,
                             udp ? std::uint16_t{17} : std::uint16_t{6});
    }
    const std::uint64_t ino = node["ino"] ? node["ino"].as<std::uint64_t>() : 77;
    const std::uint32_t kind =
        node["kind"] ? file_kind(node["kind"].as<std::string>(), place_of(node)) : S_IFREG;
    if (!node["path"]) throw CaseError{place_of(node), "an object has a path or a tuple"};
    return file_object(node["path"].as<std::string>(), ino, 1, kind);
}

struct EventNode {
    YAML::Node key, params;
    YAML::Node real, dir, object, by, after_ms;
};

EventNode split(const YAML::Node& node) {
    if (!node.IsMap()) throw CaseError{place_of(node), "an event is a map NAME: {parameters}"};
    EventNode out;
    for (const auto& entry : node) {
        const auto key = entry.first.as<std::string>();
        if (key == "real")
            out.real.reset(entry.second);
        else if (key == "dir")
            out.dir.reset(entry.second);
        else if (key == "object")
            out.object.reset(entry.second);
        else if (key == "by")
            out.by.reset(entry.second);
        else if (key == "after_ms")
            out.after_ms.reset(entry.second);
        else if (out.key.IsNull()) {
            out.key.reset(entry.first);
            out.params.reset(entry.second);
        } else
            throw CaseError{place_of(entry.first), "a second event in one item: " + key};
    }
    if (out.key.IsNull()) throw CaseError{place_of(node), "no event named"};
    return out;
}

std::uint32_t actor(const EventNode& node, const World& world) {
    if (node.by.IsNull()) return world.processes.empty() ? 1000 : world.ids.at("");
    const auto found = world.ids.find(node.by.as<std::string>());
    if (found == world.ids.end()) throw CaseError{place_of(node.by), "no given process of that id"};
    return found->second;
}

Values collect(const EventNode& node, const EventInfo& info, const state::ProcessSpec& by,
               const World& world) {
    Values values;
    if (!node.params.IsNull() && !node.params.IsMap())
        throw CaseError{place_of(node.params), "parameters are a map NAME: value"};
    for (const auto& entry : node.params) {
        const auto name = entry.first.as<std::string>();
        const ParamInfo* found = nullptr;
        for (const ParamInfo& param : info.params) {
            if (param.name == name) found = &param;
        }
        if (found == nullptr) {
            throw CaseError{place_of(entry.first),
                            "event " + std::string(info.name) + " has no parameter " + name,
                            param_names(info)};
        }
        values.emplace(name, build_param(entry.second, *found, world));
    }
    fill_defaults(info, by, values);
    return values;
}

}  // namespace

OwnedRecord build_event(const YAML::Node& node, std::size_t index, const World& world) {
    const EventNode parts = split(node);
    const EventInfo& info = find_event(parts.key);
    const state::ProcessSpec& by = world.process(actor(parts, world));
    Values values = collect(parts, info, by, world);
    HeadSpec head;
    head.ts =
        kNow + 1'000'000 * (parts.after_ms.IsNull() ? index : parts.after_ms.as<std::uint64_t>());
    head.tgid = by.tgid;
    head.tid = by.tid;
    head.seq = index;
    if (info.type == EventType::generic) {
        const SyscallInfo* call = syscall_info(parts.key.as<std::string>());
        head.sc = call == nullptr ? std::uint16_t{0} : call->sc;
        values.emplace("ID", *head.sc);
    }
    ExtraSpec extras;
    if (!parts.real.IsNull()) extras.real = parts.real.as<std::string>();
    if (!parts.dir.IsNull()) extras.dir = parts.dir.as<std::string>();
    if (!parts.object.IsNull()) extras.fd = build_object(parts.object);
    ParamList params;
    for (const ParamInfo& param : info.params) {
        const auto found = values.find(std::string(param.name));
        if (found != values.end()) params.emplace_back(param.name, found->second);
    }
    Result<OwnedRecord> made = make_record(info.type, params, head, extras);
    if (!made) throw CaseError{place_of(parts.key), made.error().text};
    return *std::move(made);
}

const state::ProcessSpec& World::process(std::uint32_t tid) const {
    for (const state::ProcessSpec& spec : processes) {
        if (spec.tid == tid) return spec;
    }
    throw CaseError{{}, "no process " + std::to_string(tid)};
}

Result<World> build_world(const CaseFile& file, const Case& test) {
    try {
        World world;
        std::uint32_t tid = 2000;
        for (const YAML::Node& node : test.given) add_process(node, file, tid += 100, world, 0);
        world.ids[""] = add_process(test.by, file, 1000, world, 0);
        std::size_t index = 0;
        for (const YAML::Node& node : test.events)
            world.events.push_back(build_event(node, index++, world));
        return world;
    } catch (const YAML::Exception& error) {
        return file.error({{error.mark}, error.msg});
    } catch (const CaseError& error) {
        return file.error(error);
    }
}

}  // namespace sensor::cases
