// SPDX-License-Identifier: Apache-2.0
// Output text to parts. The grammar finds the longest text behind a % that could be a field; here
// it is shortened from its end until it is one that exists, and the rest is text again.
#include "lang/output_format.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "grammar/messages.hpp"
#include "lang/checker.hpp"
#include "lang/parse.hpp"
#include "lang/similar.hpp"
#include "lang/tree.hpp"

namespace sensor::lang {
namespace {

namespace g = sensor::grammar;
namespace peg = tao::pegtl;

constexpr unsigned kMaxWidth = std::numeric_limits<std::uint16_t>::max();
// Longer than any field with its dotted argument; texts that look like one may be very long.
constexpr std::size_t kLongestField = 255;

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

/// Length of what stands behind a % and was most likely meant as its field, the % included.
std::size_t extent(std::string_view rest) {
    std::size_t k = 1;
    if (k < rest.size() && (rest[k] == '%' || rest[k] == '-')) ++k;
    while (k < rest.size() && is_name_byte(rest[k])) ++k;
    if (k == rest.size()) return k;
    const char closing = rest[k] == '(' ? ')' : rest[k] == '{' ? '}' : rest[k] == '[' ? ']' : 0;
    const std::size_t end = closing == 0 ? std::string_view::npos : rest.find(closing, k);
    return end == std::string_view::npos ? k : end + 1;
}

/// What to write instead of `token`, which begins with a % and is no field by its syntax.
std::string form_hint(std::string_view token) {
    const std::size_t digits = token.find_first_not_of("0123456789", 2);
    if (token.starts_with("%-") && digits != std::string_view::npos && digits > 2)
        return "texts are padded on their right side, without a '-': %" +
               std::string(token.substr(2));
    if (token.starts_with("%{") && token.ends_with("}"))
        return "a field has no braces: %" + std::string(token.substr(2, token.size() - 3));
    const std::size_t name = token.find_first_not_of("%-0123456789");
    if (name == std::string_view::npos)
        return "a field follows a '%'; the percent sign itself cannot be written";
    const std::string hint = unknown_field_hint(token.substr(name));
    return hint.empty() ? "a field has a class, a dot and a name, such as %proc.name" : hint;
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
        result_.ok = true;
        while (at_ < text_.size()) step();
        if (!literal_.empty()) result_.format.add_literal(literal_);
        result_.format.shrink();
        return std::move(result_);
    }

private:
    void step() {
        const std::string_view rest = text_.substr(at_);
        Step step;
        try {
            peg::memory_input<peg::tracking_mode::lazy> in(rest.data(), rest.size(), "");
            peg::parse<g::output_step, Action, Control>(in, step);
        } catch (const std::exception&) {
            return no_field(rest.substr(0, extent(rest)));
        }
        if (!step.literal.empty()) {
            literal_ += step.literal;
            at_ += step.literal.size();
            return;
        }
        const auto begin = static_cast<std::size_t>(step.token.data() - rest.data());
        const std::size_t whole = begin + step.token.size();
        std::uint16_t width = 0;
        if (!step.width.empty()) {
            const auto [end, error] =
                std::from_chars(step.width.data(), step.width.data() + step.width.size(), width);
            if (error != std::errc{}) {
                fail("the width " + std::string(step.width) + " is too large",
                     "a width is a number of bytes up to " + std::to_string(kMaxWidth));
                at_ += whole;
                return;
            }
        }
        const std::size_t used = place(step.token, width);
        if (used == 0) {
            wrong_field();
            at_ += whole;
            return;
        }
        at_ += begin + used;
        warn_of_text_behind(step.token.substr(0, used));
    }

    void fail(std::string message, std::string hint, bool unknown_field = false) {
        result_.ok = false;
        result_.problems.push_back({true, at_, std::move(message), std::move(hint), unknown_field});
    }

    /// Not even written like a field.
    void no_field(std::string_view token) {
        const std::size_t name = token.find_first_not_of("%0123456789");
        const bool is_word = name == 1 && looks_like_word(token.substr(name));
        fail("'" + std::string(token.substr(0, 60)) + "' is not a field", form_hint(token),
             is_word);
        at_ += token.size();
    }

    static bool looks_like_word(std::string_view text) {
        return std::all_of(text.begin(), text.end(), is_name_byte);
    }

    /// Written like a field, and none.
    void wrong_field() {
        for (Problem& problem : problems_) {
            if (problem.severity != Severity::Error) continue;
            // The first, longest reading is what was meant.
            return fail(std::move(problem.message), std::move(problem.hint),
                        problem.unknown_filter);
        }
        fail("this is not a field or transformer", {});
    }

    /// A field ends where no longer one exists; letters behind it are often a misspelt field.
    void warn_of_text_behind(std::string_view field) {
        const std::string_view rest = text_.substr(at_);
        if (rest.empty() || field.ends_with(']') || field.ends_with(')')) return;
        const std::string name(field);
        OutputProblem problem{false, at_, {}, {}, false};
        if (rest[0] == '[') {
            const bool takes =
                field_info(program_.terms[result_.format.parts.back().term].field.id).arg !=
                FieldArgSpec::NO_ARG;
            const std::string open(rest.substr(0, rest.find_first_of(" \t\n,;)")));
            if (!takes || open.find(']') != std::string::npos) return;
            problem.message = "'" + open + "' is text, not an argument of %" + name;
            problem.hint = "a ']' is missing: %" + name + open + "]";
        } else if (is_name_byte(rest[0]) && rest[0] != '.') {
            std::size_t end = 0;
            while (end < rest.size() && is_name_byte(rest[end])) ++end;
            const std::string more(rest.substr(0, end));
            problem.message = "'" + more + "' is text, not a part of the field %" + name;
            problem.hint = "if it is meant, write another sign between: %" + name + "/" + more;
            if (const std::string near = unknown_field_hint(name + more); !near.empty())
                problem.hint = near + " Else write another sign between %" + name + " and " + more;
        } else {
            return;
        }
        result_.problems.push_back(std::move(problem));
    }

    /// Adds the longest prefix of `token` that is a field or transformer.
    /// out: its length in bytes, 0 if there is none
    std::size_t place(std::string_view token, std::uint16_t width) {
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
        std::size_t n = std::min({bracket, token.size() - 1, kLongestField});
        for (; n > 0; --n) {
            if (try_place(token.substr(0, n), width)) return n;
        }
        return 0;
    }

    bool try_place(std::string_view text, std::uint16_t width) {
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
        result_.format.add_term(literal_, use->term, width);
        literal_.clear();
        keep_fields(*parsed.operand);
        return true;
    }

    void keep_fields(const Operand& operand) {
        if (operand.kind == Operand::Kind::Field) {
            const std::optional<TermUse> use = terms_.build(operand);
            if (use) result_.format.add_field(to_text(operand), use->term);
            return;
        }
        for (const Operand& arg : operand.transform.args) keep_fields(arg);
        for (const Operand& item : operand.items) keep_fields(item);
    }

    std::string_view text_;
    Program& program_;
    std::vector<Problem> problems_;
    TermBuilder terms_;
    std::size_t at_ = 0;
    std::string literal_;
    OutputParse result_;
};

}  // namespace

TextPiece OutputFormat::keep(std::string_view bytes) {
    const TextPiece piece{static_cast<std::uint32_t>(text.size()),
                          static_cast<std::uint32_t>(bytes.size())};
    text += bytes;
    return piece;
}

void OutputFormat::add_literal(std::string_view literal) { parts.push_back({keep(literal)}); }

void OutputFormat::add_term(std::string_view literal, std::uint32_t term, std::uint16_t width) {
    parts.push_back({keep(literal), term, width, true});
}

void OutputFormat::add_field(std::string_view key, std::uint32_t term) {
    const bool known = std::any_of(fields.begin(), fields.end(),
                                   [&](const OutputField& f) { return view(f.key) == key; });
    if (!known) fields.push_back({keep(key), term});
}

void OutputFormat::rename_field(std::string_view from, std::string_view to) {
    for (OutputField& field : fields) {
        if (view(field.key) == from) field.key = keep(to);
    }
}

void OutputFormat::shrink() {
    text.shrink_to_fit();
    parts.shrink_to_fit();
    fields.shrink_to_fit();
}

OutputParse parse_output(std::string_view text, Program& program) {
    return Reader(text, program).run();
}

std::string first_error(const OutputParse& parsed) {
    const auto found = std::find_if(parsed.problems.begin(), parsed.problems.end(),
                                    [](const OutputProblem& p) { return p.is_error; });
    if (found == parsed.problems.end()) return {};
    return found->hint.empty() ? found->message : found->message + "; " + found->hint;
}

}  // namespace sensor::lang
