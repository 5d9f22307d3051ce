// SPDX-License-Identifier: Apache-2.0
// The table from field to function, and the functions of fields that never have a value.
#include "fields/extractors.hpp"

namespace sensor::fields {
namespace {

constexpr Extractor kExtractors[] = {
#define FIELD(id, text, type, argument, cls, flags, format, doc) &extract::id,
#include "../../grammar/fields.def"
#undef FIELD
};
static_assert(std::size(kExtractors) == static_cast<std::size_t>(FieldId::count));

}  // namespace

Extractor extractor(FieldId id) noexcept { return kExtractors[static_cast<std::size_t>(id)]; }

namespace extract {

#define NEVER_THERE(id) \
    Value id(const Context&, const FieldArg&) noexcept { return Value::absent(); }

NEVER_THERE(container_healthcheck)
NEVER_THERE(container_liveness_probe)
NEVER_THERE(container_readiness_probe)
NEVER_THERE(proc_is_container_healthcheck)
NEVER_THERE(proc_is_container_liveness_probe)
NEVER_THERE(proc_is_container_readiness_probe)
NEVER_THERE(k8s_rc_name)
NEVER_THERE(k8s_rc_id)
NEVER_THERE(k8s_rc_label)
NEVER_THERE(k8s_rc_labels)
NEVER_THERE(k8s_svc_name)
NEVER_THERE(k8s_svc_id)
NEVER_THERE(k8s_svc_label)
NEVER_THERE(k8s_svc_labels)
NEVER_THERE(k8s_ns_id)
NEVER_THERE(k8s_ns_label)
NEVER_THERE(k8s_ns_labels)
NEVER_THERE(k8s_rs_name)
NEVER_THERE(k8s_rs_id)
NEVER_THERE(k8s_rs_label)
NEVER_THERE(k8s_rs_labels)
NEVER_THERE(k8s_deployment_name)
NEVER_THERE(k8s_deployment_id)
NEVER_THERE(k8s_deployment_label)
NEVER_THERE(k8s_deployment_labels)

#undef NEVER_THERE

}  // namespace extract
}  // namespace sensor::fields
