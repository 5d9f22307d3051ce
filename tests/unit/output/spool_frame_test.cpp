// SPDX-License-Identifier: Apache-2.0
#include "output/spool_frame.hpp"

#include "tests/support/catch.hpp"

namespace {

using namespace sensor::output;

std::vector<std::pair<std::uint64_t, std::string>> frames(std::string_view bytes,
                                                          std::size_t* damaged = nullptr) {
    FrameReader reader(bytes);
    std::vector<std::pair<std::uint64_t, std::string>> found;
    while (const auto frame = reader.next())
        found.emplace_back(frame->number, std::string(frame->payload));
    if (damaged != nullptr) *damaged = reader.damaged_bytes();
    return found;
}

std::string three() {
    std::string bytes(kSegmentHead);
    put_frame(bytes, 7, "seven");
    put_frame(bytes, 8, "");
    put_frame(bytes, 9, "nine");
    return bytes;
}

}  // namespace

TEST_CASE("frames come back as they were put") {
    std::size_t damaged = 1;
    CHECK(frames(three(), &damaged) ==
          std::vector<std::pair<std::uint64_t, std::string>>{{7, "seven"}, {8, ""}, {9, "nine"}});
    CHECK(damaged == 0);
}

TEST_CASE("any single wrong byte costs at most the frame it is in") {
    const std::string whole = three();
    for (std::size_t at = kSegmentHead.size(); at < whole.size(); ++at) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
        std::size_t damaged = 0;
        CHECK(frames(bytes, &damaged).size() == 2);
        CHECK(damaged >= kFrameHead);
    }
}

TEST_CASE("bytes that are no frames are stepped over") {
    std::size_t damaged = 0;
    CHECK(frames("", &damaged).empty());
    CHECK(frames("hello", &damaged).empty());
    CHECK(damaged == 5);
    CHECK(frames("junk" + three(), &damaged).size() == 3);
    std::string bytes = three();
    bytes += std::string(1000, '\xF5');
    CHECK(frames(bytes, &damaged).size() == 3);
    CHECK(damaged == 1000);
}

TEST_CASE("many frames that only pretend cost no more than a bounded time") {
    // Each claims all that follows as its payload, so that each would be summed to the end.
    std::string bytes;
    for (std::size_t k = 0; k < 200'000; ++k) {
        bytes += "\xF5LIN";
        const std::size_t size = (200'000 - k - 1) * 20;
        for (std::size_t b = 0; b < 4; ++b) bytes += static_cast<char>(size >> (8 * b) & 0xff);
        bytes.append(12, 'x');
    }
    std::size_t damaged = 0;
    CHECK(frames(bytes, &damaged).empty());
    CHECK(damaged == bytes.size());
}
