// SPDX-License-Identifier: Apache-2.0
#include "compile/relocate.hpp"

#include <elf.h>

#include <cstring>

#include "tests/support/catch.hpp"

namespace sensor::compile {
namespace {

std::uint32_t word_at(const std::string& image, std::size_t at) {
    std::uint32_t word = 0;
    std::memcpy(&word, image.data() + at, 4);
    return word;
}

std::string image_with(std::uint32_t word, std::size_t at) {
    std::string image(8192, '\0');
    std::memcpy(image.data() + at, &word, 4);
    return image;
}

}  // namespace

TEST_CASE("x86-64 distances count from the place") {
    std::string image(64, '\0');
    REQUIRE(relocate(image, EM_X86_64, {R_X86_64_PC32, 8, 40, -4}));
    CHECK(word_at(image, 8) == 28);
    REQUIRE(relocate(image, EM_X86_64, {R_X86_64_PLT32, 40, 8, -4}));
    CHECK(word_at(image, 40) == static_cast<std::uint32_t>(-36));
    REQUIRE(relocate(image, EM_X86_64, {R_X86_64_PC64, 16, 24, 0}));
    CHECK(word_at(image, 16) == 8);
}

TEST_CASE("what cannot be resolved is an error") {
    std::string image(64, '\0');
    CHECK_FALSE(relocate(image, EM_X86_64, {R_X86_64_64, 8, 40, 0}));
    CHECK_FALSE(relocate(image, EM_X86_64, {R_X86_64_GOTPCREL, 8, 40, 0}));
    CHECK_FALSE(relocate(image, EM_X86_64, {R_X86_64_PC32, 61, 40, 0}));
    CHECK_FALSE(relocate(image, EM_X86_64, {R_X86_64_PC64, 57, 40, 0}));
    CHECK_FALSE(relocate(image, EM_X86_64, {R_X86_64_PC32, 8, 40, std::int64_t{1} << 40}));
    CHECK_FALSE(relocate(image, EM_AARCH64, {R_AARCH64_ABS64, 8, 40, 0}));
    CHECK_FALSE(relocate(image, EM_AARCH64, {R_AARCH64_CALL26, 8, 42, 0}));
    CHECK_FALSE(relocate(image, EM_AARCH64, {R_AARCH64_CALL26, 8, 40, std::int64_t{1} << 28}));
    CHECK_FALSE(relocate(image, EM_AARCH64, {R_AARCH64_LDST64_ABS_LO12_NC, 8, 4, 0}));
}

TEST_CASE("AArch64 instructions get their immediates") {
    std::string call = image_with(0x94000000U, 4096);  // bl
    REQUIRE(relocate(call, EM_AARCH64, {R_AARCH64_CALL26, 4096, 4080, 0}));
    CHECK(word_at(call, 4096) == 0x97fffffcU);       // bl -16
    std::string page = image_with(0x90000008U, 16);  // adrp x8
    REQUIRE(relocate(page, EM_AARCH64, {R_AARCH64_ADR_PREL_PG_HI21, 16, 4100, 0}));
    CHECK(word_at(page, 16) == 0xb0000008U);        // adrp x8, +1 page
    std::string low = image_with(0x91000108U, 20);  // add x8, x8, #0
    REQUIRE(relocate(low, EM_AARCH64, {R_AARCH64_ADD_ABS_LO12_NC, 20, 4100, 0}));
    CHECK(word_at(low, 20) == 0x91001108U);          // add x8, x8, #4
    std::string load = image_with(0xf9400108U, 24);  // ldr x8, [x8]
    REQUIRE(relocate(load, EM_AARCH64, {R_AARCH64_LDST64_ABS_LO12_NC, 24, 4104, 0}));
    CHECK(word_at(load, 24) == 0xf9400508U);  // ldr x8, [x8, #8]
    std::string entry(64, '\0');
    REQUIRE(relocate(entry, EM_AARCH64, {R_AARCH64_PREL32, 8, 24, 0}));
    CHECK(word_at(entry, 8) == 16);
}

}  // namespace sensor::compile
