// SPDX-License-Identifier: Apache-2.0
// Fields and transformers: names to table rows, argument counts and types, result types.
#include <algorithm>

#include "lang/checker.hpp"
#include "lang/field_hint.hpp"
#include "lang/literal.hpp"
#include "lang/similar.hpp"
#include "lang/tree.hpp"

namespace sensor::lang {
namespace {

bool is_text(const TermUse& use) { return type_class_of(use.type) == type_class::TEXT; }
bool is_bytes(const TermUse& use) { return type_class_of(use.type) == type_class::BYTES; }

bool takes_text(Transformer t) {
    return t == Transformer::tolower || t == Transformer::toupper || t == Transformer::basename;
}

/// How a transformer is written.
std::string usage_of(Transformer transformer) {
    switch (transformer) {
        case Transformer::join:
            return "join(SEPARATOR, LIST), such as join(\",\", (proc.name, \"x\"))";
        case Transformer::concat: return "concat(TEXT, TEXT, ...)";
        case Transformer::getopt:
            return "getopt(LIST, \"LETTERS\") or getopt(LIST, \"LETTERS\")[LETTER]";
        case Transformer::len: return "len(TEXT) or len(LIST)";
        default: return std::string(to_text(transformer)) + "(TEXT)";
    }
}

std::string kind_of(const TermUse& use) {
    return (use.is_list ? "a list of " : "") + std::string(to_text(use.type));
}

}  // namespace

void TermBuilder::error(const TextPos& pos, std::string message, std::string hint) {
    problems_.push_back({Severity::Error, std::string(kConditionError), pos, std::move(message),
                         std::move(hint), false});
}

void TermBuilder::unknown(const TextPos& pos, std::string message, std::string hint) {
    problems_.push_back({Severity::Error, std::string(kConditionError), pos, std::move(message),
                         std::move(hint), true});
}

void TermBuilder::warning(std::string_view code, const TextPos& pos, std::string message,
                          std::string hint, std::string deprecated_field) {
    problems_.push_back({Severity::Warning, std::string(code), pos, std::move(message),
                         std::move(hint), false, std::move(deprecated_field)});
}

void TermBuilder::retract_warning(const TextPos& pos) {
    std::erase_if(problems_, [&](const Problem& p) {
        return p.severity == Severity::Warning && p.pos.offset == pos.offset &&
               p.pos.text == pos.text;
    });
}

bool TermBuilder::transforms_event_type(const Operand& operand) {
    if (operand.kind == Operand::Kind::Field) {
        return operand.field.name == "evt.type" || operand.field.name == "syscall.type";
    }
    const auto& inner =
        operand.kind == Operand::Kind::Transform ? operand.transform.args : operand.items;
    return std::any_of(inner.begin(), inner.end(), transforms_event_type);
}

std::optional<TermUse> TermBuilder::build(const Operand& operand) {
    return operand.kind == Operand::Kind::Transform ? transform(operand) : field(operand);
}

std::string TermBuilder::similar_static(const std::string& name) const {
    std::vector<std::string_view> names;
    for (const auto& [text, value] : program_.static_fields) names.push_back(text);
    return names.empty() ? "static_fields of the configuration defines none"
                         : did_you_mean(name, names);
}

std::optional<TermUse> TermBuilder::static_field(const Operand& operand, const std::string& text) {
    if (operand.field.bracket) {
        error(operand.pos, operand.field.name + " takes no argument in brackets");
        return std::nullopt;
    }
    Term term;
    term.kind = Term::Kind::Constant;
    term.constant = text_constant(text);
    term.type = ParamType::CHARBUF;
    TermUse result{0, ParamType::CHARBUF};
    result.term = program_.add_term(std::move(term));
    return result;
}

std::optional<TermUse> TermBuilder::field(const Operand& operand) {
    const FieldUse& use = operand.field;
    const auto known = program_.static_fields.find(use.name);
    if (known != program_.static_fields.end()) return static_field(operand, known->second);
    Result<FieldRef> ref = resolve_field(use.name, use.bracket ? &*use.bracket : nullptr);
    if (!ref) {
        const std::string& why = ref.error().text;
        const std::string message =
            why.starts_with("unknown field") ? "unknown field '" + to_text(operand) + "'" : why;
        if (why.starts_with("unknown")) {
            const bool is_static = use.name.starts_with("static.");
            unknown(operand.pos, message, is_static ? similar_static(use.name) : field_hint(use));
        } else {
            error(operand.pos, message, field_hint(use));
        }
        return std::nullopt;
    }
    const FieldInfo& info = field_info(ref->id);
    const bool gone = (info.flags & field_flag::NEVER) != 0;
    if ((info.flags & field_flag::DEPRECATED) != 0 && !gone &&
        std::find(warned_.begin(), warned_.end(), ref->id) == warned_.end()) {
        warned_.push_back(ref->id);
        warning("LOAD_DEPRECATED_ITEM", operand.pos,
                "field '" + std::string(info.text) + "' is deprecated: " + std::string(info.doc),
                {}, std::string(info.text));
    }
    Term term;
    term.type = ref->type;
    term.is_list = ref->is_list;
    term.field = *std::move(ref);
    TermUse result{0, term.type, term.is_list, term.field.id, term.field.arg.kind, info.flags};
    result.term = program_.add_term(std::move(term));
    return result;
}

bool TermBuilder::reject(const Operand& operand, const std::string& why) {
    const Transformer transformer = operand.transform.transformer;
    error(operand.pos, std::string(to_text(transformer)) + "() " + why,
          "write " + usage_of(transformer));
    return false;
}

std::optional<TermUse> TermBuilder::list_argument(const Operand& operand) {
    Term term;
    term.kind = Term::Kind::List;
    term.type = ParamType::CHARBUF;
    term.is_list = true;
    for (const Operand& item : operand.items) {
        const std::optional<TermUse> use = argument(item);
        if (!use) return std::nullopt;
        const std::uint8_t cls = type_class_of(use->type);
        if (use->is_list || (cls != type_class::TEXT && cls != type_class::INT)) {
            error(item.pos,
                  "a list inside a transformer holds texts and numbers, not " + kind_of(*use));
            return std::nullopt;
        }
        term.args.push_back(use->term);
    }
    TermUse result{0, term.type, true};
    result.term = program_.add_term(std::move(term));
    return result;
}

std::optional<TermUse> TermBuilder::argument(const Operand& operand) {
    if (operand.kind == Operand::Kind::List) return list_argument(operand);
    if (operand.kind == Operand::Kind::Text || operand.kind == Operand::Kind::Number) {
        Term term;
        term.kind = Term::Kind::Constant;
        term.constant = text_constant(operand.text);
        term.type = ParamType::CHARBUF;
        TermUse result{0, ParamType::CHARBUF};
        result.term = program_.add_term(std::move(term));
        return result;
    }
    const std::optional<TermUse> use = build(operand);
    if (use && (use->flags & field_flag::NO_TRANSFORM) != 0) {
        error(operand.pos, "transformers cannot be used with the field " + to_text(operand));
        return std::nullopt;
    }
    return use;
}

std::optional<TermUse> TermBuilder::transform(const Operand& operand) {
    const TransformUse& use = operand.transform;
    const auto infos = all_transformers();
    const auto info = std::find_if(infos.begin(), infos.end(), [&](const TransformerInfo& i) {
        return i.transformer == use.transformer;
    });
    if (use.args.size() < info->min_args ||
        (info->max_args != 0 && use.args.size() > info->max_args)) {
        reject(operand, "takes " + std::string(info->max_args == 0 ? "at least " : "") +
                            std::to_string(info->min_args) +
                            (info->min_args == 1 ? " argument" : " arguments") + ", not " +
                            std::to_string(use.args.size()));
        return std::nullopt;
    }
    if (use.bracket && use.transformer != Transformer::getopt) {
        reject(operand, "takes no argument in brackets");
        return std::nullopt;
    }
    std::vector<TermUse> args;
    for (const Operand& arg : use.args) {
        const std::optional<TermUse> built = argument(arg);
        if (!built) return std::nullopt;
        args.push_back(*built);
    }
    Term term;
    term.kind = Term::Kind::Transform;
    term.transformer = use.transformer;
    for (const TermUse& arg : args) term.args.push_back(arg.term);
    if (!check_arguments(operand, args, term)) return std::nullopt;
    TermUse result{0, term.type, term.is_list};
    result.term = program_.add_term(std::move(term));
    return result;
}

bool TermBuilder::check_arguments(const Operand& operand, const std::vector<TermUse>& args,
                                  Term& term) {
    const Transformer t = term.transformer;
    const TermUse& first = args.front();
    term.type = ParamType::CHARBUF;
    if (takes_text(t)) {
        const bool list_ok = t != Transformer::basename;
        if (!is_text(first) || (first.is_list && !list_ok))
            return reject(operand, "takes a text, not " + kind_of(first));
        term.type = first.type;
        term.is_list = first.is_list;
        return true;
    }
    switch (t) {
        case Transformer::b64:
            if (first.is_list || (!is_text(first) && !is_bytes(first)))
                return reject(operand, "takes a text or a buffer, not " + kind_of(first));
            term.type = first.type;
            return true;
        case Transformer::len:
            if (!first.is_list && !is_text(first) && !is_bytes(first))
                return reject(operand, "takes a text, a buffer or a list, not " + kind_of(first));
            term.type = ParamType::UINT64;
            return true;
        case Transformer::join:
            if (first.is_list || !is_text(first))
                return reject(operand, "takes a text as separator, not " + kind_of(first));
            if (!args[1].is_list)
                return reject(operand, "takes a list as second argument, not " + kind_of(args[1]));
            return true;
        case Transformer::concat:
            for (const TermUse& arg : args) {
                if (arg.is_list || !is_text(arg))
                    return reject(operand, "takes texts, not " + kind_of(arg));
            }
            return true;
        case Transformer::getopt: return check_getopt(operand, args, term);
        default: return reject(operand, "cannot be used here");
    }
}

bool TermBuilder::check_getopt(const Operand& operand, const std::vector<TermUse>& args,
                               Term& term) {
    const TransformUse& use = operand.transform;
    if (!args[0].is_list || !is_text(args[0]))
        return reject(operand, "takes a list of texts, not " + kind_of(args[0]));
    if (use.args[1].kind != Operand::Kind::Text)
        return reject(operand, "takes a quoted text of option letters as second argument");
    term.is_list = !use.bracket;
    if (!use.bracket) return true;
    if (use.bracket->size() != 1 || *use.bracket == ":") {
        return reject(operand,
                      "takes exactly one option letter in brackets, not '" + *use.bracket + "'");
    }
    term.option = *use.bracket;
    term.has_option = true;
    return true;
}

}  // namespace sensor::lang
