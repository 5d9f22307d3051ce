// SPDX-License-Identifier: Apache-2.0
// evt.args, evt.arg, evt.rawarg: the parameters of an event as text and as values.
#include <algorithm>

#include "fields/extractors.hpp"
#include "fields/print.hpp"

namespace sensor::fields {
namespace {

// Parameters that whoever recorded the event knew of; old captures have fewer than we.
std::size_t known_params(const Event& event) noexcept {
    return std::min<std::size_t>(event.param_count(), event.head().nslots);
}

// Parameter that an argument names, -1: the event has none such.
int param_of(const Context& c, const FieldArg& arg) noexcept {
    const auto count = static_cast<std::int64_t>(known_params(c.event));
    if (arg.kind == FieldArg::Kind::Index)
        return arg.index < count ? static_cast<int>(arg.index) : -1;
    if (arg.by_event == nullptr) return -1;
    const int param = arg.by_event[static_cast<std::size_t>(c.event.type())];
    return param < static_cast<int>(known_params(c.event)) ? param : -1;
}

Value args_text(const Context& c) noexcept {
    TextBuilder out(*c.arena);
    if (c.event.type() == EventType::generic) return Value::of_text(out.finish());
    for (std::size_t k = 0; k < known_params(c.event); ++k) {
        if (k != 0) out.add(' ');
        out.add(c.event.info().params[k].name);
        out.add('=');
        print_raw(c, k, out);
        const std::size_t before = out.size();
        out.add('(');
        print_resolved(c, k, out);
        if (out.size() == before + 1)
            out.cut(before);
        else
            out.add(')');
    }
    return Value::of_text(out.finish());
}

Value number_value(const ParamInfo& param, const Event& event, std::size_t k) noexcept {
    if (is_signed(param.type)) return Value::of_int(event.i64(k));
    if (param.type == ParamType::BOOL) return Value::of_bool(event.u64(k) != 0);
    return Value::of_uint(event.u64(k));
}

}  // namespace

namespace extract {

Value evt_args(const Context& c, const FieldArg&) noexcept { return args_text(c); }
Value evt_info(const Context& c, const FieldArg&) noexcept { return args_text(c); }

Value evt_arg(const Context& c, const FieldArg& arg) noexcept {
    const int param = param_of(c, arg);
    if (param < 0) return Value::absent();
    const auto k = static_cast<std::size_t>(param);
    const ParamType type = c.event.info().params[k].type;
    // Plain texts need no copy.
    const bool plain = type == ParamType::CHARBUF ||
                       ((type == ParamType::FSPATH || type == ParamType::FSRELPATH) &&
                        c.event.text(k).starts_with('/'));
    if (plain && is_path(c.event, k)) return Value::of_text(c.event.text(k));
    TextBuilder out(*c.arena);
    print_resolved(c, k, out);
    if (out.size() == 0) print_raw(c, k, out);
    return Value::of_text(out.finish());
}

Value evt_rawarg(const Context& c, const FieldArg& arg) noexcept {
    const int param = param_of(c, arg);
    if (param < 0) return Value::absent();
    const auto k = static_cast<std::size_t>(param);
    const ParamInfo& info = c.event.info().params[k];
    if (!c.event.has(k)) return Value::absent();
    if (!is_variable(info.type)) return number_value(info, c.event, k);
    const std::string_view bytes = c.event.text(k);
    switch (info.type) {
        case ParamType::CHARBUF:
        case ParamType::FSPATH:
        case ParamType::FSRELPATH:
            return bytes == "(NULL)" ? Value::absent() : Value::of_text(bytes);
        case ParamType::IPV6ADDR:
        case ParamType::IPADDR:
            return bytes.size() == 4 || bytes.size() == 16 ? Value::of_ip(bytes) : Value::absent();
        default: return bytes.empty() ? Value::absent() : Value::of_bytes(bytes);
    }
}

}  // namespace extract
}  // namespace sensor::fields
