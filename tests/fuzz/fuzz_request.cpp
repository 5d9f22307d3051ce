// SPDX-License-Identifier: Apache-2.0
// Any bytes as the start of a connection: the requests found do not depend on how the bytes were
// cut, and every bad one has a status. What is found goes through the router and back as an
// answer's head.
//
// input: seed of the cuts u8 | bytes
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "web/request_parser.hpp"
#include "web/response_text.hpp"
#include "web/router.hpp"

namespace {

using namespace sensor::web;

constexpr std::size_t kMostHead = 512, kMostBody = 64;

struct Found {
    std::string method, target, body, authorization;
    bool keep_alive = false;
    unsigned bad = 0;  ///< status
    friend bool operator==(const Found&, const Found&) = default;
};

Found found_by(const RequestParser& parser) {
    return {std::string(parser.method()), std::string(parser.target()),
            std::string(parser.body()),   std::string(parser.header("Authorization")),
            parser.keep_alive(),          0};
}

/// All requests of a connection, as Connection reads them; parts of 1 to `most` bytes.
std::vector<Found> read_all(std::string_view bytes, std::size_t most, unsigned seed) {
    std::vector<Found> out;
    RequestParser parser(kMostHead, kMostBody);
    std::string input;
    while (true) {
        const std::size_t used = parser.take(input);
        if (used > input.size()) std::abort();
        input.erase(0, used);
        if (parser.state() == RequestParser::State::Bad) {
            if (parser.status() < 400 || parser.status() > 499) std::abort();
            out.emplace_back().bad = parser.status();
            return out;
        }
        if (parser.state() == RequestParser::State::Done) {
            out.push_back(found_by(parser));
            if (out.back().body.size() > kMostBody) std::abort();
            parser = RequestParser(kMostHead, kMostBody);
            if (!input.empty()) continue;
        }
        // What waits for more has a bound.
        if (input.size() > kMostHead + kMostBody) std::abort();
        if (bytes.empty()) return out;
        seed = seed * 1103515245 + 12345;
        const std::size_t count = std::min<std::size_t>(1 + (seed >> 16) % most, bytes.size());
        input.append(bytes.substr(0, count));
        bytes.remove_prefix(count);
    }
}

void check_route(const Found& request) {
    static const std::vector<Route> kRoutes = {{"GET", "/healthz", Access::Open, {}},
                                               {"POST", "/change", Access::Change, {}}};
    Router router(kRoutes, Token());
    const Verdict verdict = router.find(request.method, request.target, request.authorization, {});
    if (verdict.route != nullptr && verdict.route->path != request.target) std::abort();
    if (verdict.route == nullptr && verdict.refused.status < 400) std::abort();
    Response response = verdict.refused;
    response.headers.emplace_back("X", request.target + request.authorization);
    const std::string head = response_head(response, request.keep_alive, 0);
    if (head.find("\r\n\r\n") != head.size() - 4) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    // Never more at once than a connection reads: where a request is too large in several ways, it
    // depends on the parts which is seen first, but not that it is refused.
    const std::vector<Found> whole = read_all(bytes, 64, data[0]);
    const std::vector<Found> cut = read_all(bytes, 1, 0);
    const auto good = [](const std::vector<Found>& all) {
        return std::vector<Found>(
            all.begin(),
            std::find_if(all.begin(), all.end(), [](const Found& one) { return one.bad != 0; }));
    };
    if (good(whole) != good(cut)) std::abort();
    for (const Found& request : good(whole)) check_route(request);
    return 0;
}
