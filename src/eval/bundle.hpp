// SPDX-License-Identifier: Apache-2.0
// Bundle: what the compiler process hands to the engine: header, the program it was made from, one
// entry offset per condition, and a position independent, already linked code image that is mapped
// executable straight from the file. CompileRequest is the question to which a bundle is the
// answer: its program says what is judged, its options only how.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "lang/program.hpp"

namespace sensor::eval {

/// The image starts at a multiple of this in the file: no page size in use is larger.
inline constexpr std::size_t kCodeAlign = 65536;

struct CompileOptions {
    std::uint32_t level = 1;  ///< 0: compile fast, 1: run fast
    std::string cpu;          ///< the least processor; of a bundle a baseline, see processor.hpp
};

/// Request as bytes: options and program. Equal requests have equal bytes.
std::string write_request(const lang::Program& program, const CompileOptions& options);

struct CompileRequest {
    CompileOptions options;
    lang::Program program;
};
Result<CompileRequest> read_request(std::string_view bytes);

/// Names a bundle: 32 hex digits over the request, the product's version and tables, the ABI and
/// the machine.
std::string bundle_key(std::string_view request);

struct Bundle {
    CompileOptions options;              ///< how it was compiled
    std::vector<std::uint32_t> entries;  ///< per condition: offset into the code
    std::uint64_t code_offset = 0;       ///< in the file, multiple of kCodeAlign
    std::uint64_t code_size = 0;
    std::string_view kernel;  ///< filter::KernelImage; of the bytes that were read
};

std::string write_bundle(std::string_view request, std::span<const std::uint32_t> entries,
                         std::string_view code, std::string_view kernel = {});

/// Checks a whole bundle and returns its parts.
/// request: the question it must answer: its program is compared byte by byte, its options are not
/// fails:   Error for damaged, truncated and foreign bundles (machine, version, ABI, processor,
///          program) that says which
Result<Bundle> read_bundle(std::string_view bytes, std::string_view request);

}  // namespace sensor::eval
