// SPDX-License-Identifier: Apache-2.0
// The tables of predicates on one text say what each predicate says when asked alone.
#include "engine/text_predicates.hpp"

#include <algorithm>
#include <random>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::engine {
namespace {

constexpr std::uint32_t kSeed = 20261122;
Value g_name;

fields::Extractor lookup(FieldId) noexcept {
    return [](const fields::Context&, const FieldArg&) noexcept { return g_name; };
}

}  // namespace

TEST_CASE("unusual answers are those that differ when asked one by one") {
    const lang::Program program = sensor::testing::program_of({
        "fd.name = a or fd.name = ab or fd.name = b",
        "fd.name != a or fd.name != bb",
        "fd.name in (a, aa, ba) or fd.name in (b, ab)",
        "fd.name startswith a or fd.name startswith ab or fd.name startswith ''",
        "fd.name endswith b or fd.name endswith ab or fd.name endswith bab",
        "fd.name contains a or fd.name contains ab or fd.name contains bab or fd.name contains bb",
        "fd.name icontains AB or fd.name glob a*b or fd.name glob *b or fd.name glob * or "
        "fd.name glob a/[ab] or fd.name regex 'a+b'",
        "fd.name exists or fd.name pmatch (a, b/a) or fd.name pmatch (a/, /b*, ab/a)",
        "fd.name startswith oneof (aa, bb) or tolower(fd.name) = ab",
    });
    std::vector<std::uint32_t> all;
    for (std::uint32_t k = 0; k < program.predicates.size(); ++k) {
        if (program.predicates[k].left == program.predicates[0].left) all.push_back(k);
    }
    REQUIRE(all.size() + 1 == program.predicates.size());  // but for the transformed one
    const TextPredicates tables(program, program.predicates[0].left, all);
    const auto runtime = eval::Runtime::create(program, lookup);
    REQUIRE(runtime.has_value());
    eval::FrameMemory memory(**runtime);
    const auto event = sensor::testing::make_event(EventType::openat, {{"fd", 3}});
    fields::Context context;
    context.event = event.event();
    INFO("seed " << kSeed);
    std::mt19937 random(kSeed);
    Unusual unusual;
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (auto left = random() % 8; left > 0; --left) text += "ab/AB"[random() % 5];
        g_name = random() % 20 == 0 ? Value::absent() : Value::of_text(text);
        if (random() % 20 == 0) g_name = Value::of_uint(3);
        eval::Frame& frame = memory.begin(context);
        unusual.clear();
        tables.find(frame, unusual);
        const auto found = unusual.sorted();
        std::vector<std::uint32_t> expected;
        for (const std::uint32_t k : all) {
            if ((*runtime)->predicate(frame, k) != usual_answer(program.predicates[k]))
                expected.push_back(k);
        }
        INFO("text " << text);
        REQUIRE(std::vector(found.begin(), found.end()) == expected);
    }
}

TEST_CASE("a trie finds beginnings and occurrences, overlapping ones too") {
    TextTrie trie;
    const std::string_view texts[] = {"he", "she", "his", "hers", "h"};
    for (std::uint32_t k = 0; k < std::size(texts); ++k) trie.add(texts[k], k);
    trie.finish();
    std::vector<std::uint32_t> found;
    const auto report = [&](std::uint32_t k) { found.push_back(k); };
    trie.occurs("ushers", report);
    std::sort(found.begin(), found.end());
    CHECK(found == std::vector<std::uint32_t>{0, 1, 3, 4});
    found.clear();
    const std::string_view text = "hersh";
    trie.starts(text.begin(), text.end(), report);
    CHECK(found == std::vector<std::uint32_t>{4, 0, 3});
}

}  // namespace sensor::engine
