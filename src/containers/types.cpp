// SPDX-License-Identifier: Apache-2.0
#include "containers/types.hpp"

namespace sensor::containers {
namespace {

struct Type {
    std::uint32_t number;
    std::string_view name;
};
constexpr std::uint32_t kUnknown = 0xffff;
constexpr Type kTypes[] = {
    {0, "docker"},  {1, "lxc"},     {2, "libvirt-lxc"}, {3, "mesos"},          {4, "rkt"},
    {5, "custom"},  {6, "cri"},     {7, "containerd"},  {8, "cri-o"},          {9, "bpm"},
    {10, "static"}, {11, "podman"}, {0xfffe, "host"},   {kUnknown, "unknown"},
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

}  // namespace sensor::containers
