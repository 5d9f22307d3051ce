// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/converter.hpp"

#include <algorithm>

namespace sensor::capture::scap {
namespace {

constexpr int kMaxSteps = 50;  // the longest way through the table has about twenty
constexpr char kZeros[8] = {};
constexpr char kNoId[4] = {'\xff', '\xff', '\xff', '\xff'};

std::string_view default_of(const ParamForm& form) {
    if (form.type == ParamType::UID || form.type == ParamType::GID) return {kNoId, sizeof kNoId};
    return {kZeros, form.size};
}

// Of a parameter that goes into one of another type: no more bytes than that has.
std::string_view cut(std::string_view bytes, const ParamForm& form) {
    return form.size == 0 ? bytes : bytes.substr(0, form.size);
}

void add_quoted(std::string& out, std::string_view text) {
    constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

std::string_view until_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

}  // namespace

bool Converter::convert(std::uint64_t tid, Params& event) {
    Enters::Stored* used = nullptr;
    for (int step = 0; step < kMaxSteps; ++step) {
        const Code& code = codes_[event.code];
        if (event.count >= code.complete_from) break;
        const Rule* rule = rule_of(code, event);
        if (rule == nullptr) {
            if (code.status == CodeStatus::Current) break;
            ++stats_.former_dropped;
            return false;
        }
        if (rule->action == Action::STORE || rule->action == Action::STORE_AND_PASS) {
            enters_.put(tid, event);
            ++stats_.enters_stored;
            stats_.enters_evicted = enters_.evicted();
            if (rule->action == Action::STORE) return false;
            break;
        }
        if (rule->action == Action::PASS) break;
        Enters::Stored* const enter = enter_of(*rule, tid, event);
        if (enter != nullptr) used = enter;
        apply(*rule, enter, event);
        if (step == 0) ++stats_.converted;
    }
    if (used != nullptr) used->waits = false;
    return true;
}

const Rule* Converter::rule_of(const Code& code, Params& event) {
    const auto rules = codes_.rules(code);
    for (const Rule& rule : rules) {
        if (rule.count == event.count) return &rule;
    }
    if (rules.empty()) return nullptr;
    ++stats_.no_rule;
    return code.status == CodeStatus::Current ? nullptr : nearest_rule(code, event);
}

// An old layout with parameters nobody has heard of: the largest known layout within them, or the
// smallest with the missing ones absent.
const Rule* Converter::nearest_rule(const Code& code, Params& event) {
    const auto rules = codes_.rules(code);
    const Rule* best = &rules.front();
    for (const Rule& rule : rules) {
        if (rule.count < event.count) best = &rule;
    }
    for (std::size_t k = event.count; k < best->count; ++k) event.at[k] = {};
    event.count = best->count;
    return best;
}

Enters::Stored* Converter::enter_of(const Rule& rule, std::uint64_t tid, const Params& event) {
    const bool wants =
        std::any_of(rule.takes.begin(), rule.takes.begin() + rule.take_count, [](const Take& take) {
            return take.from == From::EnterOrEmpty || take.from == From::EnterOrDefault;
        });
    if (!wants) return nullptr;
    Enters::Stored* stored = enters_.find(tid);
    if (stored == nullptr || stored->code + 1 == event.code) return stored;
    // Events between the two were lost: these arguments belong to a call whose end nobody saw.
    ++stats_.mismatched_enters;
    stored->waits = false;
    return nullptr;
}

void Converter::apply(const Rule& rule, const Enters::Stored* enter, Params& event) {
    const Code& made = codes_[rule.new_code];
    Params out;
    out.code = rule.new_code;
    if (rule.action == Action::Add) {
        out.count = event.count;
        std::copy_n(event.at.begin(), event.count, out.at.begin());
    }
    for (std::size_t t = 0; t < rule.take_count; ++t) {
        const Take& take = rule.takes[t];
        for (std::size_t n = 0; n < take.count && out.count < made.count; ++n) {
            const ParamForm& form = made.params[out.count];
            out.at[out.count++] = taken(take.from, take.first + n, enter, event, form);
        }
    }
    event = out;
}

std::string_view Converter::taken(From from, std::size_t k, const Enters::Stored* enter,
                                  const Params& event, const ParamForm& form) {
    switch (from) {
        case From::Old: return k < event.count ? cut(event.at[k], form) : std::string_view{};
        case From::EnterOrDefault:
            if (enter == nullptr) return default_of(form);
            [[fallthrough]];
        case From::EnterOrEmpty:
            return enter != nullptr ? cut(enter->param(k), form) : std::string_view{};
        case From::Default: return default_of(form);
        case From::Container: return container_json(event);
        case From::Empty: break;
    }
    return {};
}

// In the shape of the JSON that later versions wrote themselves.
std::string_view Converter::container_json(const Params& event) {
    if (event.count < 4) return {};
    std::uint32_t type = 0;
    for (std::size_t k = 0; k < event.at[1].size() && k < 4; ++k)
        type |= std::uint32_t{static_cast<unsigned char>(event.at[1][k])} << 8 * k;
    json_ = "{\"container\":{\"id\":";
    add_quoted(json_, until_nul(event.at[0]));
    json_ += ",\"type\":" + std::to_string(type) + ",\"name\":";
    add_quoted(json_, until_nul(event.at[2]));
    json_ += ",\"image\":";
    add_quoted(json_, until_nul(event.at[3]));
    json_ += "}}";
    json_ += '\0';
    return json_;
}

}  // namespace sensor::capture::scap
