// SPDX-License-Identifier: Apache-2.0
// Machine, interfaces, users and groups. Processes and descriptors: tables_process.cpp.
#include "capture/scap/tables.hpp"

#include <limits>
#include <utility>

namespace sensor::capture::scap {
namespace {

// What is left of a body after its last entry is padding.
constexpr std::uint64_t kPadding = 3;

constexpr std::uint16_t kIp4 = 1, kIp6 = 2, kIp4NoSpeed = 3, kIp6NoSpeed = 4;

bool address(Cursor& entry, bool is_ip6, std::array<std::uint8_t, 16>& out) {
    if (is_ip6) return entry.number(out);
    std::array<std::uint8_t, 4> four{};
    if (!entry.number(four)) return false;
    std::copy(four.begin(), four.end(), out.begin());
    return true;
}

}  // namespace

void TableReader::read(BlockType type, Cursor& body) {
    bool good = true;
    switch (type.kind) {
        case BlockKind::Machine: good = machine(body); break;
        case BlockKind::Processes: good = processes(type.version, body); break;
        case BlockKind::Starts: good = starts(body); break;
        case BlockKind::Fds: good = fds(type.version, body); break;
        case BlockKind::Interfaces: good = interfaces(type.version, body); break;
        case BlockKind::Users: good = users(type.version, body); break;
        default: ++stats_.unknown_blocks; break;
    }
    if (!good) ++stats_.damaged_tables;
}

bool TableReader::charge(std::size_t bytes) {
    if (used_bytes_ + bytes > kMaxBytes) {
        ++stats_.table_entries_dropped;
        return false;
    }
    used_bytes_ += bytes;
    return true;
}

bool TableReader::thread_number(std::uint64_t number) {
    if (number <= std::numeric_limits<std::uint32_t>::max()) return true;
    ++stats_.table_entries_dropped;
    return false;
}

bool TableReader::machine(Cursor& body) {
    CaptureMachine& out = tables_.machine;
    std::uint64_t flags = 0;
    if (!body.number(out.cpus) || !body.number(out.memory_bytes) || !body.number(out.max_tid) ||
        !body.bytes(out.hostname, 128))
        return false;
    out.hostname.resize(out.hostname.find('\0') < 128 ? out.hostname.find('\0') : 128);
    return body.optional(out.boot_epoch_ns) && body.optional(flags);
}

bool TableReader::interfaces(int version, Cursor& body) {
    while (body.left() > kPadding) {
        CaptureInterface out;
        if (version == 1) {
            if (!interface(version, body, out)) return false;
        } else {
            std::uint32_t length = 0;
            if (!body.number(length) || length > body.left()) return false;
            Cursor entry = body.part(length);
            const bool good = interface(version, entry, out);
            if (!entry.finish()) return false;
            if (!good) {
                ++stats_.table_entries_dropped;
                continue;
            }
        }
        if (charge(sizeof out + out.name.size())) tables_.interfaces.push_back(std::move(out));
    }
    return true;
}

bool TableReader::interface(int version, Cursor& entry, CaptureInterface& out) {
    std::uint16_t type = 0, name_bytes = 0;
    if (!entry.number(type) || !entry.number(name_bytes)) return false;
    const bool short_form = version == 1 && (type == kIp4NoSpeed || type == kIp6NoSpeed);
    if (type != kIp4 && type != kIp6 && !short_form) return false;
    out.is_ip6 = type == kIp6 || type == kIp6NoSpeed;
    return address(entry, out.is_ip6, out.address) && address(entry, out.is_ip6, out.netmask) &&
           address(entry, out.is_ip6, out.broadcast) &&
           (short_form || entry.number(out.link_speed)) && entry.bytes(out.name, name_bytes);
}

bool TableReader::users(int version, Cursor& body) {
    while (body.left() > kPadding) {
        if (version == 1) {
            if (!user(body)) return false;
            continue;
        }
        std::uint32_t length = 0;
        if (!body.number(length) || length < sizeof length || length - sizeof length > body.left())
            return false;
        Cursor entry = body.part(length - sizeof length);
        if (!user(entry)) ++stats_.table_entries_dropped;
        if (!entry.finish()) return false;
    }
    return true;
}

bool TableReader::user(Cursor& entry) {
    std::uint8_t kind = 0;
    if (!entry.number(kind)) return false;
    if (kind != 0) {
        CaptureGroup out;
        if (!entry.number(out.gid) || !entry.text(out.name)) return false;
        if (charge(sizeof out + out.name.size())) tables_.groups.push_back(std::move(out));
        return true;
    }
    CaptureUser out;
    if (!entry.number(out.uid) || !entry.number(out.gid) || !entry.text(out.name) ||
        !entry.text(out.home) || !entry.text(out.shell))
        return false;
    if (charge(sizeof out + out.name.size() + out.home.size() + out.shell.size()))
        tables_.users.push_back(std::move(out));
    return true;
}

}  // namespace sensor::capture::scap
