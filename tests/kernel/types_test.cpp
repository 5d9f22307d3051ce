// SPDX-License-Identifier: Apache-2.0
// The kernel's types as libbpf gets them: shortened, but whole in themselves.
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <memory>
#include <string>
#include <vector>

#include "../../bpf/shared.h"
#include "capture/kernel_types.hpp"
#include "probe.skel.h"
#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;

namespace {

/// The types a type is made of, or leads to.
std::vector<__u32> references(const btf_type* type) {
    std::vector<__u32> all;
    const int count = btf_vlen(type);
    if (btf_is_ptr(type) || btf_is_mod(type) || btf_is_typedef(type) || btf_is_func(type) ||
        btf_is_func_proto(type) || btf_is_var(type) || btf_is_decl_tag(type))
        all.push_back(type->type);
    if (btf_is_array(type))
        all.insert(all.end(), {btf_array(type)->type, btf_array(type)->index_type});
    for (int k = 0; k < count; ++k) {
        if (btf_is_composite(type)) all.push_back(btf_members(type)[k].type);
        if (btf_is_func_proto(type)) all.push_back(btf_params(type)[k].type);
        if (btf_is_datasec(type)) all.push_back(btf_var_secinfos(type)[k].type);
    }
    return all;
}

}  // namespace

TEST_CASE("the kernel's types for libbpf are fewer, and none leads to one that is left out") {
    SKIP_WITHOUT_KERNEL();
    const std::unique_ptr<btf, void (*)(btf*)> all(btf__load_vmlinux_btf(), btf__free);
    REQUIRE(all != nullptr);
    const std::unique_ptr<probe_bpf, void (*)(probe_bpf*)> probe(probe_bpf::open(),
                                                                 probe_bpf::destroy);
    REQUIRE(probe != nullptr);
    capture::KernelTypes types;
    types.keep_names_of(probe->obj);
    const std::unique_ptr<btf, void (*)(btf*)> kept(btf__parse(types.path().c_str(), nullptr),
                                                    btf__free);
    REQUIRE(kept != nullptr);
    const __u32 count = btf__type_cnt(kept.get());
    CHECK(count < btf__type_cnt(all.get()));
    CHECK(btf__find_by_name_kind(kept.get(), "task_struct", BTF_KIND_STRUCT) ==
          btf__find_by_name_kind(all.get(), "task_struct", BTF_KIND_STRUCT));
    std::size_t astray = 0, without_signature = 0;
    for (__u32 id = 1; id < count; ++id) {
        const btf_type* const type = btf__type_by_id(kept.get(), id);
        for (const __u32 to : references(type)) astray += to >= count ? 1 : 0;
        if (btf_is_func(type) && type->type < count)
            without_signature += btf_is_func_proto(btf__type_by_id(kept.get(), type->type)) ? 0 : 1;
    }
    CHECK(astray == 0);
    CHECK(without_signature == 0);
}
