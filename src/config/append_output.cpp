// SPDX-License-Identifier: Apache-2.0
#include "config/append_output.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "config/values.hpp"
#include "lang/output_format.hpp"

namespace sensor::config {
namespace {

rules::ExtraField read_extra(const Node& node) {
    if (node.kind == Node::Kind::Text) return {node.text, node.text, true};
    if (node.kind != Node::Kind::Map || node.entries.size() != 1) {
        refuse(node.origin,
               "an entry of extra_fields must be the name of a field, or one \"name: text\"");
    }
    const Entry& entry = node.entries.front();
    return {entry.key, text_of(entry.value, "the text of extra field '" + entry.key + "'"), false};
}

void read_match(const Node* match, rules::AppendOutput& append) {
    if (match == nullptr) return;
    if (const Node* rule = at(*match, "rule")) append.match_rule = text_of(*rule, "match.rule");
    if (const Node* source = at(*match, "source"))
        append.match_source = text_of(*source, "match.source");
    if (const Node* tags = at(*match, "tags")) {
        if (tags->kind != Node::Kind::List)
            refuse(tags->origin, "match.tags must be a list of texts");
        append.match_tags = texts_of(*tags, "match.tags");
    }
}

class EntryReader {
public:
    explicit EntryReader(const lang::StaticFields& fields) : fields_(fields) {}

    rules::AppendOutput read(const Node& item) {
        rules::AppendOutput append;
        if (item.kind != Node::Kind::Map)
            refuse(item.origin, "an entry of append_output must be a map");
        read_match(at(item, "match"), append);
        checked_ = append.match_source.empty() || append.match_source == "syscall";
        if (const Node* extra = at(item, "extra_output")) {
            append.extra_output = text_of(*extra, "extra_output");
            check(*extra, "extra_output", append.extra_output);
        }
        if (const Node* suggested = at(item, "suggested_output"))
            append.suggested_output = flag_of(*suggested, "suggested_output");
        if (const Node* extras = at(item, "extra_fields")) read_extras(*extras, append);
        return append;
    }

private:
    void read_extras(const Node& list, rules::AppendOutput& append) {
        if (list.kind != Node::Kind::List) refuse(list.origin, "extra_fields must be a list");
        for (const Node& node : list.items) {
            rules::ExtraField extra = read_extra(node);
            const bool twice =
                std::any_of(append.extra_fields.begin(), append.extra_fields.end(),
                            [&](const rules::ExtraField& e) { return e.key == extra.key; });
            if (twice) refuse(node.origin, format("extra field '{}' is named twice", extra.key));
            check_extra(node, extra);
            append.extra_fields.push_back(std::move(extra));
        }
    }

    void check_extra(const Node& node, const rules::ExtraField& extra) {
        if (extra.format.empty()) return;
        const std::string what = "extra field '" + extra.key + "'";
        const std::size_t parts = check(node, what, (extra.bare ? "%" : "") + extra.format);
        if (extra.bare && parts > 1)
            refuse(node.origin, format("{} is not the name of one field", what));
    }

    /// Fields of other sources are not known here; such rules never run.
    /// out: how many parts the text has, 0 if it is not looked into
    std::size_t check(const Node& node, const std::string& what, const std::string& text) {
        if (!checked_) return 0;
        const lang::OutputParse parsed = check_appended(text, fields_);
        if (parsed.ok) return parsed.format.parts.size();
        refuse(node.origin, format("{}: {}", what, first_error(parsed)));
    }

    const lang::StaticFields& fields_;
    bool checked_ = true;
};

}  // namespace

lang::OutputParse check_appended(std::string text, const lang::StaticFields& fields) {
    for (std::size_t at = text.find(rules::kContainerInfo); at != std::string::npos;
         at = text.find(rules::kContainerInfo, at))
        text.erase(at, rules::kContainerInfo.size());
    lang::Program scratch;
    scratch.static_fields = fields;
    return lang::parse_output(text, scratch);
}

void read_static_fields(const Node& root, Config& config) {
    const Node* map = at(root, "static_fields");
    if (map == nullptr) return;
    if (map->kind != Node::Kind::Map)
        refuse(map->origin, "static_fields must be a map of names and texts");
    for (const Entry& entry : map->entries) {
        const std::string& name = entry.key;
        const auto is_name_byte = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '.';
        };
        if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_byte)) {
            refuse(entry.origin,
                   format("static_fields: '{}' is no name; it may hold letters, digits, _ and .",
                          name));
        }
        config.static_fields["static." + name] =
            text_of(entry.value, "static field '" + name + "'");
    }
}

void read_append_output(const Node& root, Config& config) {
    const Node* list = at(root, "append_output");
    if (list == nullptr) return;
    if (list->kind != Node::Kind::List) refuse(list->origin, "append_output must be a list");
    EntryReader reader(config.static_fields);
    for (const Node& item : list->items) {
        config.append_output.push_back(reader.read(item));
        const rules::AppendOutput& entry = config.append_output.back();
        if (!entry.match_rule.empty() && !entry.match_tags.empty()) {
            config.notes.push_back(
                {Note::Kind::Other,
                 format("{}: append_output: an entry asks for rule '{}' and for tags: both must "
                        "match",
                        to_text(item.origin), entry.match_rule)});
        }
    }
}

void read_selections(const Node& root, Config& config) {
    const Node* list = at(root, "rules");
    if (list == nullptr) return;
    if (list->kind != Node::Kind::List)
        refuse(list->origin, "rules must be a list of enable and disable entries");
    for (const Node& item : list->items) {
        bool any = false;
        for (const bool enable : {true, false}) {
            const Node* body = at(item, enable ? "enable" : "disable");
            if (body == nullptr) continue;
            rules::Selection selection;
            selection.enable = enable;
            if (const Node* rule = at(*body, "rule"))
                selection.rule_pattern = text_of(*rule, "rule");
            if (const Node* tag = at(*body, "tag")) selection.tag = text_of(*tag, "tag");
            if (selection.rule_pattern.empty() && selection.tag.empty())
                refuse(item.origin, "expected rule: or tag:");
            config.selections.push_back(std::move(selection));
            any = true;
        }
        if (!any)
            refuse(item.origin, "an entry of rules must be enable: or disable: with rule or tag");
    }
}

}  // namespace sensor::config
