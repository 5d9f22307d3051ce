// SPDX-License-Identifier: Apache-2.0
// k8s.*: the pod of the event's container.
#include "fields/container.hpp"
#include "fields/extractors.hpp"

namespace sensor::fields {
namespace {

using state::Container;

Value text_of(const Context& c, std::string Container::* member) noexcept {
    const Container* container = container_of(c);
    if (container == nullptr || (container->*member).empty()) return Value::absent();
    return Value::of_text(container->*member);
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
    return text_of(c, &Container::pod_sandbox_id);
}
Value k8s_pod_full_sandbox_id(const Context& c, const FieldArg&) noexcept {
    return text_of(c, &Container::pod_full_sandbox_id);
}
Value k8s_pod_ip(const Context& c, const FieldArg&) noexcept {
    return text_of(c, &Container::pod_ip);
}
Value k8s_pod_cni_json(const Context& c, const FieldArg&) noexcept {
    return text_of(c, &Container::pod_cni_json);
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
