// SPDX-License-Identifier: Apache-2.0
#include "containers/types.hpp"

namespace sensor::containers {
namespace {

struct Type {
    std::uint32_t number;
    std::string_view name;
    bool silent = false;  ///< nobody can be asked for more than its id
};
constexpr std::uint32_t kUnknown = 0xffff;
constexpr std::uint32_t kOwn = 0x1000;  // captures of others have no such kind
constexpr Type kTypes[] = {
    {0, "docker"},
    {1, "lxc", true},
    {2, "libvirt-lxc", true},
    {3, "mesos"},
    {4, "rkt"},
    {5, "custom"},
    {6, "cri"},
    {7, "containerd"},
    {8, "cri-o"},
    {9, "bpm", true},
    {10, "static"},
    {11, "podman"},
    {kOwn, "nspawn", true},
    {0xfffe, "host"},
    {kUnknown, "unknown"},
};

}  // namespace

std::string_view type_name(std::uint32_t number) noexcept {
    for (const Type& type : kTypes)
        if (type.number == number) return type.name;
    return "unknown";
}

std::uint32_t type_number(std::string_view name) noexcept {
    for (const Type& type : kTypes)
        if (type.name == name) return type.number;
    return kUnknown;
}

bool is_silent(std::string_view name) noexcept {
    for (const Type& type : kTypes)
        if (type.name == name) return type.silent;
    return false;
}

}  // namespace sensor::containers
