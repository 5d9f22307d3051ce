// SPDX-License-Identifier: Apache-2.0
#include "config/secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "config/shape.hpp"

namespace sensor::config {
namespace {

constexpr std::string_view kHidden = "***";
// Shorter texts would take too much else with them, and keep nothing secret.
constexpr std::size_t kShortest = 4;

bool is_secret_name(std::string name) {
    static constexpr std::array<std::string_view, 6> kParts = {"password", "secret",  "token",
                                                               "jaas",     "key.pem", "credential"};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::any_of(kParts.begin(), kParts.end(),
                       [&](std::string_view part) { return name.find(part) != std::string::npos; });
}

/// scheme://user:password@host: where the password stands; empty: nowhere.
std::string_view password_of(std::string_view url) {
    const std::size_t begin = url.find("://");
    if (begin == std::string_view::npos) return {};
    const std::string_view rest = url.substr(begin + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    const std::size_t at = authority.rfind('@'), colon = authority.find(':');
    if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) return {};
    return authority.substr(colon + 1, at - colon - 1);
}

std::string without_one(std::string text, const std::string& secret) {
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos;) {
        text.replace(at, secret.size(), kHidden);
        at += kHidden.size();
    }
    return text;
}

class Hider {
public:
    std::vector<std::string> take() { return std::move(found_); }

    void look_at(Node& node, const Shape* shape) {
        if (node.kind == Node::Kind::Text) {
            if (const std::string_view word = password_of(node.text); !word.empty())
                hide(node, std::string(word));
            return;
        }
        const bool is_map =
            shape != nullptr && shape->key != nullptr && shape->key->type == Type::TextMap;
        for (Entry& entry : node.entries) {
            const bool is_secret =
                is_map && (shape->name == "headers" ||
                           (shape->name == "properties" && is_secret_name(entry.key)));
            if (is_secret) {
                hide(entry.value, entry.value.text);
            } else {
                look_at(entry.value, shape == nullptr ? nullptr : key_of(*shape, entry.key));
            }
        }
        const bool has_item = shape != nullptr && !shape->item.empty();
        for (Node& item : node.items) look_at(item, has_item ? &shape->item.front() : nullptr);
    }

private:
    void hide(Node& node, std::string secret) {
        if (secret.empty()) return;
        node.text = without_one(std::move(node.text), secret);
        node.origin.source = without_one(std::move(node.origin.source), secret);
        found_.push_back(std::move(secret));
    }

    std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> hide_secrets(Config& config) {
    Hider hider;
    const Shape shape = make_shape();
    hider.look_at(config.settings, &shape);
    return hider.take();
}

std::string without(std::string text, const std::vector<std::string>& secrets) {
    for (const std::string& secret : secrets) {
        if (secret.size() >= kShortest) text = without_one(std::move(text), secret);
    }
    return text;
}

}  // namespace sensor::config
