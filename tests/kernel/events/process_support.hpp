// SPDX-License-Identifier: Apache-2.0
// What events of new processes and new programs say beside the call itself.
#pragma once

#include "case_support.hpp"

namespace kernel_test {

/// The flag that every new process has outside of the machine's first PID namespace.
std::int64_t child_in_pidns();

/// What clone events say of the program, if it is the one of this process. To be called where the
/// memory is as in the event.
void expect_same_program(Expect& expect);
/// tid, pid, ptid, vtid and vpid of a process with one thread.
void expect_numbers(Expect& expect, pid_t process, pid_t parent);
/// Both, and the rest of a new process's own event but its flags.
void expect_new_process(Expect& expect, pid_t process, pid_t parent);

/// What exec events say of the process that calls this: numbers, session, credentials, groups.
void expect_executing(Expect& expect);
/// The file that is, or goes on being, executed.
void expect_executed(Expect& expect, const char* path);

}  // namespace kernel_test
