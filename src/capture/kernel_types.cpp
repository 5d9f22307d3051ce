// SPDX-License-Identifier: Apache-2.0
#include "capture/kernel_types.hpp"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/log.hpp"
#include "base/memory_file.hpp"
#include "capture/open_options.hpp"

namespace sensor::capture {
namespace {

/// A name of several versions of a type ("file___old") is that of the type.
std::string_view without_flavor(std::string_view name) { return name.substr(0, name.find("___")); }

bool is_looked_for_by_name(const btf_type* type) {
    return btf_is_composite(type) || btf_is_any_enum(type) || btf_is_typedef(type);
}

std::unordered_set<std::string_view> names_of(const btf* types) {
    std::unordered_set<std::string_view> names;
    for (__u32 id = 1; id < btf__type_cnt(types); ++id) {
        const btf_type* const type = btf__type_by_id(types, id);
        const char* const name = btf__name_by_offset(types, type->name_off);
        if (is_looked_for_by_name(type) && *name != '\0') names.insert(without_flavor(name));
    }
    return names;
}

/// The last of those that are wanted and of what they are made of. What a pointer leads to is not
/// looked at by its number.
__u32 last_needed(const btf* types, const std::unordered_set<std::string_view>& wanted) {
    std::vector<bool> known(btf__type_cnt(types));
    std::vector<__u32> open;
    const auto need = [&](__u32 id) {
        if (!known[id]) open.push_back(id);
        known[id] = true;
    };
    for (__u32 id = 1; id < known.size(); ++id) {
        const btf_type* const type = btf__type_by_id(types, id);
        const char* const name = btf__name_by_offset(types, type->name_off);
        if (is_looked_for_by_name(type) && wanted.contains(name)) need(id);
    }
    __u32 last = 0;
    while (!open.empty()) {
        const btf_type* const type = btf__type_by_id(types, open.back());
        last = std::max(last, open.back());
        open.pop_back();
        if (btf_is_mod(type) || btf_is_typedef(type)) need(type->type);
        if (btf_is_array(type)) need(btf_array(type)->type);
        if (btf_is_array(type)) need(btf_array(type)->index_type);
        for (int k = 0; btf_is_composite(type) && k < btf_vlen(type); ++k)
            need(btf_members(type)[k].type);
    }
    return last;
}

/// Calls visit(number) for each number of another type in one type.
template <typename Visit>
void each_reference(btf_type* type, Visit&& visit) {
    const int count = btf_vlen(type);
    switch (btf_kind(type)) {
        case BTF_KIND_PTR:
        case BTF_KIND_TYPEDEF:
        case BTF_KIND_VOLATILE:
        case BTF_KIND_CONST:
        case BTF_KIND_RESTRICT:
        case BTF_KIND_TYPE_TAG:
        case BTF_KIND_DECL_TAG:
        case BTF_KIND_VAR:
        case BTF_KIND_FUNC: visit(type->type); break;
        case BTF_KIND_ARRAY:
            visit(btf_array(type)->type);
            visit(btf_array(type)->index_type);
            break;
        case BTF_KIND_STRUCT:
        case BTF_KIND_UNION:
            for (int k = 0; k < count; ++k) visit(btf_members(type)[k].type);
            break;
        case BTF_KIND_FUNC_PROTO:
            visit(type->type);
            for (int k = 0; k < count; ++k) visit(btf_params(type)[k].type);
            break;
        case BTF_KIND_DATASEC:
            for (int k = 0; k < count; ++k) visit(btf_var_secinfos(type)[k].type);
            break;
        default: break;
    }
}

/// What would lead behind the last type leads to void. Newer versions of libbpf refuse it
/// otherwise, and a function without a signature too: it becomes a "const void".
void end_at(__u32 last, btf_type* type) {
    if (btf_is_func(type) && type->type > last) {
        type->info = static_cast<__u32>(BTF_KIND_CONST) << 24;
        type->name_off = 0;
    }
    each_reference(type, [&](__u32& to) {
        if (to > last) to = 0;
    });
}

std::string all_of(const btf* types) {
    __u32 size = 0;
    const auto* const raw = static_cast<const char*>(btf__raw_data(types, &size));
    return raw == nullptr ? std::string() : std::string(raw, size);
}

/// The bytes of the types up to the last that is needed, without the names that are not wanted.
std::string shortened(const btf* types, const std::unordered_set<std::string_view>& wanted) {
    __u32 size = 0;
    const auto* const raw = static_cast<const char*>(btf__raw_data(types, &size));
    const __u32 last = last_needed(types, wanted);
    if (raw == nullptr || last == 0 || last + 1 >= btf__type_cnt(types)) return {};
    const auto place_of = [&](__u32 id) {
        return static_cast<std::size_t>(reinterpret_cast<const char*>(btf__type_by_id(types, id)) -
                                        raw);
    };
    btf_header head{};
    std::memcpy(&head, raw, sizeof head);
    const std::size_t end = place_of(last + 1), begin = head.hdr_len + head.type_off;
    const std::size_t texts = head.hdr_len + head.str_off;
    if (end > size || begin > end || texts > size || head.str_len > size - texts) return {};
    std::string bytes(raw, end);
    bytes.append(raw + texts, head.str_len);
    head.type_len = static_cast<__u32>(end - begin);
    head.str_off = head.type_off + head.type_len;
    std::memcpy(bytes.data(), &head, sizeof head);
    for (__u32 id = 1; id <= last; ++id) {
        // Types are words, and as far apart from the head as they were.
        auto* const type = reinterpret_cast<btf_type*>(bytes.data() + place_of(id));
        const char* const name = btf__name_by_offset(types, type->name_off);
        if (is_looked_for_by_name(type) && !wanted.contains(without_flavor(name)))
            type->name_off = 0;
        end_at(last, type);
    }
    return bytes;
}

}  // namespace

KernelTypes::KernelTypes() : types_(btf__load_vmlinux_btf(), btf__free) {
    if (types_ == nullptr) return;
    if (Result<Fd> made = make_memory_file("types")) file_ = *std::move(made);
}
KernelTypes::~KernelTypes() = default;

bool KernelTypes::has_tracepoint(const char* name) const {
    const std::string type = format("btf_trace_{}", name);
    return types_ == nullptr ||
           btf__find_by_name_kind(types_.get(), type.c_str(), BTF_KIND_TYPEDEF) > 0;
}

bool KernelTypes::can_cast() const {
    return types_ != nullptr &&
           btf__find_by_name_kind(types_.get(), "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
}

std::string KernelTypes::path() const {
    return file_ ? format("/proc/self/fd/{}", file_.get()) : kKernelTypes;
}

void KernelTypes::keep_names_of(const bpf_object* object) {
    const btf* const own = bpf_object__btf(object);
    if (!file_ || own == nullptr) return;
    std::string bytes = shortened(types_.get(), names_of(own));
    if (bytes.empty()) bytes = all_of(types_.get());
    if (const Result<> written = write_all(file_.get(), bytes); !written)
        log::debug("the kernel's types: {}", written.error().text);
}

}  // namespace sensor::capture
