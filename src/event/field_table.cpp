// SPDX-License-Identifier: Apache-2.0
#include "event/field_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <mutex>

namespace sensor {
namespace {

using namespace field_flag;
using namespace type_class;

constexpr FieldInfo kFields[] = {
#define FIELD(id, text, type, argument, cls, flags, format, doc)           \
    {FieldId::id,     text,  ParamType::type,      FieldArgSpec::argument, \
     FieldClass::cls, flags, NumberFormat::format, doc},
#include "../../grammar/fields.def"
#undef FIELD
};

constexpr bool texts_are_unique() {
    for (std::size_t a = 0; a < std::size(kFields); ++a) {
        for (std::size_t b = a + 1; b < std::size(kFields); ++b) {
            if (kFields[a].text == kFields[b].text) return false;
        }
    }
    return true;
}
static_assert(texts_are_unique(), "grammar/fields.def names a field twice");

constexpr OpInfo kOps[] = {
#define OP(id, text, rhs, types) {Op::id, text, RightSide::rhs, types},
#define MODIFIER(id, text)
#define TRANSFORMER(id, text, min, max)
#include "../../grammar/operators.def"
#undef OP
#undef TRANSFORMER
};
constexpr TransformerInfo kTransformers[] = {
    {Transformer::val, "val", 1, 1},
#define OP(id, text, rhs, types)
#define TRANSFORMER(id, text, min, max) {Transformer::id, text, min, max},
#include "../../grammar/operators.def"
#undef OP
#undef MODIFIER
#undef TRANSFORMER
};

constexpr bool longer_operators_come_first() {
    for (std::size_t a = 0; a < std::size(kOps); ++a) {
        for (std::size_t b = a + 1; b < std::size(kOps); ++b) {
            if (kOps[b].text.size() > kOps[a].text.size() &&
                kOps[b].text.starts_with(kOps[a].text)) {
                return false;
            }
        }
    }
    return true;
}
static_assert(longer_operators_come_first(),
              "grammar/operators.def: an operator stands before a longer one");

const FieldInfo* find(std::string_view text) {
    for (const FieldInfo& f : kFields) {
        if (f.text == text) return &f;
    }
    return nullptr;
}

bool wants_dot(FieldArgSpec spec) {
    return spec == FieldArgSpec::OPT_DOT || spec == FieldArgSpec::REQ_DOT ||
           spec == FieldArgSpec::REQ_DOT_OR_INDEX;
}

bool is_required(FieldArgSpec spec) {
    switch (spec) {
        case FieldArgSpec::REQ_INDEX:
        case FieldArgSpec::REQ_KEY:
        case FieldArgSpec::REQ_KEY_OR_INDEX:
        case FieldArgSpec::REQ_DOT:
        case FieldArgSpec::REQ_DOT_OR_INDEX: return true;
        default: return false;
    }
}

std::optional<std::int64_t> to_index(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || err != std::errc{} || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

using ByEvent = std::array<std::int8_t, REC_MAX_EVENTS>;

/// Index of the parameter `name` in every event; entries live for the whole program.
const ByEvent* param_index(std::string_view name) {
    static std::mutex mutex;
    static std::map<std::string, std::unique_ptr<ByEvent>, std::less<>> cache;
    const std::lock_guard lock(mutex);
    if (const auto found = cache.find(name); found != cache.end()) return found->second.get();
    auto index = std::make_unique<ByEvent>();
    index->fill(-1);
    bool known = false;
    for (const EventInfo& event : all_events()) {
        for (std::size_t k = 0; k < event.params.size(); ++k) {
            if (event.params[k].name != name) continue;
            (*index)[static_cast<std::size_t>(event.type)] = static_cast<std::int8_t>(k);
            known = true;
            break;
        }
    }
    if (!known) return nullptr;
    return cache.emplace(std::string(name), std::move(index)).first->second.get();
}

/// Type of the first parameter of that name in the tables.
ParamType first_param_type(std::string_view name) {
    for (const EventInfo& event : all_events()) {
        for (const ParamInfo& p : event.params) {
            if (p.name == name) return p.type;
        }
    }
    return ParamType::NONE;
}

Result<FieldRef> with_name(const FieldInfo& info, FieldRef ref, std::string_view name) {
    ref.arg.kind = FieldArg::Kind::Name;
    ref.arg.key = std::string(name);
    if (info.id == FieldId::evt_arg || info.id == FieldId::evt_rawarg) {
        const ByEvent* index = param_index(name);
        if (index == nullptr) return Error("unknown event parameter '" + std::string(name) + "'");
        ref.arg.by_event = index->data();
        if (info.id == FieldId::evt_rawarg) ref.type = first_param_type(name);
        return ref;
    }
    if (info.id == FieldId::evt_abspath && name != "src" && name != "dst") {
        return Error("evt.abspath takes .src or .dst");
    }
    return ref;
}

Result<FieldRef> with_bracket(const FieldInfo& info, FieldRef ref, const std::string& text) {
    const std::optional<std::int64_t> index = to_index(text);
    switch (info.arg) {
        case FieldArgSpec::OPT_INDEX:
        case FieldArgSpec::REQ_INDEX:
        case FieldArgSpec::REQ_DOT_OR_INDEX:
            if (!index)
                return Error(std::string(info.text) + " takes a number in brackets, not '" + text +
                             "'");
            ref.arg.kind = FieldArg::Kind::Index;
            ref.arg.index = *index;
            return ref;
        case FieldArgSpec::OPT_KEY_OR_INDEX:
        case FieldArgSpec::REQ_KEY_OR_INDEX:
            if (index && (text == "0" || text[0] != '0')) {
                ref.arg.kind = FieldArg::Kind::Index;
                ref.arg.index = *index;
                return ref;
            }
            [[fallthrough]];
        case FieldArgSpec::OPT_KEY:
        case FieldArgSpec::REQ_KEY:
            ref.arg.kind = FieldArg::Kind::Key;
            ref.arg.key = text;
            return ref;
        default: return Error(std::string(info.text) + " takes no argument in brackets");
    }
}

}  // namespace

const FieldInfo& field_info(FieldId id) noexcept { return kFields[static_cast<std::size_t>(id)]; }
std::span<const FieldInfo> all_fields() noexcept { return kFields; }

Result<FieldRef> resolve_field(std::string_view name, const std::string* bracket) {
    const FieldInfo* info = find(name);
    std::string_view dotted;
    if (info == nullptr) {  // the longest known field that takes ".argument"
        for (std::size_t dot = name.rfind('.'); dot != std::string_view::npos && dot > 0;
             dot = name.rfind('.', dot - 1)) {
            const FieldInfo* base = find(name.substr(0, dot));
            if (base != nullptr && wants_dot(base->arg)) {
                info = base;
                dotted = name.substr(dot + 1);
                break;
            }
        }
    }
    if (info == nullptr) return Error("unknown field '" + std::string(name) + "'");
    FieldRef ref;
    ref.id = info->id;
    ref.type = info->type;
    ref.is_list = (info->flags & LIST) != 0;
    if (!dotted.empty()) {
        if (bracket != nullptr)
            return Error(std::string(info->text) + " takes either .name or [..], not both");
        return with_name(*info, std::move(ref), dotted);
    }
    if (bracket != nullptr) return with_bracket(*info, std::move(ref), *bracket);
    if (is_required(info->arg)) return Error(std::string(info->text) + " needs an argument");
    return ref;
}

void link_field_arg(FieldId id, FieldArg& arg) {
    arg.by_event = nullptr;
    if (arg.kind != FieldArg::Kind::Name) return;
    if (id != FieldId::evt_arg && id != FieldId::evt_rawarg) return;
    if (const ByEvent* index = param_index(arg.key)) arg.by_event = index->data();
}

std::string to_text(const FieldRef& ref) {
    std::string text(field_info(ref.id).text);
    switch (ref.arg.kind) {
        case FieldArg::Kind::None: break;
        case FieldArg::Kind::Index:
            text.append("[").append(std::to_string(ref.arg.index)).append("]");
            break;
        case FieldArg::Kind::Key: text.append("[").append(ref.arg.key).append("]"); break;
        case FieldArg::Kind::Name: text.append(".").append(ref.arg.key); break;
    }
    return text;
}

const OpInfo& op_info(Op op) noexcept { return kOps[static_cast<std::size_t>(op)]; }
std::span<const OpInfo> all_ops() noexcept { return kOps; }
const OpInfo* find_op(std::string_view text) noexcept {
    const auto* found = std::find_if(std::begin(kOps), std::end(kOps),
                                     [&](const OpInfo& op) { return op.text == text; });
    return found == std::end(kOps) ? nullptr : found;
}
std::span<const TransformerInfo> all_transformers() noexcept { return kTransformers; }

std::string_view to_text(Modifier modifier) noexcept {
    switch (modifier) {
        case Modifier::none: return "";
        case Modifier::oneof: return "oneof";
        case Modifier::anyof: return "anyof";
        case Modifier::allof: return "allof";
    }
    return "";
}

std::string_view to_text(Transformer transformer) noexcept {
    return kTransformers[static_cast<std::size_t>(transformer)].text;
}

std::uint8_t type_class_of(ParamType type) noexcept {
    switch (type) {
        case ParamType::CHARBUF:
        case ParamType::FSPATH:
        case ParamType::FSRELPATH: return TEXT;
        case ParamType::BYTEBUF: return BYTES;
        case ParamType::BOOL: return BOOL;
        case ParamType::IPADDR:
        case ParamType::IPV4ADDR:
        case ParamType::IPV6ADDR: return ADDR;
        case ParamType::IPNET:
        case ParamType::IPV4NET:
        case ParamType::IPV6NET: return NET;
        case ParamType::INT8:
        case ParamType::INT16:
        case ParamType::INT32:
        case ParamType::INT64:
        case ParamType::UINT8:
        case ParamType::UINT16:
        case ParamType::UINT32:
        case ParamType::UINT64:
        case ParamType::ERRNO:
        case ParamType::FD:
        case ParamType::PID:
        case ParamType::SYSCALLID:
        case ParamType::SIGTYPE:
        case ParamType::RELTIME:
        case ParamType::ABSTIME:
        case ParamType::PORT:
        case ParamType::FLAGS8:
        case ParamType::FLAGS16:
        case ParamType::FLAGS32:
        case ParamType::DOUBLE:
        case ParamType::MODE:
        case ParamType::ENUMFLAGS8:
        case ParamType::ENUMFLAGS16:
        case ParamType::ENUMFLAGS32:
        case ParamType::L4PROTO:
        case ParamType::SOCKFAMILY: return INT;
        default: return 0;
    }
}

bool is_signed(ParamType type) noexcept {
    switch (type) {
        case ParamType::INT8:
        case ParamType::INT16:
        case ParamType::INT32:
        case ParamType::INT64:
        case ParamType::ERRNO:
        case ParamType::FD:
        case ParamType::PID: return true;
        default: return false;
    }
}

}  // namespace sensor
