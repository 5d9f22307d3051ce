// SPDX-License-Identifier: Apache-2.0
#include "runtimes/wire.hpp"

#include <random>

#include "runtimes/grpc.hpp"
#include "runtimes/wire_maps.hpp"
#include "tests/support/catch.hpp"

using namespace sensor::runtimes;

namespace {

std::string sample() {
    std::string inner, message;
    put_bytes(inner, 1, "key");
    put_bytes(inner, 2, "value");
    put_number(message, 1, 300);
    put_bytes(message, 2, "text");
    put_bytes(message, 3, inner);
    put_number(message, 4, ~std::uint64_t{0});
    put_bytes(message, 100000, "far");
    return message;
}

}  // namespace

TEST_CASE("members come back as they were written") {
    const std::string message = sample();
    CHECK(number_of(message, 1) == 300);
    CHECK(bytes_of(message, 2) == "text");
    CHECK(bytes_of(bytes_of(message, 3), 2) == "value");
    CHECK(number_of(message, 4) == ~std::uint64_t{0});
    CHECK(bytes_of(message, 100000) == "far");
    CHECK(bytes_of(message, 7).empty());
    const auto map = map_of(message, 3);
    REQUIRE(map.size() == 1);
    CHECK(map[0].first == "key");
    std::string twice;
    put_bytes(twice, 1, "first");
    put_bytes(twice, 1, "last");
    CHECK(bytes_of(twice, 1) == "last");
}

TEST_CASE("numbers of fixed size are read") {
    const std::string message("\x09\x01\x02\0\0\0\0\0\x80\x15\x05\0\0\0", 14);
    CHECK(number_of(message, 1) == 0x8000000000000201);
    CHECK(number_of(message, 2) == 5);
}

TEST_CASE("what is no message is damaged, not read further") {
    for (const std::string& bytes :
         {std::string("\x0a\x05"
                      "abc"),
          std::string("\x08"), std::string("\x08\x80"), std::string("\x0b\x01"),
          std::string("\x00\x01", 2), std::string("\x09\x01\x02"), std::string(11, '\xff'),
          std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")}) {
        CHECK_FALSE(each_field(bytes, [](const WireField&) {}));
    }
    CHECK(each_field("", [](const WireField&) { FAIL(); }));
}

TEST_CASE("no bytes do harm") {
    std::mt19937 random(7);  // NOLINT: the same each time
    const std::string good = sample();
    for (int k = 0; k < 20000; ++k) {
        std::string bytes = good.substr(0, random() % (good.size() + 1));
        if (!bytes.empty()) bytes[random() % bytes.size()] = static_cast<char>(random());
        each_field(bytes, [](const WireField& field) { CHECK(field.number != 0); });
        bytes_of(bytes_of(bytes, 3), 2);
    }
}

TEST_CASE("frames are cut out of a stream wherever it is cut") {
    const std::string stream = grpc_frame("one") + grpc_frame("") + grpc_frame("three");
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        std::vector<std::string> found;
        GrpcStream reader(10, [&](std::string_view message) { found.emplace_back(message); });
        CHECK(reader.feed(stream.substr(0, cut)));
        CHECK(reader.feed(stream.substr(cut)));
        CHECK(found == std::vector<std::string>{"one", "", "three"});
    }
}

TEST_CASE("a frame that is too large is passed over, what is none ends the stream") {
    std::vector<std::string> found;
    GrpcStream reader(10, [&](std::string_view message) { found.emplace_back(message); });
    const std::string stream = grpc_frame(std::string(5000, 'x')) + grpc_frame("next");
    for (const char byte : stream) CHECK(reader.feed({&byte, 1}));
    CHECK(found == std::vector<std::string>{"next"});
    CHECK(reader.passed_over() == 1);
    CHECK_FALSE(reader.feed(std::string("\1\0\0\0\1x", 6)));
}

TEST_CASE("an answer is one frame") {
    std::string_view message;
    CHECK(grpc_message(grpc_frame("body"), message));
    const std::string frame = grpc_frame("body");
    CHECK_FALSE(grpc_message(frame.substr(0, 4), message));
    CHECK_FALSE(grpc_message(frame.substr(0, 8), message));
    CHECK_FALSE(grpc_message(frame + "x", message));
}
