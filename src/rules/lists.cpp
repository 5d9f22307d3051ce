// SPDX-License-Identifier: Apache-2.0
#include "rules/lists.hpp"

#include <algorithm>

#include "rules/codes.hpp"
#include "rules/exception.hpp"

namespace sensor::rules {
namespace {

constexpr unsigned kMaxListDepth = 100;
constexpr std::size_t kMaxListItems = 200000;
constexpr std::string_view kDelimiters = " \t\r\n(),=";

bool is_delimiter(char c) { return kDelimiters.find(c) != std::string_view::npos; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void drop_last_comma(Sourced& out) {
    std::size_t end = out.text.size();
    while (end > 0 && is_blank(out.text[end - 1])) --end;
    if (end > 0 && out.text[end - 1] == ',') out = out.part(0, end - 1);
}

}  // namespace

ListExpander::ListExpander(Library& library, Reporter& reporter)
    : library_(library), reporter_(reporter), resolved_(library.lists.items.size()) {
    for (std::size_t k = 0; k < resolved_.size(); ++k) {
        resolve(k, 0);
        const std::string& name = library_.lists.items[k].name;
        if (name.find_first_of(kDelimiters) != std::string::npos) odd_names_.push_back(k);
        for (const std::string& item : resolved_[k].items) {
            resolved_[k].joined += (resolved_[k].joined.empty() ? "" : ", ") + quote_blanks(item);
        }
    }
}

void ListExpander::resolve(std::size_t list, unsigned depth) {
    Resolved& mine = resolved_[list];
    if (mine.state != State::Untouched) return;
    mine.state = State::Open;
    open_.push_back(list);
    const ListDef& def = library_.lists.items[list];
    const Reporter::Scope scope(reporter_, "list", def.name, def.at);
    std::vector<std::string> items;
    for (const Sourced& item : def.items) {
        const auto other = library_.lists.index.find(item.text);
        if (other == library_.lists.index.end() ||
            other->second == list) {  // its own name is a plain value
            items.push_back(item.text);
            continue;
        }
        library_.lists.items[other->second].used = true;
        if (resolved_[other->second].state == State::Open) {
            report_loop(other->second, item.at(0));
            continue;
        }
        if (depth > kMaxListDepth) {
            reporter_.error(
                code::kValidate, item.at(0),
                "lists are nested more than " + std::to_string(kMaxListDepth) + " levels deep");
            continue;
        }
        resolve(other->second, depth + 1);
        const std::vector<std::string>& inner = resolved_[other->second].items;
        if (items.size() + inner.size() > kMaxListItems) {
            reporter_.error(code::kValidate, item.at(0),
                            "the list '" + def.name + "' has more than " +
                                std::to_string(kMaxListItems) + " items");
            break;
        }
        items.insert(items.end(), inner.begin(), inner.end());
    }
    open_.pop_back();
    resolved_[list].items = std::move(items);
    resolved_[list].state = State::Done;
}

/// The lists that are open from `list` on are the loop.
void ListExpander::report_loop(std::size_t list, Origin at) {
    std::string chain;
    std::string lines;
    for (auto it = std::find(open_.begin(), open_.end(), list); it != open_.end(); ++it) {
        const ListDef& def = library_.lists.items[*it];
        chain += def.name + " -> ";
        lines += (lines.empty() ? "'" : ", '") + def.name + "' is on line " +
                 std::to_string(reporter_.files().position(def.at).line);
    }
    reporter_.error(code::kValidate, at,
                    "lists hold each other in a loop: " + chain + library_.lists.items[list].name,
                    std::move(lines));
}

void ListExpander::put(std::size_t list, const Sourced& text, std::size_t begin, std::size_t& end,
                       Sourced& out, std::vector<std::string>& named) {
    ListDef& def = library_.lists.items[list];
    def.used = true;
    named.push_back(def.name);
    if (!resolved_[list].joined.empty()) {
        out.append(resolved_[list].joined, text.at(begin));
        return;
    }
    // An empty list takes one comma beside it along.
    std::size_t next = end;
    while (next < text.text.size() && is_blank(text.text[next])) ++next;
    if (next < text.text.size() && text.text[next] == ',') {
        end = next + 1;
    } else {
        drop_last_comma(out);
    }
}

Sourced ListExpander::replace_names_with_blanks(const Sourced& text,
                                                std::vector<std::string>& named) {
    Sourced current = text;
    for (const std::size_t list : odd_names_) {
        const std::string& name = library_.lists.items[list].name;
        Sourced out;
        std::size_t at = 0;
        for (std::size_t hit = current.text.find(name); hit != std::string::npos;
             hit = current.text.find(name, hit + 1)) {
            const std::size_t behind = hit + name.size();
            const bool alone =
                (hit == 0 || is_delimiter(current.text[hit - 1])) &&
                (behind == current.text.size() || is_delimiter(current.text[behind]));
            if (!alone || hit < at) continue;
            out.append(current.part(at, hit - at));
            at = behind;
            put(list, current, hit, at, out, named);
        }
        out.append(current.part(at, current.text.size() - at));
        current = std::move(out);
    }
    return current;
}

Sourced ListExpander::expand(const Sourced& source, std::vector<std::string>& named) {
    const Sourced text = odd_names_.empty() ? source : replace_names_with_blanks(source, named);
    Sourced out;
    std::size_t k = 0;
    while (k < text.text.size()) {
        std::size_t end = k;
        while (end < text.text.size() && !is_delimiter(text.text[end])) ++end;
        if (end == k) {
            out.append(text.part(k, 1));
            ++k;
            continue;
        }
        const auto list = library_.lists.index.find(text.text.substr(k, end - k));
        if (list == library_.lists.index.end()) {
            out.append(text.part(k, end - k));
        } else {
            put(list->second, text, k, end, out, named);
        }
        k = end;
    }
    std::sort(named.begin(), named.end());
    named.erase(std::unique(named.begin(), named.end()), named.end());
    return out;
}

}  // namespace sensor::rules
