// SPDX-License-Identifier: Apache-2.0
// container.*: what the state knows of the container of the event's thread. On the host id and name
// are the word "host" and everything else is absent.
#include <fnmatch.h>

#include "fields/container.hpp"
#include "fields/extractors.hpp"
#include "fields/text.hpp"
#include "state/state.hpp"

namespace sensor::fields {
namespace {

using containers::Mount;
using state::Container;

Value nonempty(std::string_view text) noexcept {
    return text.empty() ? Value::absent() : Value::of_text(text);
}

template <typename F>
Value of_container(const Context& c, F&& value) noexcept {
    const Container* container = container_of(c);
    return container == nullptr ? Value::absent() : value(*container);
}
template <typename F>
Value or_host(const Context& c, F&& value) noexcept {
    const Container* container = container_of(c);
    if (container != nullptr) return value(*container);
    return c.thread == nullptr ? Value::absent() : Value::of_text("host");
}
template <typename F>
Value detail(const Context& c, F&& value) noexcept {
    const Container* container = container_of(c);
    return container == nullptr || container->known == containers::Known::Id
               ? Value::absent()
               : Value::of_bool(value(*container));
}

void add_mount(TextBuilder& out, const Mount& mount) noexcept {
    out.add(mount.source);
    out.add(':');
    out.add(mount.dest);
    out.add(':');
    out.add(mount.mode);
    out.add(':');
    out.add(mount.rdwr ? "true" : "false");
    out.add(':');
    out.add(mount.propagation);
}

// The mount with that index, or the first whose `key` text matches the pattern.
const Mount* find_mount(const Context& c, const FieldArg& arg, std::string Mount::* key) noexcept {
    const Container* container = container_of(c);
    if (container == nullptr) return nullptr;
    if (arg.kind == FieldArg::Kind::Index) {
        const auto index = static_cast<std::size_t>(arg.index);
        return index < container->mounts.size() ? &container->mounts[index] : nullptr;
    }
    for (const Mount& mount : container->mounts) {
        if (::fnmatch(arg.key.c_str(), (mount.*key).c_str(), 0) == 0) return &mount;
    }
    return nullptr;
}

}  // namespace

const Container* container_of(const Context& c) noexcept {
    return c.thread == nullptr ? c.container : c.thread->container.get();
}

Value label(const Labels& labels, std::string_view key) noexcept {
    for (const auto& [name, text] : labels) {
        if (name == key) return Value::of_text(text);
    }
    return Value::absent();
}

Value label_list(const Context& c, const Labels& labels) noexcept {
    if (labels.empty()) return Value::absent();
    TextBuilder out(*c.arena);
    for (const auto& [name, text] : labels) {
        if (name.starts_with("annotation.") || name.starts_with("io.kubernetes.")) continue;
        if (out.size() != 0) out.add(", ");
        out.add(name);
        out.add(':');
        out.add(text);
    }
    return out.size() == 0 ? Value::absent() : Value::of_text(out.finish());
}

namespace extract {

Value container_id(const Context& c, const FieldArg&) noexcept {
    return or_host(c, [](const Container& k) { return Value::of_text(k.id); });
}
Value container_name(const Context& c, const FieldArg&) noexcept {
    return or_host(c, [](const Container& k) { return nonempty(k.name); });
}
Value container_type(const Context& c, const FieldArg&) noexcept {
    return or_host(c, [](const Container& k) { return nonempty(k.type); });
}
Value container_full_id(const Context& c, const FieldArg&) noexcept {
    return or_host(c, [](const Container& k) { return nonempty(k.full_id); });
}
Value container_image(const Context& c, const FieldArg&) noexcept {
    return of_container(c, [](const Container& k) { return nonempty(k.image); });
}
Value container_image_id(const Context& c, const FieldArg&) noexcept {
    return of_container(c, [](const Container& k) { return nonempty(k.image_id); });
}
Value container_image_repository(const Context& c, const FieldArg&) noexcept {
    return of_container(c, [](const Container& k) { return nonempty(k.image_repository); });
}
Value container_image_tag(const Context& c, const FieldArg&) noexcept {
    return of_container(c, [](const Container& k) { return nonempty(k.image_tag); });
}
Value container_image_digest(const Context& c, const FieldArg&) noexcept {
    return of_container(c, [](const Container& k) { return nonempty(k.image_digest); });
}
Value container_ip(const Context& c, const FieldArg&) noexcept {
    return of_container(c, [](const Container& k) { return nonempty(k.ip); });
}
Value container_cni_json(const Context& c, const FieldArg&) noexcept {
    return of_container(c, [](const Container& k) { return nonempty(k.cni_json); });
}

Value container_privileged(const Context& c, const FieldArg&) noexcept {
    return detail(c, [](const Container& k) { return k.privileged; });
}
Value container_host_pid(const Context& c, const FieldArg&) noexcept {
    return detail(c, [](const Container& k) { return k.host_pid; });
}
Value container_host_network(const Context& c, const FieldArg&) noexcept {
    return detail(c, [](const Container& k) { return k.host_network; });
}
Value container_host_ipc(const Context& c, const FieldArg&) noexcept {
    return detail(c, [](const Container& k) { return k.host_ipc; });
}

Value container_mounts(const Context& c, const FieldArg&) noexcept {
    return of_container(c, [&](const Container& k) {
        if (k.known == containers::Known::Id) return Value::absent();
        TextBuilder out(*c.arena);
        for (const Mount& mount : k.mounts) {
            if (out.size() != 0) out.add(',');
            add_mount(out, mount);
        }
        return Value::of_text(out.finish());
    });
}
Value container_mount(const Context& c, const FieldArg& arg) noexcept {
    const Mount* mount = find_mount(c, arg, &Mount::source);
    if (mount == nullptr) return Value::absent();
    TextBuilder out(*c.arena);
    add_mount(out, *mount);
    return Value::of_text(out.finish());
}
Value container_mount_source(const Context& c, const FieldArg& arg) noexcept {
    const Mount* mount = find_mount(c, arg, &Mount::dest);
    return mount == nullptr ? Value::absent() : Value::of_text(mount->source);
}
Value container_mount_dest(const Context& c, const FieldArg& arg) noexcept {
    const Mount* mount = find_mount(c, arg, &Mount::source);
    return mount == nullptr ? Value::absent() : Value::of_text(mount->dest);
}
Value container_mount_mode(const Context& c, const FieldArg& arg) noexcept {
    const Mount* mount = find_mount(c, arg, &Mount::source);
    return mount == nullptr ? Value::absent() : Value::of_text(mount->mode);
}
Value container_mount_rdwr(const Context& c, const FieldArg& arg) noexcept {
    const Mount* mount = find_mount(c, arg, &Mount::source);
    return mount == nullptr ? Value::absent() : Value::of_text(mount->rdwr ? "true" : "false");
}
Value container_mount_propagation(const Context& c, const FieldArg& arg) noexcept {
    const Mount* mount = find_mount(c, arg, &Mount::source);
    return mount == nullptr ? Value::absent() : Value::of_text(mount->propagation);
}

Value container_start_ts(const Context& c, const FieldArg&) noexcept {
    if (c.thread == nullptr || !c.thread->container || c.thread->pidns_start_ns == 0)
        return Value::absent();
    return Value::of_uint(c.thread->pidns_start_ns);
}
Value container_duration(const Context& c, const FieldArg& arg) noexcept {
    const Value start = container_start_ts(c, arg);
    if (!start.present() || start.as_uint() > c.event.ts_ns()) return Value::absent();
    return Value::of_uint(c.event.ts_ns() - start.as_uint());
}

Value container_label(const Context& c, const FieldArg& arg) noexcept {
    return of_container(c, [&](const Container& k) { return label(k.labels, arg.key); });
}
Value container_labels(const Context& c, const FieldArg&) noexcept {
    return of_container(c, [&](const Container& k) { return label_list(c, k.labels); });
}

}  // namespace extract
}  // namespace sensor::fields
