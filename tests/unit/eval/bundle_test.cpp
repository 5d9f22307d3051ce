// SPDX-License-Identifier: Apache-2.0
#include "eval/bundle.hpp"

#include "eval/hash.hpp"
#include "eval/processor.hpp"
#include "eval/program_io.hpp"
#include "tests/support/catch.hpp"

namespace sensor::eval {
namespace {

lang::Program sample() {
    lang::Program program;
    lang::Term name;
    name.field.id = FieldId::proc_name;
    name.type = ParamType::CHARBUF;
    lang::Term upper;
    upper.kind = lang::Term::Kind::Transform;
    upper.transformer = Transformer::toupper;
    upper.args = {program.add_term(name)};
    lang::Predicate p;
    p.left = program.add_term(upper);
    p.op = Op::in;
    lang::Constant c;
    c.kind = Kind::Text;
    c.bytes = "SH";
    p.constants = {c};
    lang::CondNode leaf;
    leaf.kind = lang::CondNode::Kind::Predicate;
    leaf.predicate = program.add_predicate(p);
    lang::CondNode negated;
    negated.kind = lang::CondNode::Kind::Not;
    negated.children = {program.add_node(leaf)};
    const std::uint32_t root = program.add_node(negated);
    program.conditions.push_back({root, lang::EventSet::all()});
    return program;
}

std::string sample_bundle(const std::string& request) {
    const std::uint32_t entries[] = {4};
    return write_bundle(request, entries, "machine code");
}

}  // namespace

TEST_CASE("a program survives being stored") {
    const lang::Program program = sample();
    const auto read = read_program(write_program(program));
    REQUIRE(read);
    CHECK(read->terms == program.terms);
    CHECK(read->predicates == program.predicates);
    CHECK(read->nodes == program.nodes);
    REQUIRE(read->conditions.size() == 1);
    CHECK(read->conditions[0].events == program.conditions[0].events);
    CHECK(write_program(*read) == write_program(program));
}

TEST_CASE("a damaged program is refused or still well formed") {
    const std::string good = write_program(sample());
    for (std::size_t n = 0; n < good.size(); ++n) {
        INFO("cut to " << n);
        REQUIRE_FALSE(read_program(std::string_view(good).substr(0, n)));
    }
    CHECK_FALSE(read_program(good + "x"));
    for (std::size_t k = 0; k < good.size(); ++k) {
        for (const char flip : {'\x01', '\x80', '\xff'}) {
            std::string bad = good;
            bad[k] = static_cast<char>(bad[k] ^ flip);
            const auto read = read_program(bad);
            if (!read) continue;
            // What was let through must have every index in range.
            for (const lang::Predicate& p : read->predicates) REQUIRE(p.left < read->terms.size());
            for (const lang::CondNode& n : read->nodes) {
                if (n.kind == lang::CondNode::Kind::Predicate)
                    REQUIRE(n.predicate < read->predicates.size());
                for (const std::uint32_t child : n.children) REQUIRE(child < read->nodes.size());
            }
            for (const lang::Condition& c : read->conditions) REQUIRE(c.root < read->nodes.size());
        }
    }
}

TEST_CASE("a request carries options and program") {
    const std::string request = write_request(sample(), {0, "x86-64-v3"});
    const auto read = read_request(request);
    REQUIRE(read);
    CHECK(read->options.level == 0);
    CHECK(read->options.cpu == "x86-64-v3");
    CHECK(read->program.nodes == sample().nodes);
    CHECK_FALSE(read_request(request.substr(0, 6)));
    CHECK_FALSE(read_request(""));
}

TEST_CASE("a bundle gives back what was put in") {
    const std::string request = write_request(sample(), {});
    const std::string bytes = sample_bundle(request);
    const auto bundle = read_bundle(bytes, request);
    REQUIRE(bundle);
    CHECK(bundle->entries == std::vector<std::uint32_t>{4});
    CHECK(bundle->code_offset % kCodeAlign == 0);
    CHECK(bytes.substr(bundle->code_offset, bundle->code_size) == "machine code");
}

TEST_CASE("a bundle of other rules is refused") {
    lang::Program more = sample();
    more.conditions.push_back(more.conditions.front());
    const std::string bytes = sample_bundle(write_request(sample(), {}));
    const auto other = read_bundle(bytes, write_request(more, {}));
    REQUIRE_FALSE(other);
    CHECK(other.error().text == "bundle of other rules");
}

TEST_CASE("how a bundle was compiled does not make it foreign") {
    const std::string bytes = sample_bundle(write_request(sample(), {0, ""}));
    const auto read = read_bundle(bytes, write_request(sample(), {1, ""}));
    REQUIRE(read);
    CHECK(read->options.level == 0);
}

TEST_CASE("a bundle for a processor that this is not is refused by its name") {
    const std::string bytes = sample_bundle(write_request(sample(), {1, "x86-64-v9"}));
    const auto read = read_bundle(bytes, write_request(sample(), {}));
    REQUIRE_FALSE(read);
    CHECK(read.error().text == "bundle for a processor of x86-64-v9, which this is not");
}

TEST_CASE("a bundle made with other tables is of another version") {
    const std::string request = write_request(sample(), {});
    std::string bytes = sample_bundle(request);
    bytes[32] = static_cast<char>(bytes[32] ^ 1);  // the maker's mark
    // The checksum is not a secret: whoever makes bundles otherwise writes a good one.
    const std::uint64_t sum = hash64(std::string_view(bytes).substr(16), 0x5eed);
    for (std::size_t k = 0; k < 8; ++k) bytes[8 + k] = static_cast<char>(sum >> (8 * k));
    const auto read = read_bundle(bytes, request);
    REQUIRE_FALSE(read);
    CHECK(read.error().text == "bundle of another version of falco-rulec");
}

TEST_CASE("every processor runs the least baseline; other names are none") {
    CHECK(runs_here(""));
    CHECK(is_baseline(""));
    CHECK_FALSE(is_baseline("no-such-cpu"));
    CHECK_FALSE(runs_here("no-such-cpu"));
}

TEST_CASE("every flipped byte and every cut of a bundle is noticed") {
    const std::string request = write_request(sample(), {});
    const std::string good = sample_bundle(request);
    const std::size_t used = 72 + 4 + request.size();
    for (std::size_t k = 0; k < good.size(); k += k < used || k + 16 > good.size() ? 1 : 997) {
        std::string bad = good;
        bad[k] = static_cast<char>(bad[k] ^ 0x20);
        INFO("byte " << k);
        REQUIRE_FALSE(read_bundle(bad, request));
    }
    for (std::size_t n = 0; n < good.size(); n += n < used ? 1 : 997) {
        INFO("cut to " << n);
        REQUIRE_FALSE(read_bundle(std::string_view(good).substr(0, n), request));
    }
    CHECK_FALSE(read_bundle(good + "x", request));
    CHECK_FALSE(read_bundle("", request));
}

TEST_CASE("an entry outside the code is refused") {
    const std::string request = write_request(sample(), {});
    const std::uint32_t entries[] = {12};
    CHECK_FALSE(read_bundle(write_bundle(request, entries, "machine code"), request));
}

TEST_CASE("keys differ by program and options") {
    const std::string key = bundle_key(write_request(sample(), {}));
    CHECK(key.size() == 32);
    CHECK(key == bundle_key(write_request(sample(), {})));
    CHECK(key != bundle_key(write_request(sample(), {0, ""})));
    CHECK(key != bundle_key(write_request({}, {})));
}

}  // namespace sensor::eval
