// SPDX-License-Identifier: Apache-2.0
// Copies a program into an anonymous memory file and runs it from there. Called by live_test.py.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>

int main(int argc, char** argv, char** environment) {
    const int from = open(argc > 1 ? argv[1] : "/bin/true", O_RDONLY | O_CLOEXEC);
    const int to = memfd_create("payload", 0);
    if (from < 0 || to < 0) return 1;
    std::array<char, 65536> block{};
    for (ssize_t count = 0; (count = read(from, block.data(), block.size())) > 0;) {
        if (write(to, block.data(), static_cast<size_t>(count)) != count) return 1;
    }
    std::array<char, 8> name = {'p', 'a', 'y', 'l', 'o', 'a', 'd', '\0'};
    std::array<char*, 2> arguments = {name.data(), nullptr};
    fexecve(to, arguments.data(), environment);
    return 127;
}
