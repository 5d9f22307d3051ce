// SPDX-License-Identifier: Apache-2.0
#include "rules/yaml_text.hpp"

#include <yaml-cpp/eventhandler.h>

#include <sstream>

namespace sensor::rules {
namespace {

/// Counts what the parser says; ends it by an exception when it says too much for the text.
class ProgressWatch : public YAML::EventHandler {
public:
    explicit ProgressWatch(std::size_t bytes) : most_events_(16 + 8 * bytes) {}

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
    [[noreturn]] static void stop(const YAML::Mark& mark) {
        throw YAML::ParserException(mark, "this cannot be read as YAML");
    }
    void event(const YAML::Mark& mark) {
        if (++events_ > most_events_) stop(mark);
    }

    std::size_t most_events_;
    std::size_t events_ = 0;
    int latest_document_ = -1;
};

}  // namespace

std::vector<YAML::Node> load_documents(const std::string& text) {
    std::istringstream in(text);
    YAML::Parser parser(in);
    ProgressWatch watch(text.size());
    while (parser.HandleNextDocument(watch)) {
    }
    return YAML::LoadAll(text);
}

}  // namespace sensor::rules
