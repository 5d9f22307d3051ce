// SPDX-License-Identifier: Apache-2.0
// Router: which handler a request goes to, or why none.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "web/http.hpp"
#include "web/token.hpp"

namespace sensor::web {

struct Verdict {
    const Route* route = nullptr;  ///< null: `refused` is the answer
    Response refused;
    bool is_head = false;  ///< the answer goes without its body
};

class Router {
public:
    Router(std::vector<Route> routes, Token token)
        : routes_(std::move(routes)), token_(std::move(token)) {}

    /// 404 for a path nobody has, 405 with Allow for another method, 401 without the token, 403 for
    /// what changes something where no token is set. authorization: that header, or empty
    Verdict find(std::string_view method, std::string_view path, std::string_view authorization,
                 std::chrono::steady_clock::time_point now);

private:
    std::vector<Route> routes_;
    Token token_;
};

}  // namespace sensor::web
