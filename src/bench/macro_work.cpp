// SPDX-License-Identifier: Apache-2.0
#include "bench/macro_work.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "bench/child.hpp"
#include "bench/command.hpp"
#include "bench/jsonl.hpp"
#include "bench/machine.hpp"
#include "bench/temp_folder.hpp"

namespace sensor::bench {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kServerMs = 5000, kPatienceMs = 600'000;
constexpr std::size_t kFolders = 100, kFilesEach = 100, kSources = 12;

bool is_installed(const std::string& program) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
    }
    return false;
}

/// A port nobody listens on now.
Result<int> free_port() {
    const Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (!fd || bind(fd.get(), generic, size) != 0 || getsockname(fd.get(), generic, &size) != 0)
        return errno_error("find a free port", errno);
    return ntohs(address.sin_port);
}

bool answers(int port) {
    const Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// Runs a shell command to its end. out: what it printed; fails: with that if it failed
Result<std::string> run_command(const std::string& text) {
    SENSOR_TRY(Child child,
               Child::start({{"/bin/sh", "-c", text + "\necho \"== $?\""}, {}, false}));
    const std::uint64_t limit = now_ns() + kPatienceMs * 1'000'000ULL;
    while (child.alive()) {
        if (now_ns() > limit) return Error("did not end: " + text);
        usleep(500);
    }
    const std::string printed = child.last_output(1U << 16);
    const std::size_t end = printed.rfind("== ");
    if (end == std::string::npos || printed.substr(end) != "== 0")
        return Error("failed: " + text + "\n" + printed);
    return printed.substr(0, end);
}

/// A command that is timed by the clock.
std::function<Result<double>()> timed(std::string command) {
    return [command = std::move(command)]() -> Result<double> {
        const std::uint64_t begin = now_ns();
        const Result<std::string> printed = run_command(command);
        if (!printed.has_value()) return printed.error();
        return static_cast<double>(now_ns() - begin);
    };
}

/// The number behind the first `mark` in a text. fails: there is none
Result<double> number_behind(const std::string& text, std::string_view mark) {
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) return Error("no '" + std::string(mark) + "' in:\n" + text);
    return std::strtod(text.c_str() + at + mark.size(), nullptr);
}

class Stage final : public MacroStage {
public:
    explicit Stage(double scale) : scale_(scale) {}

    Result<> make(const std::vector<std::string>& only) {
        if (folder_.path().empty()) return Error("cannot make a folder for temporary files");
        struct Kind {
            const char* name;
            std::vector<const char*> programs;
            Result<> (Stage::*add)();
        };
        const Kind kinds[] = {
            {"redis", {"redis-server", "redis-benchmark"}, &Stage::add_redis},
            {"nginx", {"nginx", "wrk"}, &Stage::add_nginx},
            {"gcc build", {"gcc"}, &Stage::add_build},
            {"find", {"find"}, &Stage::add_find},
            {"tar", {"tar"}, &Stage::add_tar},
            {"exec storm", {"sh"}, &Stage::add_execs},
        };
        for (const std::string& name : only) {
            if (std::none_of(std::begin(kinds), std::end(kinds),
                             [&](const Kind& kind) { return kind.name == name; }))
                return Error("no workload '" + name + "'");
        }
        for (const Kind& kind : kinds) {
            if (!only.empty() && std::find(only.begin(), only.end(), kind.name) == only.end())
                continue;
            const auto missing =
                std::find_if_not(kind.programs.begin(), kind.programs.end(), is_installed);
            if (missing != kind.programs.end()) {
                left_out_.push_back(format("{}: {} is not installed", kind.name, *missing));
                continue;
            }
            SENSOR_TRY_OK((this->*kind.add)());
        }
        return Ok{};
    }

    std::vector<MacroWork> works() const override { return works_; }
    const std::vector<std::string>& left_out() const override { return left_out_; }

private:
    std::size_t scaled(double amount) const {
        return static_cast<std::size_t>(std::max(1.0, std::round(amount * scale_)));
    }

    Result<> start_server(const std::string& command, int port) {
        SENSOR_TRY(Child server, Child::start({shell_command(command), {}, false}));
        const std::uint64_t limit = now_ns() + kServerMs * 1'000'000ULL;
        while (!answers(port)) {
            if (!server.alive() || now_ns() > limit)
                return Error("does not answer: " + command + "\n" + server.last_output(600));
            sleep_ms(10);
        }
        servers_.push_back(std::move(server));
        return Ok{};
    }

    Result<> add_redis() {
        SENSOR_TRY(const int port, free_port());
        SENSOR_TRY_OK(start_server(format("redis-server --port {} --bind 127.0.0.1 --save '' "
                                          "--appendonly no --dir {}",
                                          port, folder_.path()),
                                   port));
        const std::string command =
            format("redis-benchmark -p {} -t get -n {} -c 50 --csv", port, scaled(60'000));
        works_.push_back({"redis", "/s", Better::Higher, [command]() -> Result<double> {
                              SENSOR_TRY(const std::string printed, run_command(command));
                              return number_behind(printed, "\"GET\",\"");
                          }});
        return Ok{};
    }

    Result<> add_nginx() {
        SENSOR_TRY(const int port, free_port());
        const std::string& at = folder_.path();
        SENSOR_TRY_OK(write_file(at + "/index.html", std::string(600, 'x') + "\n"));
        SENSOR_TRY_OK(write_file(
            at + "/nginx.conf",
            format("daemon off; worker_processes 1; pid {0}/nginx.pid; error_log {0}/nginx.log;\n"
                   "events {{ worker_connections 512; }}\n"
                   "http {{ access_log {0}/access.log; client_body_temp_path {0}/body;\n"
                   "proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;\n"
                   "uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;\n"
                   "server {{ listen 127.0.0.1:{1}; root {0}; }} }}\n",
                   at, port)));
        // The worker must be able to read the folder as whoever it runs as.
        fs::permissions(at, fs::perms::others_exec | fs::perms::others_read, fs::perm_options::add);
        SENSOR_TRY_OK(start_server(format("nginx -c {}/nginx.conf", at), port));
        const std::string command =
            format("wrk -t 1 -c 32 -d {} http://127.0.0.1:{}/index.html", scaled(2), port);
        works_.push_back({"nginx", "/s", Better::Higher, [command]() -> Result<double> {
                              SENSOR_TRY(const std::string printed, run_command(command));
                              if (printed.find("Non-2xx") != std::string::npos)
                                  return Error("the web server refuses:\n" + printed);
                              return number_behind(printed, "Requests/sec:");
                          }});
        return Ok{};
    }

    Result<> add_build() {
        const std::string at = folder_.path() + "/build";
        fs::create_directory(at);
        for (std::size_t k = 0; k < scaled(kSources); ++k) {
            std::string source =
                "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
                "#include <unistd.h>\n#include <sys/socket.h>\n";
            for (int n = 0; n < 40; ++n) {
                source += format(
                    "int f{0}(const char *s) {{ char b[{1}]; int n = 0;\n"
                    "  for (; *s; ++s) n = n * 31 + *s % {1};\n"
                    "  snprintf(b, sizeof b, \"%d\", n); return atoi(b); }}\n",
                    n, 64 + n);
            }
            SENSOR_TRY_OK(write_file(format("{}/part{}.c", at, k), source));
        }
        works_.push_back({"gcc build", "ns", Better::Lower,
                          timed(format("cd {} && for f in *.c; do gcc -O1 -c $f; done", at))});
        return Ok{};
    }

    Result<> make_tree() {
        const std::string at = folder_.path() + "/tree";
        if (fs::exists(at)) return Ok{};
        for (std::size_t folder = 0; folder < kFolders; ++folder) {
            const std::string sub = format("{}/{}", at, folder);
            fs::create_directories(sub);
            for (std::size_t file = 0; file < kFilesEach; ++file)
                SENSOR_TRY_OK(write_file(format("{}/{}", sub, file), std::string(200, 'x')));
        }
        return Ok{};
    }

    Result<> add_find() {
        SENSOR_TRY_OK(make_tree());
        works_.push_back({"find", "ns", Better::Lower,
                          timed(format("for n in $(seq {}); do find {}/tree -size +9; done",
                                       scaled(10), folder_.path()))});
        return Ok{};
    }

    Result<> add_tar() {
        SENSOR_TRY_OK(make_tree());
        works_.push_back({"tar", "ns", Better::Lower,
                          timed(format("for n in $(seq {}); do tar -C {} -cf - tree | cat > "
                                       "/dev/null; done",
                                       scaled(3), folder_.path()))});
        return Ok{};
    }

    Result<> add_execs() {
        works_.push_back({"exec storm", "ns", Better::Lower,
                          timed(format("n=0; while [ $n -lt {} ]; do /bin/true; n=$((n+1)); done",
                                       scaled(1000)))});
        return Ok{};
    }

    const double scale_;
    TempFolder folder_;
    std::vector<Child> servers_;
    std::vector<MacroWork> works_;
    std::vector<std::string> left_out_;
};

}  // namespace

Result<std::unique_ptr<MacroStage>> make_stage(const std::vector<std::string>& only, double scale) {
    auto stage = std::make_unique<Stage>(scale);
    SENSOR_TRY_OK(stage->make(only));
    return std::unique_ptr<MacroStage>(std::move(stage));
}

}  // namespace sensor::bench
