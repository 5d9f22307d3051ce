// SPDX-License-Identifier: Apache-2.0
// Output text to parts. The grammar finds the longest text behind a % that could be a field; here
// it is shortened from its end until it is one that exists, and the rest is text again.
#include "lang/output_format.hpp"

#include <algorithm>
#include <charconv>

#include "grammar/messages.hpp"
#include "lang/checker.hpp"
#include "lang/parse.hpp"
#include "lang/tree.hpp"

namespace sensor::lang {
namespace {

namespace g = sensor::grammar;
namespace peg = tao::pegtl;

constexpr unsigned kMaxWidth = 65535;

/// One step of the grammar: literal text, or a placeholder as far as syntax goes.
struct Step {
    std::string_view literal;
    std::string_view width;
    std::string_view token;  ///< field or transformer, argument included
};

template <typename Rule>
struct Action : peg::nothing<Rule> {};
template <std::string_view Step::* Member>
struct Keep {
    template <typename In>
    static void apply(const In& in, Step& step) {
        step.*Member = in.string_view();
    }
};
template <>
struct Action<g::literal_text> : Keep<&Step::literal> {};
template <>
struct Action<g::width> : Keep<&Step::width> {};
template <>
struct Action<g::output_field> : Keep<&Step::token> {};
template <>
struct Action<g::output_transform> : Keep<&Step::token> {};

template <typename Rule>
struct Control : peg::normal<Rule> {
    template <typename In, typename... States>
    [[noreturn]] static void raise(const In& in, States&&... /*unused*/) {
        static_assert(g::expected<Rule> != nullptr,
                      "grammar/messages.hpp has no row for this rule");
        throw peg::parse_error(g::expected<Rule>, in);
    }
};

/// Parentheses in a row could exhaust the stack before the grammar gives up.
bool nests_too_deep(std::string_view text) {
    unsigned depth = 0;
    for (const char c : text) {
        if (c == '%') depth = 0;
        if (c == '(' && ++depth > kMaxNesting) return true;
    }
    return false;
}

bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

/// The word behind a % that is no field, for the message.
std::string word_after(std::string_view rest) {
    std::size_t k = 1;
    while (k < rest.size() && rest[k] >= '0' && rest[k] <= '9') ++k;
    const std::size_t begin = k;
    while (k < rest.size() && is_name_byte(rest[k])) ++k;
    return std::string(rest.substr(begin, k - begin));
}

class Reader {
public:
    Reader(std::string_view text, Program& program)
        : text_(text), program_(program), terms_(program, problems_) {}

    OutputParse run() {
        if (nests_too_deep(text_)) {
            fail("nested more than " + std::to_string(kMaxNesting) + " levels deep", {});
            return std::move(result_);
        }
        if (text_.starts_with('*')) at_ = 1;
        while (at_ < text_.size() && step()) {
        }
        if (!literal_.empty()) result_.format.parts.push_back({std::move(literal_), false, 0, 0});
        result_.ok = result_.message.empty();
        return std::move(result_);
    }

private:
    bool step() {
        const std::string_view rest = text_.substr(at_);
        Step step;
        try {
            peg::memory_input<peg::tracking_mode::lazy> in(rest.data(), rest.size(), "");
            peg::parse<g::output_step, Action, Control>(in, step);
        } catch (const std::exception&) {
            return invalid(rest, word_after(rest));
        }
        if (!step.literal.empty()) {
            literal_ += step.literal;
            at_ += step.literal.size();
            return true;
        }
        unsigned width = 0;
        if (!step.width.empty()) {
            const auto [end, error] =
                std::from_chars(step.width.data(), step.width.data() + step.width.size(), width);
            if (error != std::errc{} || width > kMaxWidth) {
                return fail("the width " + std::string(step.width) + " is too large", {});
            }
        }
        const auto begin = static_cast<std::size_t>(step.token.data() - rest.data());
        const std::size_t used = place(step.token, width);
        if (used == 0) return invalid(rest, std::string(step.token));
        at_ += begin + used;
        return true;
    }

    bool fail(std::string message, std::string hint) {
        result_.message = std::move(message);
        result_.hint = std::move(hint);
        result_.offset = at_;
        return false;
    }

    bool invalid(std::string_view rest, const std::string& token) {
        if (token.empty()) {
            return fail(
                "invalid formatting token" +
                    std::string(rest.size() > 1 ? " " + std::string(rest.substr(0, 8)) : ""),
                "a field name must follow '%'; a percent sign itself cannot be written");
        }
        fail("invalid formatting token " + token, {});
        for (const Problem& problem : problems_) {
            if (problem.severity != Severity::Error) continue;
            result_.hint =
                problem.hint.empty() && !problem.unknown_filter ? problem.message : problem.hint;
            break;  // the longest reading is what was meant
        }
        result_.unknown_field = token.find('(') == std::string::npos;
        return false;
    }

    /// Adds the longest prefix of `token` that is a field or transformer.
    /// out: its length in bytes, 0 if there is none
    std::size_t place(std::string_view token, unsigned width) {
        problems_.clear();
        if (try_place(token, width)) return token.size();
        const std::size_t bracket = token.back() == ']' ? token.find('[') : std::string_view::npos;
        const std::size_t parenthesis = token.find('(');
        if (parenthesis != std::string_view::npos &&
            (bracket == std::string_view::npos || parenthesis < bracket)) {
            const std::size_t closing = token.rfind(")[");  // a transformer that takes no argument
            if (closing == std::string_view::npos) return 0;
            return try_place(token.substr(0, closing + 1), width) ? closing + 1 : 0;
        }
        std::size_t n = std::min(bracket, token.size() - 1);
        for (; n > 0; --n) {
            if (try_place(token.substr(0, n), width)) return n;
        }
        return 0;
    }

    bool try_place(std::string_view text, unsigned width) {
        const OperandResult parsed = parse_expression(text);
        if (!parsed.operand) return false;
        if (parsed.operand->kind == Operand::Kind::Field) {
            const FieldUse& use = parsed.operand->field;
            const bool known =
                program_.static_fields.contains(use.name) ||
                resolve_field(use.name, use.bracket ? &*use.bracket : nullptr).has_value();
            if (!known && !problems_.empty()) return false;  // only the first try is worth a report
        }
        const std::optional<TermUse> use = terms_.build(*parsed.operand);
        if (!use) return false;
        result_.format.parts.push_back({std::move(literal_), true, use->term, width});
        literal_.clear();
        keep_fields(*parsed.operand);
        return true;
    }

    void keep_fields(const Operand& operand) {
        if (operand.kind == Operand::Kind::Field) {
            const std::string key = to_text(operand);
            std::vector<OutputField>& fields = result_.format.fields;
            const bool known = std::any_of(fields.begin(), fields.end(),
                                           [&](const OutputField& f) { return f.key == key; });
            const std::optional<TermUse> use = terms_.build(operand);
            if (!known && use) fields.push_back({key, use->term});
            return;
        }
        for (const Operand& arg : operand.transform.args) keep_fields(arg);
        for (const Operand& item : operand.items) keep_fields(item);
    }

    std::string_view text_;
    const Program& program_;
    std::vector<Problem> problems_;
    TermBuilder terms_;
    std::size_t at_ = 0;
    std::string literal_;
    OutputParse result_;
};

}  // namespace

OutputParse parse_output(std::string_view text, Program& program) {
    return Reader(text, program).run();
}

}  // namespace sensor::lang
