// SPDX-License-Identifier: Apache-2.0
#include "tests/diff/fake_fields.hpp"

#include <array>
#include <utility>

#include "eval/hash.hpp"

namespace sensor::testing {
namespace {

Value number_of(ParamType type, std::uint64_t h) {
    const std::int64_t n = ValuePool::numbers()[h % ValuePool::numbers().size()];
    if (type == ParamType::DOUBLE) return Value::of_double(static_cast<double>(n));
    return is_signed(type) ? Value::of_int(n) : Value::of_uint(static_cast<std::uint64_t>(n));
}

Value value_of_type(ParamType type, std::uint64_t h) {
    const ValuePool& pool = value_pool();
    switch (type_class_of(type)) {
        case type_class::INT: return number_of(type, h);
        case type_class::BOOL: return Value::of_bool((h & 1) != 0);
        case type_class::TEXT: return pool.text(h);
        case type_class::BYTES: return pool.bytes(h);
        case type_class::ADDR:
        case type_class::NET: return pool.address(h);
        default: return pool.all()[h % pool.all().size()];
    }
}

Value event_name(const fields::Context& c) noexcept {
    if (c.event.type() != EventType::generic) return Value::of_text(c.event.info().name);
    const SyscallInfo* info = syscall_info(c.event.head().sc);
    return Value::of_text(info != nullptr ? info->name : "unknown");
}

Value fake(const fields::Context& c, const FieldArg& arg, FieldId id) noexcept {
    if (id == FieldId::evt_num) return Value::of_uint(c.evt_num);
    if (id == FieldId::evt_type) return event_name(c);
    if (id == FieldId::syscall_type) {
        return c.event.info().source == EventSource::SYSCALL ? event_name(c) : Value::absent();
    }
    const std::uint64_t seed = eval::mix64(c.evt_num * 1000003 + static_cast<std::uint64_t>(id));
    const std::uint64_t h = eval::hash64(arg.key, seed + static_cast<std::uint64_t>(arg.index));
    const FieldInfo& info = field_info(id);
    if (h % 16 == 0) return Value::absent();
    if (h % 64 == 1) return value_pool().all()[(h >> 8) % value_pool().all().size()];
    const bool quantified = (info.flags & (field_flag::ANY_ANCESTOR | field_flag::EITHER_END)) != 0;
    const bool several =
        (info.flags & field_flag::LIST) != 0 || (quantified && arg.kind == FieldArg::Kind::None);
    if (several) return value_pool().list(h >> 8);
    return value_of_type(info.type, h >> 8);
}

template <std::size_t Id>
Value fake_field(const fields::Context& c, const FieldArg& arg) noexcept {
    return fake(c, arg, static_cast<FieldId>(Id));
}

template <std::size_t... Ids>
constexpr std::array<fields::Extractor, sizeof...(Ids)> all_fake(std::index_sequence<Ids...>) {
    return {fake_field<Ids>...};
}

constexpr auto kFake =
    all_fake(std::make_index_sequence<static_cast<std::size_t>(FieldId::count)>());

Value from_pool(const fields::Context& c, const FieldArg&) noexcept {
    return value_pool().all()[c.evt_num % value_pool().all().size()];
}

}  // namespace

const ValuePool& value_pool() {
    static const ValuePool pool;
    return pool;
}

fields::Extractor fake_extractor(FieldId id) noexcept {
    return kFake[static_cast<std::size_t>(id)];
}
fields::Extractor pool_extractor(FieldId) noexcept { return from_pool; }

}  // namespace sensor::testing
