// SPDX-License-Identifier: Apache-2.0
#include "output/render.hpp"

#include <arpa/inet.h>

#include <array>

#include "base/log.hpp"

namespace sensor::output {
namespace {

constexpr std::string_view kMissing = "<NA>";
constexpr std::size_t kMaxListText = 1023;  // of lists and buffers

const FieldInfo* field_of(const lang::Term& term) {
    return term.kind == lang::Term::Kind::Field ? &field_info(term.field.id) : nullptr;
}

bool never_prints(const lang::Term& term) {
    const FieldInfo* field = field_of(term);
    return field != nullptr && (field->flags & field_flag::FILTER_ONLY) != 0;
}

bool is_time_text(const lang::Term& term) {
    const FieldInfo* field = field_of(term);
    if (field == nullptr) return false;
    switch (field->id) {
        case FieldId::evt_time:
        case FieldId::evt_time_s:
        case FieldId::evt_time_iso8601:
        case FieldId::evt_datetime:
        case FieldId::evt_datetime_s: return true;
        default: return false;
    }
}

NumberFormat number_format(const lang::Term& term) {
    const FieldInfo* field = field_of(term);
    return field != nullptr ? field->format : NumberFormat::DEC;
}

std::string base64(std::string_view bytes) {
    static constexpr char kDigits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group =
                group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += i + j <= bytes.size() ? kDigits[(group >> (18 - 6 * j)) & 63] : '=';
        }
    }
    return text;
}

std::string printable(std::string_view bytes) {
    std::string text(bytes.substr(0, kMaxListText));
    for (char& c : text) {
        if (c < ' ' || c > '~') c = '.';
    }
    return text;
}

std::string ip_text(Value value) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = value.kind == Kind::Ip4 ? AF_INET : AF_INET6;
    if (inet_ntop(family, value.text().data(), text.data(), text.size()) == nullptr)
        return std::string(kMissing);
    return text.data();
}

template <typename T>
std::string number_text(NumberFormat how, T number) {
    switch (how) {
        case NumberFormat::HEX: return format("{:X}", number);
        case NumberFormat::OCT: return format("{:o}", number);
        case NumberFormat::DEC9: return format("{:09}", number);
        default: return format("{}", number);
    }
}

std::string list_text(const lang::Term& term, Value value, const RenderOptions& options) {
    const FieldInfo* field = field_of(term);
    const bool ancestors = field != nullptr && (field->flags & field_flag::ANY_ANCESTOR) != 0;
    std::string text = ancestors ? "" : "(";
    for (std::uint32_t k = 0; k < value.len && text.size() < kMaxListText; ++k) {
        if (k != 0) text += ancestors ? ' ' : ',';
        text += render_value(term, value.list()[k], options);
    }
    if (text.size() > kMaxListText) text.resize(kMaxListText);
    if (!ancestors) text += ')';
    return text;
}

/// Hexadecimal and octal numbers are texts in JSON too.
bool prints_as_text(const lang::Term& term) {
    const NumberFormat how = number_format(term);
    return how == NumberFormat::HEX || how == NumberFormat::OCT;
}

nlohmann::json json_value(const lang::Term& term, Value value, const RenderOptions& options) {
    if (!value.present() || never_prints(term)) return nullptr;
    if (is_time_text(term)) return options.ts_ns;
    const FieldInfo* field = field_of(term);
    switch (value.kind) {
        case Kind::Int:
            if (prints_as_text(term)) break;
            return value.as_int();
        case Kind::Uint:
            if (prints_as_text(term)) break;
            return value.as_uint();
        case Kind::Bool: return value.bits != 0;
        case Kind::Double:
            if (number_format(term) == NumberFormat::DEC)
                return static_cast<std::int64_t>(value.as_double());
            return value.as_double();
        case Kind::List: {
            if (field != nullptr && (field->flags & field_flag::ANY_ANCESTOR) != 0) break;
            nlohmann::json array = nlohmann::json::array();
            for (std::uint32_t k = 0; k < value.len; ++k)
                array.push_back(json_value(term, value.list()[k], options));
            return array;
        }
        default: break;
    }
    return render_value(term, value, options);
}

}  // namespace

std::string render_value(const lang::Term& term, Value value, const RenderOptions& options) {
    if (never_prints(term)) return std::string(kMissing);
    switch (value.kind) {
        case Kind::Absent: return std::string(kMissing);
        case Kind::Int: return number_text(number_format(term), value.as_int());
        case Kind::Uint: return number_text(number_format(term), value.as_uint());
        case Kind::Bool: return value.bits != 0 ? "true" : "false";
        case Kind::Text: return std::string(value.text());
        case Kind::Bytes:
            return options.buffers_base64 ? base64(value.text()) : printable(value.text());
        case Kind::Ip4:
        case Kind::Ip6: return ip_text(value);
        case Kind::Double: return format("{:.1f}", value.as_double());
        case Kind::List: return list_text(term, value, options);
    }
    return std::string(kMissing);
}

std::string render_message(const lang::OutputFormat& output, const lang::Program& program,
                           TermSource& values, const RenderOptions& options) {
    std::string message;
    for (const lang::OutputPart& part : output.parts) {
        message += output.literal(part);
        if (!part.has_term) continue;
        std::string text = render_value(program.terms[part.term], values.term(part.term), options);
        if (part.width != 0) text.resize(part.width, ' ');
        message += text;
    }
    return message;
}

nlohmann::json render_fields(const lang::OutputFormat& output, const lang::Program& program,
                             TermSource& values, const RenderOptions& options) {
    nlohmann::json object = nlohmann::json::object();
    for (const lang::OutputField& field : output.fields) {
        object[output.key(field)] =
            json_value(program.terms[field.term], values.term(field.term), options);
    }
    return object;
}

}  // namespace sensor::output
