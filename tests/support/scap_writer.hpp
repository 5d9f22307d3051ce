// SPDX-License-Identifier: Apache-2.0
// Writes capture files for tests, of any version, right or deliberately wrong:
//   ScapWriter file;
//   file.section().processes(9, {{.tid = 7, .comm = "cat"}});
//   file.event({.tid = 7, .code = 5, .params = {raw<std::int64_t>(0), raw<std::int64_t>(3)}});
//   use(file.bytes());
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {

/// A text parameter: its bytes and the NUL that counts.
inline std::string nul(std::string_view text) { return std::string(text) + '\0'; }
/// A text of the lists: 16 bits of length, no NUL.
inline std::string counted(std::string_view text) {
    return raw(static_cast<std::uint16_t>(text.size())) + std::string(text);
}

struct ScapEventSpec {
    std::uint64_t ts = 1'700'000'000'000'000'000;
    std::uint64_t tid = 100;
    std::uint16_t code = 0;
    std::vector<std::string> params;
    std::uint16_t cpu = 0;
    std::uint32_t flags = 0;  ///< not 0: a block with flags
    int version = 2;          ///< 1: without the count of parameters
    bool wide = false;        ///< lengths of 32 bits, in a LARGE block
};

struct ScapProcessSpec {
    std::uint64_t tid = 1, tgid = 0, ptid = 0, sid = 0, vpgid = 0;  ///< tgid 0: tid
    std::string comm = "proc", exe = "proc", exepath = "/bin/proc", args = {}, cwd = "/";
    std::int64_t fd_limit = 1024;
    std::uint32_t flags = 0, uid = 0, gid = 0;
    std::string env = {};
    std::int64_t vtid = -1, vpid = -1;
    std::string cgroups = {}, root = "/";
    /// Behind the root, version 9: `tail` bytes of what `latest` makes; -1: all.
    std::uint32_t tty = 0, loginuid = 0xffffffffU;
    std::uint64_t cap_effective = 0, exe_ino = 0;
    std::int64_t pgid = -1;
    int tail = -1;
    bool before_tty = false;  ///< as written before namespace start and tty were put in front
};

/// An event as version 2 stores it, without its block.
inline std::string scap_event(const ScapEventSpec& spec) {
    std::string lens, data;
    for (const std::string& param : spec.params) {
        lens += spec.wide ? raw(static_cast<std::uint32_t>(param.size()))
                          : raw(static_cast<std::uint16_t>(param.size()));
        data += param;
    }
    const std::size_t header = spec.version == 1 ? 22 : 26;
    std::string out = raw(spec.ts) + raw(spec.tid) +
                      raw(static_cast<std::uint32_t>(header + lens.size() + data.size())) +
                      raw(spec.code);
    if (spec.version != 1) out += raw(static_cast<std::uint32_t>(spec.params.size()));
    return out + lens + data;
}

class ScapWriter {
public:
    ScapWriter& block(std::uint32_t type, std::string_view body) {
        std::string padded(body);
        while (padded.size() % 4 != 0) padded.push_back('\0');
        const auto length = static_cast<std::uint32_t>(padded.size() + 12);
        bytes_ += raw(type) + raw(length) + padded + raw(length);
        return *this;
    }
    ScapWriter& section(std::uint16_t major = 1, std::uint32_t magic = 0x1A2B3C4D) {
        return block(0x0A0D0D0A,
                     raw(magic) + raw(major) + raw<std::uint16_t>(2) + raw<std::int64_t>(-1));
    }
    ScapWriter& machine(std::string_view host, std::uint64_t boot_epoch_ns) {
        std::string name(host);
        name.resize(128);
        return block(0x201, raw<std::uint32_t>(4) + raw<std::uint64_t>(1U << 30) +
                                raw<std::uint64_t>(32768) + name + raw(boot_epoch_ns) +
                                std::string(24, '\0'));
    }
    ScapWriter& processes(int version, const std::vector<ScapProcessSpec>& all) {
        constexpr std::array<std::uint32_t, 9> kTypes = {0x202, 0x207, 0x209, 0x210, 0x211,
                                                         0x212, 0x213, 0x214, 0x215};
        std::string body;
        for (const ScapProcessSpec& process : all) body += entry(version, process);
        return block(kTypes.at(static_cast<std::size_t>(version - 1)), body);
    }
    ScapWriter& event(const ScapEventSpec& spec) {
        const std::uint32_t type = spec.version == 1 ? (spec.flags != 0 ? 0x208 : 0x204)
                                   : spec.wide       ? (spec.flags != 0 ? 0x222 : 0x221)
                                                     : (spec.flags != 0 ? 0x217 : 0x216);
        return event_in(type, spec, scap_event(spec));
    }
    /// Any bytes as the event of a block of that type.
    ScapWriter& event_in(std::uint32_t type, const ScapEventSpec& spec, std::string_view bytes) {
        std::string body = raw(spec.cpu);
        if (spec.flags != 0) body += raw(spec.flags);
        return block(type, body.append(bytes));
    }
    ScapWriter& append(std::string_view bytes) {
        bytes_ += bytes;
        return *this;
    }

    const std::string& bytes() const { return bytes_; }

private:
    static std::string entry(int version, const ScapProcessSpec& p) {
        std::string out = raw(p.tid) + raw(p.tgid == 0 ? p.tid : p.tgid) + raw(p.ptid);
        if (version >= 6) out += raw(p.sid);
        if (version >= 8) out += raw(p.vpgid);
        out += counted(p.comm) + counted(p.exe);
        if (version >= 7) out += counted(p.exepath);
        out += counted(p.args) + counted(p.cwd) + raw(p.fd_limit) + raw(p.flags) + raw(p.uid) +
               raw(p.gid);
        if (version >= 2) {  // memory and faults
            for (std::uint32_t kb : {100U, 50U, 1U}) out += raw(kb);
            out += raw<std::uint64_t>(7) + raw<std::uint64_t>(8);
        }
        if (version >= 3) out += counted(p.env);
        if (version >= 4) out += raw(p.vtid) + raw(p.vpid) + counted(p.cgroups);
        if (version >= 5) out += counted(p.root);
        if (version < 9) return out;
        const std::string tail = p.before_tty ? latest(p).substr(12, 29) : latest(p);
        out += tail.substr(0, p.tail < 0 ? tail.size() : static_cast<std::size_t>(p.tail));
        return raw(static_cast<std::uint32_t>(out.size() + 4)) + out;
    }
    static std::string latest(const ScapProcessSpec& p) {
        const std::string flag(1, '\1');
        return raw<std::uint64_t>(99) + raw(p.tty) + raw(p.loginuid) + flag +
               raw<std::uint64_t>(1) + raw<std::uint64_t>(2) + raw(p.cap_effective) + flag +
               raw(p.exe_ino) + raw<std::uint64_t>(11) + raw<std::uint64_t>(12) + flag + flag +
               raw(p.pgid);
    }

    std::string bytes_;
};

inline std::string gzip(std::string_view text) {
    z_stream z{};
    SENSOR_CHECK(::deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(::deflateBound(&z, text.size()) + 64, '\0');
    z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    SENSOR_CHECK(::deflate(&z, Z_FINISH) == Z_STREAM_END);
    out.resize(z.total_out);
    ::deflateEnd(&z);
    return out;
}

inline std::string zstd(std::string_view text) {
    std::string out(::ZSTD_compressBound(text.size()), '\0');
    out.resize(::ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

}  // namespace sensor::testing
