// SPDX-License-Identifier: Apache-2.0
// Network literals: addresses, networks in CIDR form, names of services.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "event/schema.hpp"
#include "lang/program.hpp"

namespace sensor::lang {

/// Text with a dot is IPv4, else IPv6. fails: Error naming what is wrong
Result<Constant> parse_address(ParamType type, std::string_view text);

/// "ADDRESS/PREFIX"; bits behind the prefix are cleared. fails: as above
Result<Constant> parse_network(ParamType type, std::string_view text);

/// Port of a service by the system's services file; the commonest names are known without it, as
/// small installations have none. fails: nullopt
std::optional<std::uint16_t> service_port(std::string_view name);

}  // namespace sensor::lang
