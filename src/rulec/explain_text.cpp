// SPDX-License-Identifier: Apache-2.0
// An explanation as text.
#include <algorithm>

#include "base/log.hpp"
#include "explain/sentence.hpp"
#include "rulec/explain.hpp"

namespace sensor::rulec {
namespace {

constexpr std::size_t kMostCheck = 72;  // columns of a check in a list
constexpr std::size_t kMostTree = 56;   // columns of the tree before the values
constexpr std::size_t kMostValue = 60;
constexpr std::size_t kMostNames = 12;
constexpr std::size_t kColumns = 96;

std::string brief(const std::string& text, std::size_t most, const Show& show) {
    return show.full ? text : explain::shortened(text, most);
}

std::string heading(const char* text, const Show& show) {
    return "\n" + show.paint(Colour::Bold, text) + "\n";
}

/// Words in lines of at most kColumns, indented.
std::string wrapped(const std::string& text, const std::string& indent) {
    std::string out, line;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
        const std::string word = text.substr(begin, end - begin);
        begin = end + 1;
        if (word.empty()) continue;
        if (!line.empty() && width(line) + 1 + width(word) + indent.size() > kColumns) {
            out += indent + line + "\n";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    return line.empty() ? out : out + indent + line + "\n";
}

std::string names(const std::vector<std::string>& all, const Show& show) {
    std::string out;
    const std::size_t most = show.full ? all.size() : kMostNames;
    for (std::size_t k = 0; k < std::min(all.size(), most); ++k)
        out += (k > 0 ? ", " : "") + all[k];
    if (all.size() > most) out += ", … " + std::to_string(all.size() - most) + " more";
    return out;
}

const char* word_of(lang::Node::Kind kind) {
    switch (kind) {
        case lang::Node::Kind::And: return "and";
        case lang::Node::Kind::Or: return "or";
        case lang::Node::Kind::Not: return "not";
        default: return "";
    }
}

/// The head of a part that has parts: "open_read: and", "exception known: not".
std::string head_text(const std::string& word, const std::string& macro,
                      const std::string& exception, const Paint& paint) {
    if (!exception.empty()) return paint(Colour::Cyan, "exception " + exception + ":") + " " + word;
    return macro.empty() ? word : paint(Colour::Cyan, macro + ":") + " " + word;
}

void expanded(const lang::Node& given, std::size_t depth, const Show& show, std::string& out) {
    const lang::Node* node = &given;
    std::string prefix;
    if (given.kind == lang::Node::Kind::Not && given.label == lang::Node::Label::None) {
        prefix = "not ";
        node = given.children.front().get();
    }
    const bool macro = node->label == lang::Node::Label::Macro;
    const bool exception = node->label == lang::Node::Label::Exception;
    const bool check = node->kind == lang::Node::Kind::Check;
    const std::string word =
        check ? brief(lang::to_text(*node), kMostCheck, show) : std::string(word_of(node->kind));
    out += std::string(2 + 2 * depth, ' ') + prefix +
           head_text(word, macro ? node->label_name : "", exception ? node->label_name : "",
                     show.paint) +
           "\n";
    for (const lang::Node* part : explain::parts_of(*node)) expanded(*part, depth + 1, show, out);
}

std::string exceptions_text(const rules::Rule& rule, const Show& show) {
    std::string out;
    for (const rules::ExceptionInfo& e : rule.exceptions) {
        std::string fields;
        for (std::size_t k = 0; k < e.fields.size(); ++k) {
            fields += (k > 0 ? " and " : "") + e.fields[k] + " " +
                      (k < e.comps.size() ? e.comps[k] : "") + " …";
        }
        out += "  " + show.paint(Colour::Cyan, e.name) + "  and not (" + fields + "), " +
               (e.values == 0 ? "no values yet: changes nothing" : counted(e.values, "value")) +
               "\n";
    }
    return out.empty() ? out : heading("exceptions", show) + out;
}

std::string predicates_text(const RuleFacts& facts, const Show& show) {
    std::string out = heading("predicates", show);
    out +=
        format(
            "  An event that it is asked for costs about {:.0f} ns: the cheap ones come first.\n",
            std::max(facts.cost_ns, 1.0)) +
        show.paint(Colour::Dim, "    about  asked by") + "\n";
    for (const PredicateFact& p : facts.predicates) {
        out += format("  {:>4.0f} ns  {}  {}\n", p.cost_ns,
                      padded(p.rules == 0 ? "" : counted(p.rules, "rule"), 8),
                      brief(p.text, kMostCheck, show));
    }
    return out;
}

std::string dispatch_text(const RuleFacts& facts, const Show& show) {
    std::string out = heading("dispatch", show);
    if (facts.every_type) {
        out += "  asked for every event: no check of evt.type narrows it\n";
    } else {
        out += wrapped("asked for " + names(facts.types, show), "  ");
        for (const std::string& why : facts.because)
            out += "  because of " + brief(why, kMostCheck, show) + "\n";
    }
    out +=
        wrapped("the sensor watches for it: " +
                    (facts.calls.empty() ? std::string("nothing more") : names(facts.calls, show)),
                "  ");
    if (!facts.left_out.empty())
        out += wrapped("not watched unless asked to (-A), too many: " + names(facts.left_out, show),
                       "  ");
    return out + wrapped("watched whatever the rules are: " + names(facts.state_calls, show), "  ");
}

std::string truth_word(explain::Truth truth) {
    switch (truth) {
        case explain::Truth::True: return "true";
        case explain::Truth::False: return "false";
        case explain::Truth::Absent: return "absent";
    }
    return {};
}

Colour colour_of(explain::Truth truth) {
    switch (truth) {
        case explain::Truth::True: return Colour::Green;
        case explain::Truth::False: return Colour::Red;
        case explain::Truth::Absent: return Colour::Yellow;
    }
    return Colour::Plain;
}

std::string facts_text(const explain::TruthNode& node, const Show& show) {
    std::string out;
    for (const explain::Fact& fact : node.facts) {
        out += (out.empty() ? "" : ", ") + fact.expression + " ";
        if (!fact.present)
            out += "has no value";
        else
            out += fact.value.empty() ? "is empty" : "is " + brief(fact.value, kMostValue, show);
    }
    return out;
}

std::string node_word(const explain::TruthNode& node, const Show& show) {
    switch (node.kind) {
        case explain::TruthNode::Kind::And: return "and";
        case explain::TruthNode::Kind::Or: return "or";
        case explain::TruthNode::Kind::Not: return "not";
        case explain::TruthNode::Kind::Check: break;
    }
    return brief(node.text, kMostTree - 8, show);
}

/// A `not` and what it negates share a line; its truth is that of the `not`.
void tree(const explain::TruthNode& given, std::size_t depth, const Show& show, std::string& out) {
    const explain::TruthNode* node = &given;
    std::string prefix;
    if (given.kind == explain::TruthNode::Kind::Not && given.exception.empty()) {
        prefix = "not ";
        node = &given.children.front();
    }
    const std::string truth = padded(truth_word(given.truth), 6);
    const std::string indent = std::string(2 * depth, ' ') + prefix;
    const std::string word = node_word(*node, show);
    const std::size_t taken =
        indent.size() + width(head_text(word, node->macro, node->exception, Paint(false)));
    const Paint& paint = show.paint;
    out += std::string(given.decisive ? "  ▸ " : "    ") +
           paint(given.decisive ? colour_of(given.truth) : Colour::Dim, truth) + "  ";
    if (given.decisive)
        out += indent + head_text(word, node->macro, node->exception, paint);
    else
        out += paint(Colour::Dim,
                     indent + head_text(word, node->macro, node->exception, Paint(false)));
    const std::string facts = facts_text(*node, show);
    if (!facts.empty()) {
        out += std::string(taken < kMostTree ? kMostTree - taken : 0, ' ') + "  " +
               paint(Colour::Dim, facts);
    }
    out += "\n";
    for (const explain::TruthNode& child : node->children) tree(child, depth + 1, show, out);
}

std::string silence_text(const Finding& finding, const Show& show) {
    if (!finding.silence) {
        return finding.fired ? "\nno exception silences it: none of the fields it could name has a "
                               "value that can be written down\n"
                             : "";
    }
    const Silence& s = *finding.silence;
    std::string out = heading(finding.bare ? "to leave out just this event, append"
                                           : "to silence just this alert, append",
                              show) +
                      "\n";
    out += show.paint(Colour::Cyan, finding.bare ? s.condition + "\n" : s.yaml) + "\n";
    out += s.own_fields ? "  by the rule's own exception " + s.exception + "; "
                        : std::string("  by fields that are not faked easily; ");
    out += "judged again with it: it does not fire\n";
    if (finding.counted) {
        out += "  of " + counted(finding.alerts, "alert") +
               " of the rule in this capture it silences " + std::to_string(finding.silenced) +
               "\n";
    }
    return out;
}

}  // namespace

std::string text_of(const RuleFacts& facts, const Show& show) {
    const rules::Rule& rule = *facts.rule;
    std::string out = show.paint(Colour::Bold, rule.name);
    if (rule.line != 0 && rule.name != rule.file)
        out += "  " + show.paint(Colour::Dim, rule.file + ":" + std::to_string(rule.line));
    out += "\n";
    if (!facts.active) out += "  " + show.paint(Colour::Yellow, "this rule is not active") + "\n";
    out += wrapped(rule.description, "  ");
    out += heading("as written", show) + wrapped(rule.condition_written, "  ");
    out += heading("expanded", show);
    expanded(*rule.tree, 0, show, out);
    out += exceptions_text(rule, show);
    out += predicates_text(facts, show);
    return out + dispatch_text(facts, show);
}

std::string text_of(const Finding& finding, const Show& show) {
    std::string out = heading("event", show) + "  evt.num " + std::to_string(finding.number) +
                      ", " + finding.event_type;
    if (!finding.actor.empty()) out += " by " + finding.actor;
    out += "\n\n";
    tree(finding.truth, 0, show, out);
    out += show.paint(Colour::Dim, "  ▸ decided the result") + "\n";
    const std::string verdict = explain::verdict(finding.truth);
    out += "\n" + show.paint(finding.fired ? Colour::Green : Colour::Red, wrapped(verdict, ""));
    if (!finding.message.empty()) out += "  alert: " + finding.message + "\n";
    for (const std::string& name : finding.rules_first) {
        out += "  but '" + name +
               "' comes before it and matches too: where only the first match alerts, that one "
               "does\n";
    }
    return out + silence_text(finding, show);
}

}  // namespace sensor::rulec
