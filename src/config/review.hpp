// SPDX-License-Identifier: Apache-2.0
// What a falco.yaml of the peer means here, key by key: for `falco-ebpf migrate`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/tree.hpp"

namespace sensor::config {

enum class Verdict : std::uint8_t {
    Same,        ///< works as it did
    Changed,     ///< works, in another way or by another name
    Ignored,     ///< has no effect, and asks for nothing that is missing
    Unsupported  ///< asks for what is not available
};
std::string_view to_text(Verdict verdict) noexcept;  ///< "same", ...

struct ReviewedKey {
    std::string key;    ///< "engine.kind"; of a plugin: "plugins[0] (k8saudit)"
    std::string value;  ///< on one line, as YAML
    Verdict verdict = Verdict::Same;
    std::string reason;  ///< empty where it is the same
    Origin origin;
};

/// Every key that is set in the file and in those it includes, in the order of their places.
/// fails: a file cannot be read or is no YAML; values are not judged (load_config does)
Result<std::vector<ReviewedKey>> review(const std::string& path);

}  // namespace sensor::config
