// SPDX-License-Identifier: Apache-2.0
#include "web/router.hpp"

namespace sensor::web {

Verdict Router::find(std::string_view method, std::string_view path, std::string_view authorization,
                     std::chrono::steady_clock::time_point now) {
    Verdict out;
    out.is_head = method == "HEAD";
    std::string allowed;
    for (const Route& route : routes_) {
        if (route.path != path) continue;
        allowed += (allowed.empty() ? "" : ", ") + route.method;
        const bool head_of_get = out.is_head && route.method == "GET";
        if (route.method == method || head_of_get) out.route = &route;
        if (route.method == "GET") allowed += ", HEAD";
    }
    if (out.route == nullptr) {
        out.refused =
            allowed.empty() ? refusal(404, "not found") : refusal(405, "method not allowed");
        if (!allowed.empty()) out.refused.headers.emplace_back("Allow", allowed);
        return out;
    }
    const Access access = out.route->access;
    if (access == Access::Change && !token_.is_set()) {
        out.refused = refusal(403, "no token is configured, so nothing can be changed from here");
        out.route = nullptr;
    } else if (access != Access::Open && token_.is_set() && !token_.matches(authorization, now)) {
        out.refused = refusal(401, "the token is missing or wrong");
        out.refused.headers.emplace_back("WWW-Authenticate", "Bearer");
        out.route = nullptr;
    }
    return out;
}

}  // namespace sensor::web
