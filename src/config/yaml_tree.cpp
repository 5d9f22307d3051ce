// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_tree.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "rules/yaml_text.hpp"

namespace sensor::config {
namespace {

constexpr std::size_t kMostNodes = 100000;  // names of nodes (&a, *a) can make many of a few

class Converter {
public:
    Converter(Origin origin, bool places, std::vector<std::string>& remarks)
        : origin_(std::move(origin)), places_(places), remarks_(remarks) {}

    Node convert(const YAML::Node& from, std::size_t depth = 0) {
        Node node;
        node.origin = origin_of(from);
        if (depth > kDeepest) refuse(node.origin, "settings are nested too deep");
        if (++count_ > kMostNodes) refuse(node.origin, "too many settings");
        switch (from.Type()) {
            case YAML::NodeType::Scalar:
                node.kind = Node::Kind::Text;
                node.text = from.Scalar();
                break;
            case YAML::NodeType::Sequence:
                node.kind = Node::Kind::List;
                for (const auto& item : from) node.items.push_back(convert(item, depth + 1));
                break;
            case YAML::NodeType::Map:
                node.kind = Node::Kind::Map;
                for (const auto& pair : from) add(node, pair.first, pair.second, depth);
                break;
            default: break;
        }
        return node;
    }

private:
    void add(Node& map, const YAML::Node& key, const YAML::Node& value, std::size_t depth) {
        const Origin place = origin_of(key);
        if (!key.IsScalar()) refuse(place, "the name of a setting must be a text");
        if (entry_of(map, key.Scalar()) != nullptr) {
            remarks_.push_back(format("{}: '{}' is set a second time; only the first one counts",
                                      to_text(place), key.Scalar()));
            return;
        }
        map.entries.push_back({key.Scalar(), place, convert(value, depth + 1)});
    }

    Origin origin_of(const YAML::Node& node) const {
        Origin origin = origin_;
        const YAML::Mark mark = node.Mark();
        if (places_ && !mark.is_null()) {
            origin.line = static_cast<std::size_t>(mark.line) + 1;
            origin.column = static_cast<std::size_t>(mark.column) + 1;
        }
        return origin;
    }

    Origin origin_;
    bool places_;
    std::vector<std::string>& remarks_;
    std::size_t count_ = 0;
};

std::string with_hint(const rules::YamlProblem& problem) {
    return problem.message + (problem.hint.empty() ? "" : "; " + problem.hint);
}

Origin place_of(const std::string& text, std::size_t offset, Origin origin) {
    const std::string_view before = std::string_view(text).substr(0, offset);
    origin.line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    origin.column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    return origin;
}

/// As of rules files, but those are lists of items, and this is a map.
rules::YamlProblem explain(const std::string& text, std::size_t at, const std::string& said) {
    rules::YamlProblem problem = rules::explain_yaml(text, at, said);
    if (problem.message.find("item") == std::string::npos &&
        problem.hint.find("item") == std::string::npos)
        return problem;
    const std::size_t last = std::min(at, text.size() - 1);
    const std::size_t newline = last == 0 ? std::string::npos : text.rfind('\n', last - 1);
    const std::size_t line = newline == std::string::npos ? 0 : newline + 1;
    const std::size_t blanks = std::min(text.find_first_not_of(" \t", line), text.size());
    const bool tab = text.find('\t', line) < blanks;
    if (tab) return {line, "a tab cannot indent YAML", "indent with blanks"};
    return {blanks, "this line does not fit those above",
            "give all keys of a map the same indentation"};
}

std::vector<YAML::Node> documents(const std::string& text, const Origin& origin) {
    if (const auto wrong = rules::find_wrong_bytes(text))
        refuse(place_of(text, wrong->offset, origin), with_hint(*wrong));
    try {
        return rules::load_documents(text);
    } catch (const YAML::Exception& error) {
        const std::size_t at = error.mark.is_null() || error.mark.pos < 0
                                   ? 0
                                   : static_cast<std::size_t>(error.mark.pos);
        const rules::YamlProblem problem = explain(text, at, error.msg);
        refuse(place_of(text, problem.offset, origin), with_hint(problem));
    }
}

bool is_plain(std::string_view text) {
    const auto is_in = [](char c, std::string_view more) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               more.find(c) != std::string_view::npos;
    };
    if (text.empty() || !is_in(text[0], "/_.")) return false;
    if (text == "null" || text == "Null" || text == "NULL") return false;
    return std::all_of(text.begin(), text.end(), [&](char c) { return is_in(c, "/_.-+"); });
}

}  // namespace

Node parse_settings(const std::string& text, const std::string& file,
                    std::vector<std::string>& remarks) {
    const Origin origin{Origin::Kind::File, file, 1, 1, {}};
    const std::vector<YAML::Node> all = documents(text, origin);
    Node root;
    if (!all.empty()) root = Converter(origin, true, remarks).convert(all.front());
    if (root.kind == Node::Kind::Null) root.kind = Node::Kind::Map;
    if (root.kind != Node::Kind::Map)
        refuse(root.origin, "the configuration must be a map of settings");
    if (all.size() > 1) {
        remarks.push_back(
            format("{}: there are {} documents (parts divided by ---); only the first one counts",
                   file, all.size()));
    }
    return root;
}

Node parse_value(const std::string& text, const Origin& origin) {
    std::vector<std::string> remarks;
    const std::vector<YAML::Node> all = documents(text, origin);
    if (all.empty()) return Node{Node::Kind::Null, {}, {}, {}, origin};
    return Converter(origin, false, remarks).convert(all.front());
}

namespace {

std::string key_text(std::string_view text) {
    if (is_plain(text)) return std::string(text);
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string scalar_text(std::string_view text) {
    std::string kept;
    // What would be expanded when read again gets another $, which stands for all up to the brace.
    for (std::size_t k = 0; k < text.size();) {
        const std::size_t open = text.find("${", k);
        const std::size_t close = open == text.npos ? text.npos : text.find('}', open);
        if (close == text.npos) return key_text(kept.append(text.substr(k)));
        kept.append(text.substr(k, open - k)).append(1, '$');
        kept.append(text.substr(open, close + 1 - open));
        k = close + 1;
    }
    return key_text(kept);
}

std::string key_begin(std::string_view key, const std::string& between) {
    constexpr std::size_t kMostImplicit = 1000;  // readers give up looking for the colon at 1024
    const std::string text = key_text(key);
    return text.size() <= kMostImplicit ? text + ":" : "? " + text + between + ":";
}

std::string flow_text(const Node& node) {
    std::string text;
    switch (node.kind) {
        case Node::Kind::Null: return "null";
        case Node::Kind::Text: return scalar_text(node.text);
        case Node::Kind::List:
            for (const Node& item : node.items)
                text += (text.empty() ? "" : ", ") + flow_text(item);
            return "[" + text + "]";
        case Node::Kind::Map:
            for (const Entry& entry : node.entries) {
                text += (text.empty() ? "" : ", ") + key_begin(entry.key, " ") + " " +
                        flow_text(entry.value);
            }
            return "{" + text + "}";
    }
    return text;
}

}  // namespace sensor::config
