// SPDX-License-Identifier: Apache-2.0
#include "rules/yaml_text.hpp"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <sstream>

#include "base/utf8.hpp"

namespace sensor::rules {
namespace {

constexpr const char* kOpenQuote = "the quote is not closed";
constexpr const char* kLateDirective = "a directive inside a document";

/// Counts what the parser says; ends it by an exception when it says too much for the text. Watches
/// for what the parser takes without a word: an open quote, a directive that hides what follows.
class ProgressWatch : public YAML::EventHandler {
public:
    explicit ProgressWatch(std::string_view text)
        : text_(text), most_events_(16 + 8 * text.size()) {
        if (text_.starts_with(kByteOrderMark))  // marks count behind it
            text_.remove_prefix(kByteOrderMark.size());
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (mark.pos <= latest_document_) stop(mark);
        latest_document_ = mark.pos;
        event(mark);
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { event(mark); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { event(mark); }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  const std::string&) override {
        event(mark);
        if (mark.pos < 0) return;
        const auto begin = static_cast<std::size_t>(mark.pos);
        const std::size_t end = end_of_quotes(begin);
        if (end == std::string_view::npos) throw YAML::ParserException(mark, kOpenQuote);
        if (end == begin) return;
        look_for_directive(begin);
        read_to_ = std::max(read_to_, end);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        event(mark);
    }
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        event(mark);
    }
    void OnMapEnd() override {}

    /// Looks at the lines before `end` that no quotes hold. throws: at a directive that stands
    /// inside a document, behind which yaml-cpp drops lines
    void look_for_directive(std::size_t end) {
        end = std::min(end, text_.size());
        for (std::size_t at = read_to_; at < end; at = next_line(at)) {
            if (at != 0 && text_[at - 1] != '\n') continue;
            const std::string_view line = text_.substr(at, next_line(at) - at);
            if (line.starts_with("%") && in_document_) throw late_directive(at);
            if (line.starts_with("..."))
                in_document_ = false;
            else if (!is_between_documents(line))
                in_document_ = true;
        }
        read_to_ = std::max(read_to_, end);
    }

private:
    std::size_t next_line(std::size_t at) const {
        return std::min(text_.find('\n', at), text_.size() - 1) + 1;
    }
    static bool is_between_documents(std::string_view line) {
        const std::size_t first = line.find_first_not_of(" \t\r\n");
        return first == std::string_view::npos || line[first] == '#' || line[0] == '%';
    }
    YAML::ParserException late_directive(std::size_t at) const {
        YAML::Mark mark;
        mark.pos = static_cast<int>(at);
        mark.line = static_cast<int>(std::count(text_.begin(), text_.begin() + mark.pos, '\n'));
        return {mark, kLateDirective};
    }

    /// Behind the quotes of a scalar at `k`; `k` if it has none; npos if they are not closed.
    std::size_t end_of_quotes(std::size_t k) const {
        if (k >= text_.size() || (text_[k] != '"' && text_[k] != '\'')) return k;
        const char quote = text_[k];
        for (++k; k < text_.size(); ++k) {
            if (text_[k] == '\\' && quote == '"') {
                ++k;
            } else if (text_[k] == quote) {
                if (quote == '"' || k + 1 == text_.size() || text_[k + 1] != quote) return k + 1;
                ++k;  // a single quote is written twice
            }
        }
        return std::string_view::npos;
    }

    [[noreturn]] static void stop(const YAML::Mark& mark) {
        throw YAML::ParserException(mark, "this cannot be read as YAML");
    }
    void event(const YAML::Mark& mark) {
        if (++events_ > most_events_) stop(mark);
    }

    std::string_view text_;
    std::size_t most_events_;
    std::size_t events_ = 0;
    std::size_t read_to_ = 0;   ///< lines before it were looked at for directives
    bool in_document_ = false;  ///< there
    int latest_document_ = -1;
};

}  // namespace

std::vector<YAML::Node> load_documents(const std::string& text) {
    std::istringstream in(text);
    YAML::Parser parser(in);
    ProgressWatch watch(text);
    while (parser.HandleNextDocument(watch)) {
    }
    watch.look_for_directive(std::string_view::npos);
    return YAML::LoadAll(text);
}

}  // namespace sensor::rules
