// SPDX-License-Identifier: Apache-2.0
// RequestParser: bytes of a connection to one request, within limits. Knows no socket. The only
// file behind it that sees the HTTP library is request_parser.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sensor::web {

class RequestParser {
public:
    enum class State { NeedMore, Done, Bad };

    /// Limits in bytes: of the request line with all headers, and of the body.
    RequestParser(std::size_t most_head, std::size_t most_body);
    ~RequestParser();
    RequestParser(RequestParser&&) noexcept;
    RequestParser& operator=(RequestParser&&) noexcept;

    /// Takes from the front of `bytes` and returns how many it took; the rest must come again with
    /// what follows it, unless the state is Done: then it belongs to the next request.
    std::size_t take(std::string_view bytes);
    State state() const noexcept;
    /// Of a bad one, what to answer: 400, 411 (a body in chunks), 413, 417, 431.
    unsigned status() const noexcept;

    /// The views are borrowed from the parser; they are valid once it is done.
    std::string_view method() const noexcept;
    std::string_view target() const noexcept;
    std::string_view header(std::string_view name) const;
    std::string_view body() const noexcept;
    bool keep_alive() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sensor::web
