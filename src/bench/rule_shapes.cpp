// SPDX-License-Identifier: Apache-2.0
#include "bench/rule_shapes.hpp"

#include <iterator>
#include <random>
#include <string_view>

namespace sensor::bench {
namespace {

constexpr std::size_t kPrograms = 300, kLists = 40;
constexpr std::string_view kMacros = R"(- macro: open_write
  condition: (evt.type in (open,openat,openat2) and evt.is_open_write=true and fd.typechar='f' and fd.num>=0)
- macro: open_read
  condition: (evt.type in (open,openat,openat2) and evt.is_open_read=true and fd.typechar='f' and fd.num>=0)
- macro: spawned_process
  condition: (evt.type in (execve, execveat))
- macro: container
  condition: (container.id != host)
- macro: outbound
  condition: (evt.type = connect and fd.typechar = 4 and fd.connected exists)
- macro: modify
  condition: (evt.type in (rename, renameat, renameat2, unlink, unlinkat, rmdir, mkdir, mkdirat, chmod, fchmodat, link, linkat, symlink, symlinkat))
- macro: interactive
  condition: (proc.tty != 0)
)";
constexpr std::string_view kDirectories[] = {
    "/etc/ssh",        "/etc/pam.d",        "/etc/cron.d", "/etc/sudoers.d", "/root/.ssh",
    "/usr/bin",        "/usr/sbin",         "/bin",        "/sbin",          "/boot",
    "/lib/modules",    "/etc/ld.so.conf.d", "/dev/shm",    "/var/spool",     "/etc/systemd",
    "/etc/kubernetes", "/var/run/secrets",  "/etc/ssl"};
constexpr std::string_view kPriorities[] = {"WARNING", "NOTICE", "ERROR", "CRITICAL", "INFO"};

class Writer {
public:
    explicit Writer(std::uint32_t seed) : random_(seed) {}

    std::string text(std::size_t rules) {
        std::string out;
        for (std::size_t k = 0; k < kLists; ++k) {
            out += "- list: programs_" + std::to_string(k) + "\n  items: [";
            const std::size_t items = 4 + below(20);
            for (std::size_t i = 0; i < items; ++i) out += (i == 0 ? "" : ", ") + program();
            out += "]\n";
        }
        out += kMacros;
        for (std::size_t k = 0; k < kLists; ++k)
            out += "- macro: known_" + std::to_string(k) + "\n  condition: (" + exception() + ")\n";
        for (std::size_t k = 0; k < rules; ++k) out += rule(k);
        return out;
    }

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    template <typename All>
    const auto& one_of(const All& all) {
        return all[below(std::size(all))];
    }
    const std::string& program() { return program_names()[below(kPrograms)]; }
    std::string list() { return "programs_" + std::to_string(below(kLists)); }
    std::string known() { return "known_" + std::to_string(below(kLists)); }
    std::string directory() { return std::string(one_of(kDirectories)); }
    const std::string& path() { return one_of(wanted_paths()); }

    std::string exception() {
        switch (below(4)) {
            case 0: return "proc.name = " + program() + " and proc.pname in (" + list() + ")";
            case 1: return "proc.pname = " + program() + " and fd.name startswith " + directory();
            case 2: return "proc.cmdline startswith \"" + program() + " --update\"";
            default: return "container.image.repository endswith /" + program();
        }
    }
    std::string paths() {
        std::string out = "(fd.name startswith " + directory() + "/";
        for (std::size_t k = 1 + below(3); k > 0; --k) out += " or fd.name = " + path();
        if (below(3) == 0) out += " or fd.name endswith ." + program();
        if (below(3) == 0) out += " or fd.name contains /" + program() + "/";
        return out + ")";
    }
    std::string who() {
        std::string out = " and not proc.name in (" + list() + ") and not " + known();
        if (below(2) == 0) out += " and not proc.pname in (" + list() + ")";
        if (below(3) == 0) out += " and not proc.aname[2] in (" + list() + ")";
        if (below(2) == 0) out += " and not " + known();
        if (below(3) == 0) out += " and container";
        if (below(6) == 0) out += " and not container.image.repository in (" + list() + ")";
        if (below(6) == 0) out += " and not user.name in (backup, postgres, " + program() + ")";
        return out;
    }
    std::string condition() {
        const std::size_t kind = below(100);
        if (kind < 40)
            return (below(2) == 0 ? "open_write and " : "open_read and ") + paths() + who();
        if (kind < 70) return spawn() + who();
        if (kind < 82) return network() + who();
        if (kind < 95) return "modify and " + changed() + who();
        return rare() + who();
    }
    std::string spawn() {
        std::string out = "spawned_process and ";
        switch (below(4)) {
            case 0: out += "proc.name in (" + list() + ")"; break;
            case 1: out += "proc.name = " + program() + " and proc.args contains \"-e \""; break;
            case 2: out += "proc.cmdline contains \"" + program() + " -i\""; break;
            default: out += "(proc.exe startswith /tmp/ or proc.exe endswith /" + program() + ")";
        }
        if (below(3) == 0) out += " and interactive";
        return out;
    }
    std::string network() {
        switch (below(3)) {
            case 0:
                return "outbound and fd.sport in (22, 4444, " +
                       std::to_string(1024 + below(60000)) + ")";
            case 1:
                return "outbound and fd.snet in (\"10.0.0.0/8\", \"172.16.0.0/12\") and proc.name "
                       "in (" +
                       list() + ")";
            default:
                return "evt.type in (sendto, sendmsg) and fd.l4proto = udp and fd.sport = 53 and "
                       "proc.name in (" +
                       list() + ")";
        }
    }
    std::string changed() {
        switch (below(3)) {
            case 0: return "evt.arg.path startswith " + directory();
            case 1:
                return "(evt.arg.newpath startswith " + directory() +
                       " or evt.arg.oldpath = " + path() + ")";
            default: return "fs.path.name startswith " + directory() + "/";
        }
    }
    std::string rare() {
        switch (below(4)) {
            case 0: return "evt.type = ptrace and evt.arg.request contains PTRACE_POKE";
            case 1: return "evt.type in (setuid, setresuid) and evt.arg.uid = 0";
            case 2: return "evt.type in (bpf, init_module, finit_module)";
            default:
                return "evt.type in (unshare, setns) and thread.cap_effective contains "
                       "CAP_SYS_ADMIN";
        }
    }
    std::string rule(std::size_t k) {
        return "- rule: Rule " + std::to_string(k) +
               "\n  desc: made for a measurement\n  condition: >\n    " + condition() +
               "\n  output: \"made (user=%user.name command=%proc.cmdline file=%fd.name)\"\n" +
               "  priority: " + std::string(one_of(kPriorities)) + "\n  tags: [process]\n";
    }

    std::mt19937 random_;
};

std::vector<std::string> make_names() {
    static constexpr std::string_view kStems[] = {
        "apt",   "dpkg",  "yum", "bash", "ssh",  "cron", "sys", "java", "node",
        "nginx", "redis", "pg",  "my",   "kube", "dock", "run", "log",  "mail",
        "ntp",   "snap",  "git", "py",   "perl", "rub",  "gcc"};
    static constexpr std::string_view kEnds[] = {"d",      "ctl",     "-get",   "-agent",
                                                 "-proxy", "-helper", "-init",  "3.11",
                                                 "-admin", "-run",    "-check", "x"};
    std::vector<std::string> names;
    for (const bool wanted : {true, false}) {
        for (std::size_t k = 0; k < kPrograms; ++k) {
            names.push_back((wanted ? "" : "my-") + std::string(kStems[k % std::size(kStems)]) +
                            std::string(kEnds[k / std::size(kStems) % std::size(kEnds)]));
        }
    }
    return names;
}

std::vector<std::string> make_paths() {
    std::vector<std::string> paths;
    for (const std::string_view directory : kDirectories) {
        for (const char* name : {"shadow", "id_rsa", "config", "token", "sudoers", "passwd",
                                 "hosts", "crontab", "authorized_keys", "profile", "core", "rules"})
            paths.push_back(std::string(directory) + "/" + name);
    }
    return paths;
}

}  // namespace

std::string make_rules_text(std::size_t rules, std::uint32_t seed) {
    return Writer(seed).text(rules);
}

const std::vector<std::string>& program_names() {
    static const std::vector<std::string> names = make_names();
    return names;
}
const std::vector<std::string>& wanted_paths() {
    static const std::vector<std::string> paths = make_paths();
    return paths;
}

}  // namespace sensor::bench
