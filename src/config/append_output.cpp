// SPDX-License-Identifier: Apache-2.0
// The settings that add to what alerts say: append_output and static_fields.
#include <algorithm>
#include <initializer_list>

#include "config/append_output.hpp"
#include "lang/output_format.hpp"

namespace sensor::config {
namespace {

/// Notes keys that nothing reads: a misspelt one would change nothing, silently.
void note_unknown(const YAML::Node& map, const char* what,
                  std::initializer_list<std::string_view> known, Config& config) {
    for (const auto& pair : map) {
        const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : std::string("?");
        if (std::find(known.begin(), known.end(), key) == known.end())
            config.notes.push_back(
                format("append_output: {} has a key '{}' that nothing reads", what, key));
    }
}

std::string text_of(const std::string& file, const YAML::Node& node, const std::string& what) {
    if (node.IsNull()) return {};
    if (!node.IsScalar()) refuse(file, node, format("{} must be a text", what));
    return node.Scalar();
}

rules::ExtraField read_extra(const std::string& file, const YAML::Node& node) {
    if (node.IsScalar()) return {node.Scalar(), node.Scalar(), true};
    if (!node.IsMap() || node.size() != 1) {
        refuse(file, node,
               "an entry of extra_fields must be the name of a field, or one \"name: text\"");
    }
    const auto pair = *node.begin();
    const std::string key = text_of(file, pair.first, "the name of an extra field");
    return {key, text_of(file, pair.second, "the text of extra field '" + key + "'"), false};
}

void read_match(const std::string& file, const YAML::Node& match, rules::AppendOutput& append,
                Config& config) {
    if (!match.IsDefined() || match.IsNull()) return;
    if (!match.IsMap()) refuse(file, match, "match must be a map of rule, source and tags");
    note_unknown(match, "match", {"rule", "source", "tags"}, config);
    if (match["rule"].IsDefined()) append.match_rule = text_of(file, match["rule"], "match.rule");
    if (match["source"].IsDefined())
        append.match_source = text_of(file, match["source"], "match.source");
    const YAML::Node tags = match["tags"];
    if (!tags.IsDefined() || tags.IsNull()) return;
    if (!tags.IsSequence()) refuse(file, tags, "match.tags must be a list of texts");
    for (const auto& tag : tags) append.match_tags.push_back(text_of(file, tag, "a tag"));
}

class EntryReader {
public:
    EntryReader(const std::string& file, Config& config) : file_(file), config_(config) {}

    rules::AppendOutput read(const YAML::Node& item) {
        rules::AppendOutput append;
        if (!item.IsMap()) refuse(file_, item, "an entry of append_output must be a map");
        note_unknown(item, "an entry",
                     {"match", "extra_output", "extra_fields", "suggested_output"}, config_);
        read_match(file_, item["match"], append, config_);
        checked_ = append.match_source.empty() || append.match_source == "syscall";
        if (const YAML::Node extra = item["extra_output"]; extra.IsDefined()) {
            append.extra_output = text_of(file_, extra, "extra_output");
            check(extra, "extra_output", append.extra_output);
        }
        if (const YAML::Node suggested = item["suggested_output"]; suggested.IsDefined()) {
            if (!YAML::convert<bool>::decode(suggested, append.suggested_output))
                refuse(file_, suggested, "suggested_output must be true or false");
        }
        read_extras(item["extra_fields"], append);
        return append;
    }

private:
    void read_extras(const YAML::Node& list, rules::AppendOutput& append) {
        if (!list.IsDefined() || list.IsNull()) return;
        if (!list.IsSequence()) refuse(file_, list, "extra_fields must be a list");
        for (const auto& node : list) {
            rules::ExtraField extra = read_extra(file_, node);
            const bool twice =
                std::any_of(append.extra_fields.begin(), append.extra_fields.end(),
                            [&](const rules::ExtraField& e) { return e.key == extra.key; });
            if (twice) refuse(file_, node, format("extra field '{}' is named twice", extra.key));
            check_extra(node, extra);
            append.extra_fields.push_back(std::move(extra));
        }
    }

    void check_extra(const YAML::Node& node, const rules::ExtraField& extra) {
        if (extra.format.empty()) return;
        const std::string what = "extra field '" + extra.key + "'";
        const std::size_t parts = check(node, what, (extra.bare ? "%" : "") + extra.format);
        if (extra.bare && parts > 1)
            refuse(file_, node, format("{} is not the name of one field", what));
    }

    /// Fields of other sources are not known here; such rules never run.
    /// out: how many parts the text has, 0 if it is not looked into
    std::size_t check(const YAML::Node& node, const std::string& what, const std::string& text) {
        if (!checked_) return 0;
        const lang::OutputParse parsed = check_appended(text, config_.static_fields);
        if (parsed.ok) return parsed.format.parts.size();
        refuse(file_, node, format("{}: {}", what, first_error(parsed)));
    }

    const std::string& file_;
    Config& config_;
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

void read_static_fields(const std::string& file, const YAML::Node& map, Config& config) {
    if (!map.IsDefined()) return;
    if (!map.IsMap()) refuse(file, map, "static_fields must be a map of names and texts");
    for (const auto& pair : map) {
        const std::string name = text_of(file, pair.first, "the name of a static field");
        const auto is_name_byte = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '.';
        };
        if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_byte)) {
            refuse(file, pair.first,
                   format("static_fields: '{}' is no name; it may hold letters, digits, _ and .",
                          name));
        }
        config.static_fields["static." + name] =
            text_of(file, pair.second, "static field '" + name + "'");
    }
}

void read_append_output(const std::string& file, const YAML::Node& list, Config& config) {
    if (!list.IsDefined()) return;
    if (!list.IsSequence()) refuse(file, list, "append_output must be a list");
    EntryReader reader(file, config);
    for (const auto& item : list) {
        config.append_output.push_back(reader.read(item));
        const rules::AppendOutput& entry = config.append_output.back();
        if (!entry.match_rule.empty() && !entry.match_tags.empty()) {
            config.notes.push_back(
                format("append_output: an entry asks for rule '{}' and for tags: both must match",
                       entry.match_rule));
        }
    }
}

}  // namespace sensor::config
