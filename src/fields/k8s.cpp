// SPDX-License-Identifier: Apache-2.0
// k8s.*: the pod of the event's container.
#include "fields/container.hpp"
#include "fields/extractors.hpp"
#include "state/state.hpp"

namespace sensor::fields {
namespace {

using state::Container;

Value text_of(const Context& c, std::string Container::* member) noexcept {
    const Container* container = container_of(c);
    if (container == nullptr || (container->*member).empty()) return Value::absent();
    return Value::of_text(container->*member);
}

/// What the pod's network says stands in the record of its sandbox, a container of its own.
Value text_of_network(const Context& c, std::string Container::* member,
                      std::string Container::* of_sandbox) noexcept {
    const Value own = text_of(c, member);
    const Container* container = container_of(c);
    if (own.present() || container == nullptr || c.state == nullptr) return own;
    const Container* sandbox = c.state->containers().look_up(container->pod_sandbox_id);
    if (sandbox == nullptr || (sandbox->*of_sandbox).empty()) return own;
    return Value::of_text(sandbox->*of_sandbox);
}

}  // namespace

namespace extract {

Value k8s_pod_name(const Context& c, const FieldArg&) noexcept {
    return text_of(c, &Container::pod_name);
}
Value k8s_ns_name(const Context& c, const FieldArg&) noexcept {
    return text_of(c, &Container::pod_namespace);
}
Value k8s_pod_id(const Context& c, const FieldArg&) noexcept {
    return text_of(c, &Container::pod_uid);
}
Value k8s_pod_uid(const Context& c, const FieldArg&) noexcept {
    return text_of(c, &Container::pod_uid);
}
Value k8s_pod_sandbox_id(const Context& c, const FieldArg&) noexcept {
    constexpr std::size_t kShort = 12;
    const Value whole = text_of(c, &Container::pod_sandbox_id);
    return whole.present() ? Value::of_text(whole.text().substr(0, kShort)) : whole;
}
Value k8s_pod_full_sandbox_id(const Context& c, const FieldArg&) noexcept {
    return text_of(c, &Container::pod_sandbox_id);
}
Value k8s_pod_ip(const Context& c, const FieldArg&) noexcept {
    return text_of_network(c, &Container::pod_ip, &Container::ip);
}
Value k8s_pod_cni_json(const Context& c, const FieldArg&) noexcept {
    return text_of_network(c, &Container::pod_cni_json, &Container::cni_json);
}

Value k8s_pod_label(const Context& c, const FieldArg& arg) noexcept {
    const Container* container = container_of(c);
    return container == nullptr ? Value::absent() : label(container->pod_labels, arg.key);
}
Value k8s_pod_labels(const Context& c, const FieldArg&) noexcept {
    const Container* container = container_of(c);
    return container == nullptr ? Value::absent() : label_list(c, container->pod_labels);
}

}  // namespace extract
}  // namespace sensor::fields
