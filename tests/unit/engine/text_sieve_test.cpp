// SPDX-License-Identifier: Apache-2.0
// Sieves let through whatever has to be looked up, of any length, and hold back nearly all else.
#include "engine/text_sieve.hpp"

#include <random>
#include <string>

#include "tests/support/catch.hpp"

namespace sensor::engine {
namespace {

std::string some_text(std::mt19937& random, std::size_t size) {
    std::string text;
    while (text.size() < size) text += static_cast<char>('a' + random() % 20);
    return text;
}

}  // namespace

TEST_CASE("what begins, ends or is in a text passes the sieve, wherever it stands") {
    std::mt19937 random(20261123);
    for (std::size_t shortest = 1; shortest < 20; ++shortest) {
        EqualSieve equal;
        EdgeSieve starts(EdgeSieve::Side::First), ends(EdgeSieve::Side::Last);
        InnerSieve parts;
        std::vector<std::string> texts;
        for (std::size_t k = 0; k < 12; ++k) texts.push_back(some_text(random, shortest + k));
        for (const std::string& text : texts) {
            equal.add(text);
            starts.add(text);
            ends.add(text);
            parts.add(text);
        }
        equal.finish();
        starts.finish();
        ends.finish();
        parts.finish();
        for (const std::string& text : texts) {
            CHECK(equal.perhaps(Edges(text), text.size()));
            for (std::size_t more = 0; more < 20; ++more) {
                INFO("shortest " << shortest << " text " << text << " more " << more);
                const std::string before = some_text(random, more), behind = some_text(random, 5);
                CHECK(starts.perhaps(Edges(text + before).first));
                CHECK(ends.perhaps(Edges(before + text).last));
                CHECK(parts.perhaps(before + text));
                CHECK(parts.perhaps(before + text + behind));
            }
        }
    }
}

TEST_CASE("few other texts pass a sieve, none if it is empty") {
    std::mt19937 random(3);
    EqualSieve equal, no_equal;
    EdgeSieve starts(EdgeSieve::Side::First), no_starts(EdgeSieve::Side::First);
    InnerSieve parts, no_parts;
    for (int k = 0; k < 500; ++k) {
        const std::string text = some_text(random, 8 + random() % 10);
        equal.add(text);
        starts.add(text);
        parts.add(text);
    }
    for (EqualSieve* sieve : {&equal, &no_equal}) sieve->finish();
    for (EdgeSieve* sieve : {&starts, &no_starts}) sieve->finish();
    for (InnerSieve* sieve : {&parts, &no_parts}) sieve->finish();
    int equals = 0, started = 0, inside = 0;
    for (int k = 0; k < 10000; ++k) {
        const std::string text = some_text(random, 30);
        const Edges edges(text);
        equals += equal.perhaps(edges, text.size()) ? 1 : 0;
        started += starts.perhaps(edges.first) ? 1 : 0;
        inside += parts.perhaps(text) ? 1 : 0;
        CHECK_FALSE(no_equal.perhaps(edges, text.size()));
        CHECK_FALSE(no_starts.perhaps(edges.first));
        CHECK_FALSE(no_parts.perhaps(text));
    }
    CHECK(equals < 300);
    CHECK(started < 300);
    CHECK(inside <
          3000);  // six places are looked at, and four bytes of twenty letters are not many
}

}  // namespace sensor::engine
