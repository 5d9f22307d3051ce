// SPDX-License-Identifier: Apache-2.0
#include "rules/yaml_text.hpp"

#include <yaml-cpp/eventhandler.h>

#include <sstream>

namespace sensor::rules {
namespace {

constexpr const char* kOpenQuote = "the quote is not closed";

/// Counts what the parser says; ends it by an exception when it says too much for the text.
class ProgressWatch : public YAML::EventHandler {
public:
    explicit ProgressWatch(std::string_view text)
        : text_(text), most_events_(16 + 8 * text.size()) {
        if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);  // marks count behind it
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
        if (mark.pos >= 0 && !is_closed(static_cast<std::size_t>(mark.pos)))
            throw YAML::ParserException(mark, kOpenQuote);
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

private:
    /// False if a quoted scalar begins at `k` and no quote ends it.
    bool is_closed(std::size_t k) const {
        if (k >= text_.size() || (text_[k] != '"' && text_[k] != '\'')) return true;
        const char quote = text_[k];
        for (++k; k < text_.size(); ++k) {
            if (text_[k] == '\\' && quote == '"') {
                ++k;
            } else if (text_[k] == quote) {
                if (quote == '"' || k + 1 == text_.size() || text_[k + 1] != quote) return true;
                ++k;  // a single quote is written twice
            }
        }
        return false;
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
    int latest_document_ = -1;
};

}  // namespace

std::vector<YAML::Node> load_documents(const std::string& text) {
    std::istringstream in(text);
    YAML::Parser parser(in);
    ProgressWatch watch(text);
    while (parser.HandleNextDocument(watch)) {
    }
    return YAML::LoadAll(text);
}

}  // namespace sensor::rules
