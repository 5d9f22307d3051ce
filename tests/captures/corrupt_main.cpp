// SPDX-License-Identifier: Apache-2.0
// Damages captures at random and reads them: reader, state and fields must end, in bounded memory,
// with success or an Error that names a place. A crash, a hang or memory beyond the limit ends this
// program with the seed on standard error.
//   corrupt_captures COUNT FILE...      COUNT damages of each file, packed and unpacked
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include "app/query.hpp"
#include "app/replay.hpp"
#include "capture/scap/byte_stream.hpp"
#include "judge/judge.hpp"

namespace {

using namespace sensor;

constexpr rlim_t kMostMemory = 500UL << 20;
constexpr unsigned kMostSeconds = 20;  // of one reading; most take milliseconds
constexpr const char* kFormat =
    "%evt.num %evt.time %evt.args %evt.res %fd.name %fd.type %fd.ip %fd.l4proto %proc.cmdline "
    "%proc.pname %proc.aname[2] %proc.cwd %proc.exepath %user.name %group.name %thread.tid "
    "%fs.path.name %proc.env %container.id";

std::uint64_t g_seed = 0;

/// What is worth changing: single bytes, lengths and type numbers, order, the end.
std::string damaged(std::string bytes, std::mt19937_64& random) {
    const auto at = [&] { return static_cast<std::size_t>(random() % bytes.size()); };
    for (std::uint64_t changes = 1 + random() % 6; changes-- > 0 && bytes.size() > 16;) {
        switch (random() % 6) {
            case 0: bytes[at()] = static_cast<char>(random()); break;
            case 1: bytes[at()] ^= static_cast<char>(1 << random() % 8); break;
            case 2: {  // a word of nothing, of everything, or of a large number
                const std::size_t place = at() & ~std::size_t{3};
                const char fill = random() % 2 == 0 ? '\0' : random() % 2 == 0 ? '\xff' : '\x7f';
                for (std::size_t k = place; k < place + 4 && k < bytes.size(); ++k) bytes[k] = fill;
                break;
            }
            case 3: bytes.resize(1 + at()); break;
            case 4: bytes.erase(at(), 1 + random() % 64); break;
            default: bytes.insert(at(), bytes, at(), 1 + random() % 64); break;
        }
    }
    return bytes;
}

Result<> read(std::string bytes, const rules::RunningRules& query, engine::Engine& engine) {
    SENSOR_TRY(std::unique_ptr<capture::ScapSource> source,
               capture::ScapSource::read(capture::scap::memory_bytes(std::move(bytes)), "damaged"));
    state::State state(judge::replay_state());
    judge::Judge judge(engine, state, 1, false);
    std::size_t printed = 0;
    const auto show = [&](const fields::Context& context, std::span<const std::uint32_t>) {
        judge::EngineTerms terms(engine);
        printed += output::render_message(query.rules[0].format, *query.program, terms,
                                          {false, context.event.ts_ns()})
                       .size();
    };
    return app::read_capture(
        *source, state,
        [&](std::span<const std::byte> record, std::uint64_t number, bool wanted) {
            judge.handle(record, number, wanted, show);
        },
        [] { return false; });
}

void too_slow(int) {
    char text[64];
    const int n = std::snprintf(text, sizeof text, "hangs with seed %llu\n",
                                static_cast<unsigned long long>(g_seed));
    if (::write(STDERR_FILENO, text, static_cast<std::size_t>(n)) != n) std::_Exit(4);
    std::_Exit(3);
}

/// out: false if an error says nothing
bool try_file(const std::string& bytes, std::uint64_t count, const rules::RunningRules& query,
              engine::Engine& engine, std::uint64_t& good) {
    for (std::uint64_t k = 0; k < count; ++k) {
        g_seed = k;
        std::mt19937_64 random(k);
        ::alarm(kMostSeconds);
        const Result<> done = read(damaged(bytes, random), query, engine);
        ::alarm(0);
        good += done.has_value() ? 1 : 0;
        if (!done.has_value() && done.error().text.find("damaged") == std::string::npos) {
            std::fprintf(stderr, "seed %llu: an error without the file: %s\n",
                         static_cast<unsigned long long>(k), done.error().text.c_str());
            return false;
        }
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("usage: corrupt_captures COUNT FILE...\n", stderr);
        return 2;
    }
#if !defined(__SANITIZE_ADDRESS__)
    const rlimit limit{kMostMemory, kMostMemory};
    setrlimit(RLIMIT_AS, &limit);
#endif
    log::configure(log::Level::Critical, false);
    std::signal(SIGALRM, too_slow);
    const Result<rules::RunningRules> query = app::make_query("", kFormat);
    if (!query.has_value()) return 2;
    engine::EngineOptions how;
    how.native = false;
    const auto engine = engine::Engine::create((*query).program, how);
    const std::uint64_t count = std::strtoull(argv[1], nullptr, 10);
    for (int k = 2; k < argc; ++k) {
        const Result<std::string> plain = capture::scap::read_unpacked(argv[k]);
        if (!plain.has_value()) {
            std::fprintf(stderr, "%s: %s\n", argv[k], plain.error().text.c_str());
            return 1;
        }
        std::ifstream file(argv[k], std::ios::binary);
        const std::string stored{std::istreambuf_iterator<char>(file), {}};
        std::uint64_t good = 0;
        if (!try_file(*plain, count, *query, *engine, good)) return 1;
        if (stored != *plain && !try_file(stored, count, *query, *engine, good)) return 1;
        std::printf("%s: %llu damages read to their end, the others told where\n", argv[k],
                    static_cast<unsigned long long>(good));
    }
    return 0;
}
