// SPDX-License-Identifier: Apache-2.0
#include "filter/name_facts.hpp"

#include <algorithm>

namespace sensor::filter {
namespace {

using lang::Constant;
using lang::Predicate;

bool all_texts(const Predicate& p) {
    return !p.constants.empty() &&
           std::all_of(p.constants.begin(), p.constants.end(),
                       [](const Constant& c) { return c.kind == Kind::Text; });
}

std::vector<std::string> texts_of(const Predicate& p, std::string_view before = {}) {
    std::vector<std::string> all;
    all.reserve(p.constants.size());
    for (const Constant& c : p.constants) all.push_back(std::string(before) + c.bytes);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

bool are_short(const std::vector<std::string>& suffixes) {
    return std::all_of(suffixes.begin(), suffixes.end(),
                       [](const std::string& s) { return s.size() <= kLongestSuffix; });
}

Judgement about_name(int param, bool exact) {
    Judgement made;
    made.kind = Judgement::Kind::Name;
    made.exact = exact;
    made.name.param = static_cast<std::uint8_t>(param);
    return made;
}

/// What any text with a match of the pattern must have; false: nothing that could be judged.
bool add_glob(const std::string& pattern, NameTest& name) {
    constexpr std::string_view kMeta = "*?[";
    if (pattern.find('\\') != std::string::npos) return false;
    const std::size_t first = pattern.find_first_of(kMeta);
    if (first == std::string::npos) {
        name.equal.push_back(pattern);
        return true;
    }
    if (first > 1) {
        name.prefixes.push_back(pattern.substr(0, first));
        return true;
    }
    // Behind a set nothing is looked for: its end is not where it seems.
    const std::size_t set = std::min(pattern.find('['), pattern.size());
    for (std::size_t at = pattern.find('/', first); at < set; at = pattern.find('/', at + 1)) {
        const std::size_t end = std::min(pattern.find_first_of(kMeta, at), pattern.size());
        if (end - at < 3) continue;
        name.parts.push_back(pattern.substr(at, std::min(end - at, kLongestPart)));
        return true;
    }
    return false;
}

/// contains: the first part of the text that begins with a slash.
bool add_contained(const std::string& text, NameTest& name) {
    const std::size_t at = text.find('/');
    if (at == std::string::npos || text.size() - at < 3) return false;
    name.parts.push_back(text.substr(at, kLongestPart));
    return true;
}

/// A path and all below it; of a pattern what stands before its first one.
bool add_path(const std::string& pattern, NameTest& name) {
    std::string path;
    for (std::size_t at = 0; at < pattern.size();) {
        const std::size_t end = std::min(pattern.find('/', at), pattern.size());
        const std::string part = pattern.substr(at, end - at);
        at = end + 1;
        if (part.find_first_of("*?[\\") != std::string::npos) {
            name.prefixes.push_back(path + "/");
            return path.size() > 1;
        }
        if (!part.empty()) path += "/" + part;
    }
    if (path.empty()) return false;
    name.equal.push_back(path);
    name.prefixes.push_back(path + "/");
    return true;
}

/// Patterns, which hold for some of the names that are kept.
Judgement pattern_test(const Predicate& p, int param) {
    if (!all_texts(p)) return {};
    Judgement made = about_name(param, false);
    for (const Constant& c : p.constants) {
        const bool known = p.op == Op::glob       ? add_glob(c.bytes, made.name)
                           : p.op == Op::contains ? add_contained(c.bytes, made.name)
                                                  : add_path(c.bytes, made.name);
        if (!known) return {};
    }
    const auto is_pattern = [](const Constant& c) {
        return c.bytes.find_first_of("*?[\\") != std::string::npos;
    };
    made.exact =
        p.op == Op::pmatch && std::none_of(p.constants.begin(), p.constants.end(), is_pattern);
    made.name.each([](NameTest::Texts& texts) {
        std::sort(texts.begin(), texts.end());
        texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    });
    return made;
}

}  // namespace

Judgement name_test(const Predicate& p, int param) {
    if (param < 0 || !all_texts(p)) return {};
    Judgement made = about_name(param, true);
    switch (p.op) {
        case Op::ne: made.inverted = true; [[fallthrough]];
        case Op::eq:
        case Op::in: made.name.equal = texts_of(p); break;
        case Op::startswith: made.name.prefixes = texts_of(p); break;
        case Op::endswith: made.name.suffixes = texts_of(p); break;
        case Op::pmatch:
        case Op::glob:
        case Op::contains: return pattern_test(p, param);
        default: return {};
    }
    const auto is_empty = [](const Constant& c) { return c.bytes.empty(); };
    const bool any_empty = std::any_of(p.constants.begin(), p.constants.end(), is_empty);
    // An empty text stands before what is not there, too.
    if (!are_short(made.name.suffixes) || (param == NameTest::kReal && any_empty)) return {};
    return made;
}

Judgement directory_test(const Predicate& p, int param) {
    if (param < 0 || !all_texts(p) || (p.op != Op::eq && p.op != Op::in)) return {};
    Judgement made = about_name(param, false);
    made.name.equal = texts_of(p);
    made.name.directories = texts_of(p);
    for (std::string& text : made.name.directories) {
        if (text == "/") text.clear();
    }
    std::sort(made.name.directories.begin(), made.name.directories.end());
    return made;
}

Judgement leaf_test(const Predicate& p, int param) {
    if (param < 0 || !all_texts(p) || (p.op != Op::eq && p.op != Op::in)) return {};
    Judgement made = about_name(param, false);
    made.name.suffixes = texts_of(p, "/");
    if (!are_short(made.name.suffixes)) return {};
    return made;
}

}  // namespace sensor::filter
