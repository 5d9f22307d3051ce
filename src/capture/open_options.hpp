// SPDX-License-Identifier: Apache-2.0
// How the probe's object is opened: the kernel's types come from its own file. Left to itself the
// library would look for a type that this kernel lacks in those of modules too, and listing these
// takes CAP_SYS_ADMIN, which the sensor neither has nor needs. Called where programs are loaded.
#pragma once

#include <bpf/libbpf.h>

namespace sensor::capture {

inline constexpr const char* kKernelTypes = "/sys/kernel/btf/vmlinux";

/// types: a file with them, borrowed until the object is loaded
inline bpf_object_open_opts open_options(const char* types = kKernelTypes) {
    bpf_object_open_opts options{};
    options.sz = sizeof options;
    options.btf_custom_path = types;
    return options;
}

}  // namespace sensor::capture
