// SPDX-License-Identifier: Apache-2.0
// What cannot be undone is tried in a child.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/support/catch.hpp"

namespace guard_test {

/// Status of a child that runs `body` and ends with what it returns.
inline int status_of(const std::function<int()>& body) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(body());
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

/// The same of one that must end by itself.
inline int exit_of(const std::function<int()>& body) {
    const int status = status_of(body);
    INFO("status " << status);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

}  // namespace guard_test
