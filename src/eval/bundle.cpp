// SPDX-License-Identifier: Apache-2.0
// File layout, little-endian: magic[8] | checksum u64 of all that follows | format, abi, machine,
// entry count u32 | maker u64 | request, kernel filter, code: offset, size u64 | entries u32 each |
// request | kernel filter | zeros up to kCodeAlign | code.
#include "eval/bundle.hpp"

#include "../../bpf/filter.h"
#include "eval/abi.hpp"
#include "eval/byte_stream.hpp"
#include "eval/hash.hpp"
#include "eval/processor.hpp"
#include "eval/program_io.hpp"

namespace sensor::eval {
namespace {

constexpr std::string_view kMagic("FEBUNDL\n", 8);
constexpr std::uint32_t kFormat = 3;
constexpr std::size_t kChecked = 16;  // the checksum covers what follows it
constexpr std::size_t kHeaderBytes = kChecked + 4 * 4 + 7 * 8;
constexpr std::uint64_t kChecksumSeed = 0x5eed;

#if defined(__x86_64__)
constexpr std::uint32_t kMachine = 62;  // numbers of ELF's e_machine
#elif defined(__aarch64__)
constexpr std::uint32_t kMachine = 183;
#else
#error "no machine code for this architecture"
#endif

/// The version and the tables whose numbers a program is written in: of another maker the same
/// bytes may mean something else.
std::uint64_t maker() {
    static const std::uint64_t mark = [] {
        ByteWriter out;
        out.text(SENSOR_VERSION);
        out.number(std::uint32_t{FILTER_ABI});
        for (const FieldInfo& f : all_fields()) {
            out.text(f.text);
            out.enumerator(f.type);
            out.number(f.flags);
        }
        for (const OpInfo& op : all_ops()) out.text(op.text);
        for (const TransformerInfo& t : all_transformers()) out.text(t.text);
        for (const EventInfo& event : all_events()) {
            out.enumerator(event.type);
            out.text(event.name);
            for (const ParamInfo& param : event.params) {
                out.text(param.name);
                out.enumerator(param.type);
            }
        }
        for (const SyscallInfo& call : all_syscalls()) {
            out.text(call.name);
            out.number(call.sc);
            out.enumerator(call.event);
        }
        return hash64(out.take(), kChecksumSeed);
    }();
    return mark;
}

std::uint64_t checksum(std::string_view bytes) {
    return hash64(bytes.substr(kChecked), kChecksumSeed);
}

struct Header {
    std::uint64_t sum = 0;
    std::uint32_t format = 0, abi = 0, machine = 0, entry_count = 0;
    std::uint64_t maker = 0;
    std::uint64_t request_offset = 0, request_size = 0, kernel_offset = 0, kernel_size = 0,
                  code_offset = 0, code_size = 0;
};

Header read_header(std::string_view bytes) {
    ByteReader in(bytes.substr(kMagic.size(), kHeaderBytes - kMagic.size()));
    Header h;
    h.sum = in.number<std::uint64_t>();
    h.format = in.number<std::uint32_t>();
    h.abi = in.number<std::uint32_t>();
    h.machine = in.number<std::uint32_t>();
    h.entry_count = in.number<std::uint32_t>();
    h.maker = in.number<std::uint64_t>();
    h.request_offset = in.number<std::uint64_t>();
    h.request_size = in.number<std::uint64_t>();
    h.kernel_offset = in.number<std::uint64_t>();
    h.kernel_size = in.number<std::uint64_t>();
    h.code_offset = in.number<std::uint64_t>();
    h.code_size = in.number<std::uint64_t>();
    return h;
}

bool inside(std::uint64_t offset, std::uint64_t size, std::uint64_t total) {
    return offset <= total && size <= total - offset;
}

Result<> check_header(const Header& h, std::string_view bytes) {
    if (h.format != kFormat) return Error("bundle of another version of falco-rulec");
    if (h.sum != checksum(bytes)) return Error("damaged bundle");
    if (h.machine != kMachine) return Error("bundle for another machine");
    if (h.abi != kAbiVersion || h.maker != maker())
        return Error("bundle of another version of falco-rulec");
    const std::uint64_t entry_end = kHeaderBytes + std::uint64_t{4} * h.entry_count;
    const bool laid_out =
        inside(h.request_offset, h.request_size, bytes.size()) &&
        inside(h.kernel_offset, h.kernel_size, bytes.size()) &&
        inside(h.code_offset, h.code_size, bytes.size()) && h.request_offset == entry_end &&
        h.kernel_offset == entry_end + h.request_size &&
        h.code_offset >= h.kernel_offset + h.kernel_size && h.code_offset % kCodeAlign == 0;
    if (!laid_out) return Error("damaged bundle");
    return Ok{};
}

struct RequestParts {
    CompileOptions options;
    std::string_view program;
};

Result<RequestParts> split_request(std::string_view bytes) {
    ByteReader in(bytes);
    RequestParts parts;
    parts.options.level = in.number<std::uint32_t>();
    parts.options.cpu = in.text();
    if (!in.ok()) return Error("damaged compile request");
    parts.program = bytes.substr(8 + parts.options.cpu.size());
    return parts;
}

}  // namespace

std::string write_request(const lang::Program& program, const CompileOptions& options) {
    ByteWriter out;
    out.number(options.level);
    out.text(options.cpu);
    return out.take() + write_program(program);
}

Result<CompileRequest> read_request(std::string_view bytes) {
    SENSOR_TRY(const RequestParts parts, split_request(bytes));
    CompileRequest request;
    request.options = parts.options;
    SENSOR_TRY(request.program, read_program(parts.program));
    return request;
}

std::string bundle_key(std::string_view request) {
    std::string all = std::string(SENSOR_VERSION) + '\n' + std::to_string(kFormat) + '\n' +
                      std::to_string(kAbiVersion) + '\n' + std::to_string(maker()) + '\n' +
                      std::to_string(kMachine) + '\n';
    all += request;
    const Hash128 hash = hash128(all);
    std::string key;
    for (const std::uint64_t half : hash) {
        for (int shift = 60; shift >= 0; shift -= 4) key += "0123456789abcdef"[half >> shift & 15];
    }
    return key;
}

std::string write_bundle(std::string_view request, std::span<const std::uint32_t> entries,
                         std::string_view code, std::string_view kernel) {
    const std::uint64_t request_offset = kHeaderBytes + 4 * entries.size();
    const std::uint64_t kernel_offset = request_offset + request.size();
    const std::uint64_t end = kernel_offset + kernel.size();
    const std::uint64_t code_offset = (end + kCodeAlign - 1) / kCodeAlign * kCodeAlign;
    ByteWriter rest;
    rest.number(kFormat);
    rest.number(kAbiVersion);
    rest.number(kMachine);
    rest.number(static_cast<std::uint32_t>(entries.size()));
    rest.number(maker());
    rest.number(request_offset);
    rest.number(std::uint64_t{request.size()});
    rest.number(kernel_offset);
    rest.number(std::uint64_t{kernel.size()});
    rest.number(code_offset);
    rest.number(std::uint64_t{code.size()});
    for (const std::uint32_t entry : entries) rest.number(entry);
    std::string bytes = std::string(kMagic) + std::string(8, '\0') + rest.take();
    bytes += request;
    bytes += kernel;
    bytes.resize(code_offset, '\0');
    bytes += code;
    ByteWriter sum;
    sum.number(checksum(bytes));
    bytes.replace(kMagic.size(), 8, sum.take());
    return bytes;
}

Result<Bundle> read_bundle(std::string_view bytes, std::string_view request) {
    if (bytes.size() < kHeaderBytes || bytes.substr(0, kMagic.size()) != kMagic)
        return Error("not a bundle");
    const Header h = read_header(bytes);
    SENSOR_TRY_OK(check_header(h, bytes));
    SENSOR_TRY(const RequestParts asked, split_request(request));
    SENSOR_TRY(const RequestParts answered,
               split_request(bytes.substr(h.request_offset, h.request_size)));
    if (answered.program != asked.program) return Error("bundle of other rules");
    if (!runs_here(answered.options.cpu))
        return Error("bundle for a processor of " + answered.options.cpu + ", which this is not");
    Bundle bundle;
    bundle.options = answered.options;
    bundle.code_offset = h.code_offset;
    bundle.code_size = h.code_size;
    bundle.kernel = bytes.substr(h.kernel_offset, h.kernel_size);
    ByteReader in(bytes.substr(kHeaderBytes, std::size_t{4} * h.entry_count));
    for (std::uint32_t k = 0; k < h.entry_count; ++k)
        bundle.entries.push_back(in.below(h.code_size));
    if (!in.at_end()) return Error("damaged bundle");
    return bundle;
}

}  // namespace sensor::eval
