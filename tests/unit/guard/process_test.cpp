// SPDX-License-Identifier: Apache-2.0
#include "guard/process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cstdlib>

#include "in_child.hpp"

using namespace sensor;
using namespace guard_test;

TEST_CASE("a settled process leaves no core, opens its files to nobody and gains no rights") {
    CHECK(exit_of([] {
              ::umask(0);
              if (!guard::settle_process(true).empty()) return 1;
              rlimit core{1, 1};
              ::getrlimit(RLIMIT_CORE, &core);
              if (core.rlim_cur != 0 || core.rlim_max != 0) return 2;
              if (::umask(0) != 027) return 3;
              if (!guard::kSanitized && ::prctl(PR_GET_DUMPABLE) != 0) return 4;
              return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 5;
          }) == 0);
}

TEST_CASE("a umask that is narrower stays") {
    CHECK(exit_of([] {
              ::umask(077);
              const int before = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
              guard::settle_process(false);
              if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != before) return 1;
              return ::umask(0) == 077 ? 0 : 2;
          }) == 0);
}

TEST_CASE("inherited descriptors are closed but for those that are named") {
    CHECK(exit_of([] {
              const int first = ::open("/dev/null", O_RDONLY);
              const int kept = ::dup(first), last = ::fcntl(first, F_DUPFD, 200);
              guard::close_inherited({kept, -1, 1});
              const auto is_open = [](int fd) { return ::fcntl(fd, F_GETFD) >= 0; };
              if (is_open(first) || is_open(last)) return 1;
              return is_open(kept) && is_open(2) ? 0 : 2;
          }) == 0);
}

TEST_CASE("paths that mean a descriptor") {
    CHECK(guard::descriptor_of("/dev/fd/63") == 63);
    CHECK(guard::descriptor_of("/proc/self/fd/7") == 7);
    for (const char* path : {"", "/dev/fd/", "/dev/fd/x", "/dev/fd/3/x", "/etc/falco/falco.yaml"})
        CHECK(guard::descriptor_of(path) == -1);
}

TEST_CASE("variables of the loader are told") {
    CHECK(exit_of([] {
              for (const char* name : {"LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH"})
                  ::unsetenv(name);
              if (!guard::foreign_code().empty()) return 1;
              ::setenv("LD_AUDIT", "/tmp/x.so", 1);
              return guard::foreign_code() == "LD_AUDIT=/tmp/x.so" ? 0 : 2;
          }) == 0);
}
