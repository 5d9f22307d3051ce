// SPDX-License-Identifier: Apache-2.0
// What a process settles for itself once: nobody of its user reads its memory, it leaves no core,
// its files are not for others, nothing it starts gains rights. Called at the start.
#pragma once

#include <string>
#include <vector>

namespace sensor::guard {

/// Not dumpable (so not traced but by root), no core, umask at least 027.
/// out: what the kernel refused, one line each
std::vector<std::string> settle_process(bool no_new_privs);

/// Asks the kernel to end others first when memory is short. Without CAP_SYS_RESOURCE it stays as
/// it was.
void lower_oom_score();

/// Closes every descriptor beyond the standard three but those.
void close_inherited(std::vector<int> keep);

/// The descriptor that a path of the kind /dev/fd/3 or /proc/self/fd/3 means, else -1.
int descriptor_of(const std::string& path);

/// A child's share: what it does when memory is short is as if the sensor had not asked. Between
/// fork and exec, too.
void reset_oom_score() noexcept;

/// Variables by which whoever started the sensor has the loader take other code, "" if there is
/// none: "LD_PRELOAD=/tmp/x.so".
std::string foreign_code();

/// Built with a sanitizer, which traces its own process and needs calls of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace sensor::guard
