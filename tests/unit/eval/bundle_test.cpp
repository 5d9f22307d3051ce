// SPDX-License-Identifier: Apache-2.0
#include "eval/bundle.hpp"

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
    const std::string bytes = sample_bundle(write_request(sample(), {}));
    const auto other = read_bundle(bytes, write_request(sample(), {0, ""}));
    REQUIRE_FALSE(other);
    CHECK(other.error().text == "bundle of other rules");
}

TEST_CASE("every flipped byte and every cut of a bundle is noticed") {
    const std::string request = write_request(sample(), {});
    const std::string good = sample_bundle(request);
    const std::size_t used = 64 + 4 + request.size();
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
