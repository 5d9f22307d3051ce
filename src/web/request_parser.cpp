// SPDX-License-Identifier: Apache-2.0
#include "web/request_parser.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/check.hpp"

namespace sensor::web {
namespace {

namespace http = boost::beast::http;

unsigned status_of(const boost::system::error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
    if (error == http::error::body_limit) return 413;
    return 400;
}

template <typename Text>
std::string_view view(const Text& text) noexcept {
    return {text.data(), text.size()};
}

}  // namespace

struct RequestParser::Impl {
    Impl(std::size_t head, std::size_t body) : most_head(head) {
        // The library's own limit is exact only where all comes at once, so it is a little more.
        parser.header_limit(static_cast<std::uint32_t>(head + 64));
        parser.body_limit(body);
        // Stops behind the head, so that what it expects is known before the body.
        parser.eager(false);
    }
    void refuse(unsigned with) {
        state = State::Bad;
        status = with;
    }

    http::request_parser<http::string_body> parser;
    State state = State::NeedMore;
    unsigned status = 0;
    std::size_t most_head, head_bytes = 0;
    bool seen_head = false;
};

RequestParser::RequestParser(std::size_t most_head, std::size_t most_body)
    : impl_(std::make_unique<Impl>(most_head, most_body)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

std::size_t RequestParser::take(std::string_view bytes) {
    Impl& in = *impl_;
    std::size_t used = 0;
    while (in.state == State::NeedMore && used < bytes.size()) {
        const std::string_view rest = bytes.substr(used);
        boost::system::error_code error;
        const std::size_t n = in.parser.put({rest.data(), rest.size()}, error);
        used += n;
        const bool incomplete = error == http::error::need_more;
        if (error && !incomplete) in.refuse(status_of(error));
        if (!in.seen_head) {
            in.head_bytes += n;
            const std::size_t waiting = in.parser.is_header_done() ? 0 : rest.size() - n;
            if (in.head_bytes + waiting > in.most_head) in.refuse(431);
        }
        if (in.state == State::Bad) break;
        if (!in.seen_head && in.parser.is_header_done()) {
            in.seen_head = true;
            const auto& head = in.parser.get();
            // Nobody here has so much to say that it must ask first, or does not know how much.
            // Boost 1.74 also asserts on some last chunks.
            if (head.find(http::field::transfer_encoding) != head.end()) in.refuse(411);
            if (!in.parser.is_done() && head.find(http::field::expect) != head.end())
                in.refuse(417);
        } else if (n == 0) {
            break;
        }
        if (in.state == State::NeedMore && in.parser.is_done()) in.state = State::Done;
    }
    return used;
}

RequestParser::State RequestParser::state() const noexcept { return impl_->state; }
unsigned RequestParser::status() const noexcept { return impl_->status; }

std::string_view RequestParser::method() const noexcept {
    return view(impl_->parser.get().method_string());
}
std::string_view RequestParser::target() const noexcept {
    return view(impl_->parser.get().target());
}
std::string_view RequestParser::header(std::string_view name) const {
    return view(impl_->parser.get()[boost::beast::string_view(name.data(), name.size())]);
}
std::string_view RequestParser::body() const noexcept { return impl_->parser.get().body(); }
bool RequestParser::keep_alive() const noexcept { return impl_->parser.keep_alive(); }

}  // namespace sensor::web
