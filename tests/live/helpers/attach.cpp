// SPDX-License-Identifier: Apache-2.0
// Attaches to a sleeping child with ptrace and lets it go. Prints the child's number, so that the
// test can compare it with the alert. Called by live_test.py.
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

int main() {
    const pid_t child = fork();
    if (child == 0) {
        for (;;) pause();
    }
    if (child < 0) return 1;
    int status = 0;
    bool done =
        ptrace(PTRACE_ATTACH, child, nullptr, nullptr) == 0 && waitpid(child, &status, 0) == child;
    done = done && ptrace(PTRACE_DETACH, child, nullptr, nullptr) == 0;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    std::printf("%d\n", static_cast<int>(child));
    return done ? 0 : 1;
}
