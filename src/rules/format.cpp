// SPDX-License-Identifier: Apache-2.0
#include "rules/format.hpp"

#include <algorithm>
#include <map>

#include "base/utf8.hpp"
#include "lang/text_index.hpp"
#include "rules/format_condition.hpp"
#include "rules/format_source.hpp"
#include "rules/format_value.hpp"
#include "rules/one_line.hpp"
#include "rules/yaml_text.hpp"

namespace sensor::rules {
namespace {

// Keys in the order they are written; others follow in the order they had.
constexpr std::string_view kKeys[] = {"rule",
                                      "macro",
                                      "list",
                                      "required_engine_version",
                                      "required_plugin_versions",
                                      "desc",
                                      "condition",
                                      "exceptions",
                                      "items",
                                      "output",
                                      "priority",
                                      "source",
                                      "enabled",
                                      "capture",
                                      "capture_duration",
                                      "warn_evttypes",
                                      "skip-if-unknown-filter",
                                      "tags",
                                      "append",
                                      "override"};

std::size_t rank(const std::string& key) {
    return static_cast<std::size_t>(std::find(std::begin(kKeys), std::end(kKeys), key) -
                                    std::begin(kKeys));
}

struct Entry {
    std::string key;
    YAML::Node value;
    std::size_t first_line = 0, last_line = 0;  ///< of key and value
    std::size_t column = 0;                     ///< of the key
    std::vector<std::string> above;             ///< comments on lines of their own before it
    std::string beside;                         ///< comment on the line of the key
    bool as_it_was = false;                     ///< has comments inside
};

/// Pointers, because assigning a YAML::Node changes the node it was, not the variable.
std::vector<const Entry*> in_order(const std::vector<Entry>& entries) {
    std::vector<const Entry*> order;
    for (const Entry& entry : entries) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
        return std::pair(rank(a->key), a) < std::pair(rank(b->key), b);  // of one vector
    });
    return order;
}

class Formatter {
public:
    explicit Formatter(const std::string& text) : text_(text), lines_(text) {}

    Result<std::string> run() {
        const std::vector<YAML::Node> documents = load_documents(text_);
        SENSOR_TRY(comments_, find_comments(text_));
        if (documents.empty() || !documents.front().IsDefined() || documents.front().IsNull()) {
            copy_lines(0, lines_.count());
            return out_;
        }
        const YAML::Node& root = documents.front();
        if (!root.IsSequence()) return refuse(root, "a rules file is a list of items");
        if (behind(line_of(root), column_of(root)).substr(0, 1) != "-")
            return refuse(root, "items stand in [ ]: write each behind a dash");
        std::vector<std::size_t> starts;
        for (const YAML::Node& item : root) {
            if (!item.IsMap() || item.size() == 0) return refuse(item, "an item without keys");
            starts.push_back(start_of(item));
        }
        starts.push_back(lines_.count());
        copy_lines(0, starts.front());
        for (std::size_t k = 0; k + 1 < starts.size(); ++k)
            SENSOR_TRY_OK(item(root[k], starts[k], starts[k + 1]));
        return out_;
    }

private:
    static Error refuse(const YAML::Node& node, const std::string& why) {
        return Error(std::to_string(node.Mark().line + 1) + ":" +
                     std::to_string(node.Mark().column + 1) + ": " + why);
    }
    static std::size_t line_of(const YAML::Node& node) {
        return static_cast<std::size_t>(node.Mark().line);
    }
    static std::size_t column_of(const YAML::Node& node) {
        return static_cast<std::size_t>(node.Mark().column);
    }
    std::string_view behind(std::size_t line, std::size_t column) const {
        const std::string_view text = lines_[line];
        return text.substr(std::min(column, text.size()));
    }

    /// The line of an item's dash, which may stand above its keys.
    std::size_t start_of(const YAML::Node& item) const {
        std::size_t line = line_of(item);
        while (line > 0 && !lines_[line].substr(indent_of(lines_[line])).starts_with('-')) --line;
        return line;
    }

    void copy_lines(std::size_t begin, std::size_t end) {
        for (std::size_t k = begin; k < end; ++k) {
            std::string line(lines_[k]);
            line.erase(line.find_last_not_of(" \t") + 1);
            out_ += line + "\n";
        }
    }

    bool is_content(std::size_t line) const {
        if (is_blank_line(lines_[line])) return false;
        return std::none_of(comments_.begin(), comments_.end(),
                            [line](const Comment& c) { return c.line == line && c.own_line; });
    }

    bool has_comments(std::size_t begin, std::size_t end) const {
        return std::any_of(comments_.begin(), comments_.end(),
                           [&](const Comment& c) { return c.line >= begin && c.line < end; });
    }

    Result<> item(const YAML::Node& node, std::size_t begin, std::size_t end) {
        std::size_t behind = end;
        while (behind > begin + 1 && !is_content(behind - 1)) --behind;
        std::vector<Entry> entries;
        SENSOR_TRY_OK(read_entries(node, behind, entries));
        if (has_comments(begin, behind)) SENSOR_TRY_OK(share_comments(node, begin, entries));
        std::string start = "- ";
        for (const Entry* entry : in_order(entries)) {
            // Above the first key there is no place inside the item.
            const std::string blanks = start == "- " ? "" : "  ";
            for (const std::string& comment : entry->above) out_ += blanks + comment + "\n";
            SENSOR_TRY_OK(write(*entry, start));
            start = "  ";
        }
        copy_lines(behind, end);
        return Ok{};
    }

    Result<> read_entries(const YAML::Node& node, std::size_t behind,
                          std::vector<Entry>& entries) const {
        for (const auto& pair : node) {
            if (!pair.first.IsScalar()) return refuse(pair.first, "a key that is no text");
            Entry entry;
            entry.key = pair.first.Scalar();
            entry.value.reset(pair.second);
            entry.first_line = line_of(pair.first);
            entry.column = column_of(pair.first);
            for (const Entry& other : entries) {
                if (other.key == entry.key)
                    return refuse(pair.first, "the key '" + entry.key + "' is there twice");
            }
            if (!entries.empty()) entries.back().last_line = entry.first_line;
            entries.push_back(std::move(entry));
        }
        for (std::size_t k = 0; k < entries.size(); ++k) {
            std::size_t last = (k + 1 < entries.size() ? entries[k + 1].first_line : behind) - 1;
            while (last > entries[k].first_line && !is_content(last)) --last;
            entries[k].last_line = last;
        }
        return Ok{};
    }

    /// Gives each comment of an item to the key it stands above, beside or in.
    Result<> share_comments(const YAML::Node& node, std::size_t begin,
                            std::vector<Entry>& entries) const {
        for (std::size_t k = 1; k < entries.size(); ++k) {
            if (entries[k].first_line <= entries[k - 1].first_line)
                return refuse(node, "comments in an item whose keys share a line");
        }
        for (const Comment& comment : comments_) {
            if (comment.line < begin || comment.line > entries.back().last_line) continue;
            const auto owner = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) {
                return comment.line <= e.last_line;
            });
            if (comment.line < owner->first_line) {
                owner->above.push_back(comment.text);
            } else if (comment.line == owner->first_line && !comment.own_line) {
                owner->beside = comment.text;
            } else {
                owner->as_it_was = true;
            }
        }
        return Ok{};
    }

    Result<> write(const Entry& entry, const std::string& start) {
        if (entry.as_it_was) return write_as_it_was(entry, start);
        const std::size_t column = start.size() + entry.key.size() + 2;
        std::vector<std::string> lines;
        add_entry(scalar_text(entry.key, false, false),
                  lay_out(entry.value, entry.key, column, start.size()), entry.beside, start,
                  lines);
        for (const std::string& line : lines) out_ += line + "\n";
        return Ok{};
    }

    /// Its own lines, moved as a whole to where keys stand.
    Result<> write_as_it_was(const Entry& entry, const std::string& start) {
        out_ += start + std::string(behind(entry.first_line, entry.column)) + "\n";
        for (std::size_t k = entry.first_line + 1; k <= entry.last_line; ++k) {
            const std::string_view line = lines_[k];
            const std::size_t indent = indent_of(line);
            if (is_blank_line(line)) {
                out_ += "\n";
                continue;
            }
            if (indent < entry.column && entry.column > start.size())
                return Error(std::to_string(k + 1) +
                             ":1: a line with comments that stands further "
                             "out than its key cannot be moved");
            const std::size_t moved = indent + start.size() - entry.column;
            out_ += std::string(moved, ' ') + std::string(line.substr(indent)) + "\n";
        }
        return Ok{};
    }

    const std::string& text_;
    Lines lines_;
    std::vector<Comment> comments_;
    std::string out_;
};

bool same_scalar(const YAML::Node& a, const YAML::Node& b, bool is_condition) {
    if (is_condition) return same_condition(a.Scalar(), b.Scalar());
    const bool quoted = (a.Tag() == "!") == (b.Tag() == "!");
    return a.Scalar() == b.Scalar() && (quoted || !is_plain_special(a.Scalar()));
}

/// Do two documents say the same to the loader?
bool same(const YAML::Node& a, const YAML::Node& b, bool is_condition) {
    if (a.Type() != b.Type()) return false;
    if (a.IsScalar()) return same_scalar(a, b, is_condition);
    if (!a.IsDefined() || a.IsNull()) return true;
    if (a.size() != b.size()) return false;
    if (a.IsSequence()) {
        for (std::size_t k = 0; k < a.size(); ++k) {
            if (!same(a[k], b[k], false)) return false;
        }
        return true;
    }
    return std::all_of(a.begin(), a.end(), [&](const auto& entry) {
        const YAML::Node other = b[entry.first.Scalar()];
        return other.IsDefined() && same(entry.second, other, entry.first.Scalar() == "condition");
    });
}

Result<std::multimap<std::string, bool>> comment_texts(const std::string& text) {
    SENSOR_TRY(const std::vector<Comment> comments, find_comments(text));
    std::multimap<std::string, bool> texts;
    for (const Comment& comment : comments) texts.emplace(comment.text, true);
    return texts;
}

/// Nothing but the layout may differ.
Result<> check_kept(const std::string& before, const std::string& after) {
    const std::vector<YAML::Node> a = load_documents(before);
    const std::vector<YAML::Node> b = load_documents(after);
    bool kept = a.size() == b.size();
    for (std::size_t k = 0; kept && k < a.size(); ++k) kept = same(a[k], b[k], false);
    SENSOR_TRY(const auto said, comment_texts(before));
    SENSOR_TRY(const auto still_said, comment_texts(after));
    if (kept && said == still_said) return Ok{};
    return Error(kept ? "1:1: a comment would be lost" : "1:1: the meaning would not be kept");
}

std::string place_in(const std::string& file, std::string_view text, std::size_t offset) {
    const lang::TextPos at = lang::TextIndex(text).at(offset);
    return file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

Result<std::string> format_text(const std::string& text) {
    try {
        SENSOR_TRY(std::string laid_out, Formatter(text).run());
        SENSOR_TRY_OK(check_kept(text, laid_out));
        return laid_out;
    } catch (const YAML::Exception& error) {
        if (error.mark.is_null()) return Error("1:1: " + error.msg);
        return Error(std::to_string(error.mark.line + 1) + ":" +
                     std::to_string(error.mark.column + 1) + ": " + error.msg);
    }
}

}  // namespace

Result<std::string> format_rules(const SourceFile& file) {
    if (is_one_line_format(file))
        return Error(file.name + ":1:1: a file of one-line rules has no other layout");
    std::string text = file.text;
    if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
    if (text.starts_with(kByteOrderMark))  // is text to the loader, but would be none any more
        return Error(file.name + ":1:1: a second byte order mark cannot be kept");
    for (std::size_t k = text.find("\r\n"); k != std::string::npos; k = text.find("\r\n", k))
        text.erase(k, 1);
    if (const auto wrong = find_wrong_bytes(text))
        return Error(place_in(file.name, text, wrong->offset) + wrong->message);
    // A line break that the YAML reader counts and we do not.
    if (const std::size_t at = text.find('\r'); at != std::string::npos)
        return Error(place_in(file.name, text, at) + "a line that ends in no newline");
    // What stands behind it the YAML reader leaves out.
    if (const std::size_t at = ("\n" + text).find("\n%"); at != std::string::npos)
        return Error(place_in(file.name, text, at) + "a directive is not kept by a layout");
    Result<std::string> laid_out = format_text(text);
    if (!laid_out) return Error(file.name + ":" + laid_out.error().text);
    return laid_out;
}

}  // namespace sensor::rules
