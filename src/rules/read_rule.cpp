// SPDX-License-Identifier: Apache-2.0
// Rule items: definitions, appends, overrides and the old lone `enabled`.
#include <algorithm>

#include "lang/similar.hpp"
#include "rules/codes.hpp"
#include "rules/read.hpp"

namespace sensor::rules {
namespace {

const OverrideKeys& override_keys() {
    static const OverrideKeys keys{
        {"condition", "output", "desc", "tags", "exceptions"},
        {"condition", "output", "desc", "tags", "exceptions", "priority", "capture",
         "capture_duration", "enabled", "warn_evttypes", "skip-if-unknown-filter"}};
    return keys;
}

/// What to write instead of a priority that is none.
std::string priority_hint(std::string_view written) {
    static const std::vector<std::string_view> words = {
        "EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFORMATIONAL", "DEBUG"};
    Priority begun{};
    if (parse_priority_start(written, begun))
        return lang::did_you_mean({words[static_cast<std::size_t>(begun)]});
    if (written.size() == 1 && written[0] >= '0' && written[0] <= '7')
        return lang::did_you_mean({words[static_cast<std::size_t>(written[0] - '0')]});
    std::string near = lang::did_you_mean(written, words);
    if (!near.empty()) return near;
    std::string all = "one of ";
    for (const std::string_view word : words)
        all += (word == words[0] ? "" : ", ") + std::string(word);
    return all;
}

// Files of 2018 and before wrote the beginning of a word. They do not say which engine they need.
std::optional<Priority> read_priority(const Item& item, const Library& library) {
    const std::optional<Sourced> text = item.required_text("priority");
    if (!text) return std::nullopt;
    Priority priority{};
    if (parse_priority(text->text, priority)) return priority;
    const Reporter::Scope scope(item.reporter(), "rule priority", "", text->at(0));
    const bool begins = parse_priority_start(text->text, priority);
    if (begins && !library.versioned_files.contains(item.file())) {
        item.reporter().warning(
            code::kDeprecated, text->at(0),
            "priority '" + text->text + "' is short for " + std::string(to_text(priority)),
            "write the whole word, newer engines take no other");
        return priority;
    }
    item.fail(text->at(0), "Invalid priority",
              priority_hint(text->text));  // scripts know the words
    return std::nullopt;
}

void add_tags(const std::vector<Sourced>& more, std::vector<std::string>& tags) {
    for (const Sourced& tag : more) tags.push_back(tag.text);
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
}

class RuleReader {
public:
    RuleReader(const Item& item, Library& library, Sourced name)
        : item_(item),
          library_(library),
          name_at_(name.at(0)),
          name_(std::move(name.text)),
          existing_(library.rules.find(name_)) {}

    /// out: false if something was wrong
    bool read() {
        bool ok = true;
        Overrides overrides;
        ok = read_overrides(item_, override_keys(), overrides);
        const bool append = item_.boolean("append", false, ok);
        if (append && overrides.any())
            ok = item_.fail(item_.key_at("append"), "'append' and 'override' exclude each other",
                            "leave 'append: true' out, 'override' says it all");
        if (!ok) return false;
        if (overrides.any()) return override(overrides);
        if (append && !this->append()) return false;
        if (append) {
            item_.reporter().warning(code::kDeprecated, item_.origin(item_.get("append")),
                                     "'append' is deprecated",
                                     "write 'override: {condition: append}'");
            return true;
        }
        const bool bare = !item_.has("condition") && !item_.has("output") && !item_.has("desc") &&
                          !item_.has("priority");
        return bare && item_.has("enabled") ? enable() : define();
    }

private:
    const lang::StaticFields* known_fields(const RuleDef& rule) const {
        return rule.source == "syscall" ? &library_.static_fields : nullptr;
    }

    bool invalid(Origin at, std::string message, std::string hint) {
        item_.reporter().error(code::kValidate, at, std::move(message), std::move(hint));
        return false;
    }

    bool must_exist(const std::string& key) {
        if (existing_ != nullptr) return true;
        if (library_.rules.broken.contains(name_)) return false;  // said where it is defined
        std::vector<std::string_view> names;
        for (const RuleDef& rule : library_.rules.items) names.push_back(rule.name);
        return invalid(name_at_, "'" + key + "' of a rule '" + name_ + "' that does not exist",
                       lang::did_you_mean(name_, names));
    }

    /// An explicit source must be the one the rule has already.
    bool same_source(const std::optional<Sourced>& source) {
        if (existing_ == nullptr || !source || source->text.empty() ||
            source->text == existing_->source)
            return true;
        return invalid(source->at(0), "a rule cannot change its source",
                       "it is '" + existing_->source + "': leave 'source' out");
    }

    bool enable() {
        bool ok = must_exist("enabled");
        const bool enabled = item_.boolean("enabled", true, ok);
        if (!ok) return false;
        item_.reporter().warning(code::kDeprecated, item_.origin(item_.get("enabled")),
                                 "'enabled' alone is deprecated",
                                 "write 'override: {enabled: replace}' beside it");
        existing_->enabled = enabled;
        return true;
    }

    bool define() {
        bool ok = true;
        RuleDef rule;
        rule.name = name_;
        rule.at = item_.at();
        rule.file = item_.file();
        ok = item_.require({"condition", "output", "desc", "priority"});
        const auto text = [&](const char* key) {
            return item_.has(key) ? item_.required_text(key) : std::nullopt;
        };
        const std::optional<Sourced> condition = text("condition");
        const std::optional<Sourced> output = text("output");
        const std::optional<Sourced> description = text("desc");
        std::optional<Priority> priority;
        if (item_.has("priority")) priority = read_priority(item_, library_);
        const std::optional<Sourced> source = item_.text("source", ok);
        rule.source_at = rule.at;
        if (source && !source->text.empty()) {
            rule.source = source->text;
            rule.source_at = source->at(0);
        }
        ok = same_source(source) && ok;
        rule.enabled = item_.boolean("enabled", true, ok);
        rule.warn_evttypes = item_.boolean("warn_evttypes", true, ok);
        rule.skip_if_unknown = item_.boolean("skip-if-unknown-filter", false, ok);
        rule.capture = item_.boolean("capture", false, ok);
        rule.capture_duration_ms = item_.number("capture_duration", ok);
        if (const auto tags = item_.texts("tags", ok)) add_tags(*tags, rule.tags);
        ok = read_exceptions(item_, true, known_fields(rule), rule.exceptions) && ok;
        // What else is wrong is reported already: condition and output are worth checking all the
        // same, so that one run shows every mistake.
        if (!condition || !output) return false;
        ok = ok && description && priority;
        rule.condition = *condition;
        rule.output = output->trimmed();
        rule.description = description ? description->text : "";
        rule.priority = priority.value_or(Priority::Debug);
        if (existing_ == nullptr) {
            library_.rules.add(std::move(rule));
        } else {
            *existing_ = std::move(rule);
        }
        return ok;
    }

    bool append() {
        if (!must_exist("append")) return false;
        bool ok = true;
        ok = same_source(item_.text("source", ok)) && ok;
        if (!item_.has("condition") && !item_.has("exceptions"))
            return invalid(item_.key_at("append"),
                           "'append: true' adds to 'condition' and 'exceptions' only",
                           "for other keys write 'override' instead, such as {tags: append}");
        RuleDef rule = *existing_;
        rule.file = item_.file();
        if (item_.has("condition")) ok = append_text("condition", rule.condition) && ok;
        ok = read_exceptions(item_, false, known_fields(rule), rule.exceptions) && ok;
        if (ok) *existing_ = std::move(rule);
        return ok;
    }

    bool append_text(const char* key, Sourced& text) {
        const std::optional<Sourced> more = item_.required_text(key);
        if (!more) return false;
        text.append(" ", more->at(0));
        text.append(*more);
        return true;
    }

    bool override(const Overrides& overrides) {
        if (!must_exist("override")) return false;
        bool ok = true;
        ok = same_source(item_.text("source", ok)) && ok;
        RuleDef rule = *existing_;
        rule.file = item_.file();
        for (const std::string& key : overrides.append) ok = append_key(key, rule) && ok;
        for (const std::string& key : overrides.replace) ok = replace_key(key, rule) && ok;
        if (ok) *existing_ = std::move(rule);
        return ok;
    }

    bool append_key(const std::string& key, RuleDef& rule) {
        bool ok = true;
        if (key == "condition") return append_text("condition", rule.condition);
        if (key == "output") return append_text("output", rule.output);
        if (key == "exceptions")
            return read_exceptions(item_, false, known_fields(rule), rule.exceptions);
        if (key == "tags") {
            if (const auto tags = item_.texts("tags", ok)) add_tags(*tags, rule.tags);
            return ok;
        }
        Sourced description{rule.description,
                            std::vector<Origin>(rule.description.size(), rule.at)};
        ok = append_text("desc", description);
        rule.description = description.text;
        return ok;
    }

    bool replace_key(const std::string& key, RuleDef& rule) {
        bool ok = true;
        if (key == "condition" || key == "output" || key == "desc") {
            const std::optional<Sourced> text = item_.required_text(key.c_str());
            if (!text) return false;
            if (key == "condition") rule.condition = *text;
            if (key == "output") rule.output = *text;
            if (key == "desc") rule.description = text->text;
        } else if (key == "tags") {
            rule.tags.clear();
            if (const auto tags = item_.texts("tags", ok)) add_tags(*tags, rule.tags);
        } else if (key == "exceptions") {
            rule.exceptions.clear();
            ok = read_exceptions(item_, true, known_fields(rule), rule.exceptions);
        } else if (key == "priority") {
            const std::optional<Priority> priority = read_priority(item_, library_);
            if (!priority) return false;
            rule.priority = *priority;
        } else if (key == "capture_duration") {
            rule.capture_duration_ms = item_.number("capture_duration", ok);
        } else {
            bool& flag = key == "enabled"         ? rule.enabled
                         : key == "capture"       ? rule.capture
                         : key == "warn_evttypes" ? rule.warn_evttypes
                                                  : rule.skip_if_unknown;
            flag = item_.boolean(key.c_str(), flag, ok);
        }
        return ok;
    }

    const Item& item_;
    Library& library_;
    Origin name_at_;
    std::string name_;
    RuleDef* existing_;
};

}  // namespace

void read_rule(const Item& item, Library& library) {
    const std::optional<Sourced> name = item.name("rule");
    const Reporter::Scope scope(item.reporter(), "rule", name ? name->text : "", item.at());
    if (!name) return;
    if (!RuleReader(item, library, *name).read()) library.rules.broken.insert(name->text);
    item.warn_unknown_keys("rule");
}

}  // namespace sensor::rules
