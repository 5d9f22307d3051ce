// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hpp"

#include <cstdlib>

#include "base/log.hpp"

namespace sensor::config {

std::string expand_environment(std::string_view text, Origin& origin) {
    constexpr int kMostRounds = 1000;
    constexpr std::size_t kMostBytes = 1 << 20;
    std::string out(text);
    std::size_t at = 0;
    for (int round = 0;; ++round) {
        const std::size_t open = out.find("${", at);
        if (open == std::string::npos) return out;
        const std::size_t close = out.find('}', open);
        if (close == std::string::npos) return out;
        if (open > 0 && out[open - 1] == '$') {
            out.erase(open - 1, 1);
            at = close;  // of the text before: one byte behind the brace now
            continue;
        }
        const std::string name = out.substr(open + 2, close - open - 2);
        if (round >= kMostRounds || out.size() > kMostBytes)
            refuse(origin, format("the environment variable {} names itself", name));
        const char* value = std::getenv(name.c_str());
        out.replace(open, close - open + 1, value != nullptr ? value : "");
        at = open;
        if (origin.variables.find(name) == std::string::npos)
            origin.variables += (origin.variables.empty() ? "" : ", ") + name;
    }
}

void expand_environment(Node& node) {
    if (node.kind == Node::Kind::Text && node.text.find("${") != std::string::npos)
        node.text = expand_environment(node.text, node.origin);
    for (Node& item : node.items) expand_environment(item);
    for (Entry& entry : node.entries) expand_environment(entry.value);
}

}  // namespace sensor::config
