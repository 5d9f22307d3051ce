// SPDX-License-Identifier: Apache-2.0
// GuardOptions: what the configuration says of what the sensor takes from itself once it runs.
#pragma once

namespace sensor::guard {

struct GuardOptions {
    bool drop_capabilities = true;  ///< those that are needed at the start only
    bool no_new_privs = true;       ///< programs that are started gain no privileges
    bool seccomp = true;            ///< system calls that are not needed are refused
    bool check_files = true;        ///< own files must not be writable by others
    friend bool operator==(const GuardOptions&, const GuardOptions&) = default;
};

}  // namespace sensor::guard
