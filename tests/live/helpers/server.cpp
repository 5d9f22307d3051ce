// SPDX-License-Identifier: Apache-2.0
// Stands for a web server that was taken over: starts a shell and waits for it. Built under the
// name of a server, because the name of the process is what the rule sees. Called by live_test.py.
#include <sys/wait.h>
#include <unistd.h>

int main() {
    const pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", ":", static_cast<char*>(nullptr));
        _exit(127);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : 1;
}
