// SPDX-License-Identifier: Apache-2.0
// Any bytes as a bundle: what is taken lies inside the bytes, its program has every index in range,
// and its code is mapped where it says. Nothing is executed.
//
// input: flags u8 | size of the front u16 | front: header, entries, request | code
//   The zeros between front and code are left out, so that inputs are small.
//   flags: 1 write the right checksum, 2 write the right format, ABI and machine
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/code_image.hpp"
#include "base/memory_file.hpp"
#include "eval/bundle.hpp"
#include "eval/hash.hpp"
#include "eval/program_io.hpp"

namespace {

using namespace sensor;

// The layout at the head of eval/bundle.cpp; check_layout() fails if it is another one.
constexpr std::size_t kChecksum = 8, kVersions = 16, kVersionBytes = 12, kMaker = 32,
                      kMakerBytes = 8, kRequest = 40;
constexpr std::uint64_t kChecksumSeed = 0x5eed;

std::uint64_t number(std::string_view bytes, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t k = 0; k < 8 && at + k < bytes.size(); ++k)
        value |= std::uint64_t{static_cast<unsigned char>(bytes[at + k])} << (8 * k);
    return value;
}

void seal(std::string& bytes) {
    const std::uint64_t sum =
        eval::hash64(std::string_view(bytes).substr(kVersions), kChecksumSeed);
    for (std::size_t k = 0; k < 8; ++k)
        bytes[kChecksum + k] = static_cast<char>(sum >> (8 * k) & 0xff);
}

std::string_view request_of(std::string_view bytes) {
    const std::uint64_t offset = number(bytes, kRequest);
    if (offset > bytes.size()) return {};
    return bytes.substr(offset, number(bytes, kRequest + 8));
}

/// A good bundle of an empty program.
const std::string& plain_bundle() {
    static const std::string bundle =
        eval::write_bundle(eval::write_request({}, {}), {}, std::string(16, '\xc3'));
    return bundle;
}

void check_layout() {
    std::string sealed = plain_bundle();
    seal(sealed);
    const bool known = sealed == plain_bundle() &&
                       request_of(sealed) == eval::write_request({}, {}) &&
                       eval::read_bundle(sealed, request_of(sealed)).has_value();
    if (!known) std::abort();
}

std::string bundle_of(const std::uint8_t* data, std::size_t size) {
    const unsigned flags = data[0];
    const std::size_t front = std::min(data[1] + std::size_t{256} * data[2], size - 3);
    std::string bytes(reinterpret_cast<const char*>(data) + 3, front);
    bytes.resize((front + eval::kCodeAlign - 1) / eval::kCodeAlign * eval::kCodeAlign);
    bytes.append(reinterpret_cast<const char*>(data) + 3 + front, size - 3 - front);
    if (bytes.size() < kRequest) return bytes;
    if ((flags & 2) != 0) {
        bytes.replace(kVersions, kVersionBytes, plain_bundle(), kVersions, kVersionBytes);
        bytes.replace(kMaker, kMakerBytes, plain_bundle(), kMaker, kMakerBytes);
    }
    if ((flags & 1) != 0) seal(bytes);
    return bytes;
}

void check_program(const lang::Program& program) {
    for (std::size_t k = 0; k < program.terms.size(); ++k) {
        for (const std::uint32_t arg : program.terms[k].args)
            if (arg >= k) std::abort();
    }
    for (const lang::Predicate& p : program.predicates) {
        if (p.left >= program.terms.size()) std::abort();
        if (p.right_is_term && p.right >= program.terms.size()) std::abort();
    }
    for (std::size_t k = 0; k < program.nodes.size(); ++k) {
        const lang::CondNode& node = program.nodes[k];
        for (const std::uint32_t child : node.children)
            if (child >= k) std::abort();
        const bool is_predicate = node.kind == lang::CondNode::Kind::Predicate;
        if (is_predicate && node.predicate >= program.predicates.size()) std::abort();
    }
    for (const lang::Condition& condition : program.conditions)
        if (condition.root >= program.nodes.size()) std::abort();
    const std::string written = eval::write_program(program);
    const auto again = eval::read_program(written);
    if (!again || eval::write_program(*again) != written) std::abort();
}

void check_code(const std::string& bytes, const eval::Bundle& bundle) {
    const auto file = make_memory_file("fuzz");
    if (!file || !write_all(file->get(), bytes)) return;
    const auto image = engine::CodeImage::map(file->get(), bundle);
    if (!image) return;  // a system that maps nothing executable
    if (image->bytes() != bundle.code_size) std::abort();
    for (std::size_t k = 0; k < bundle.entries.size(); ++k) {
        const auto at = reinterpret_cast<std::uintptr_t>(image->rule(k));
        const char* mapped = reinterpret_cast<const char*>(at);
        if (*mapped != bytes[bundle.code_offset + bundle.entries[k]]) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool layout_known = [] {
        check_layout();
        return true;
    }();
    if (!layout_known || size < 3) return 0;
    const std::string bytes = bundle_of(data, size);
    const std::string_view request = request_of(bytes);
    if (const auto asked = eval::read_request(request)) check_program(asked->program);
    const auto bundle = eval::read_bundle(bytes, request);
    if (!bundle) return 0;
    const bool inside = bundle->code_offset <= bytes.size() &&
                        bundle->code_size <= bytes.size() - bundle->code_offset &&
                        bundle->code_offset % eval::kCodeAlign == 0;
    if (!inside) std::abort();
    for (const std::uint32_t entry : bundle->entries)
        if (entry >= bundle->code_size) std::abort();
    check_code(bytes, *bundle);
    if (eval::read_bundle(bytes, std::string(request) + "x").has_value()) std::abort();
    return 0;
}
