// SPDX-License-Identifier: Apache-2.0
// gRPC's frames around messages, and calls by them over an Exchange: one answer, or a stream of
// messages. Used by the runtimes that speak it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "runtimes/exchange.hpp"

namespace sensor::runtimes {

/// Those that are told apart.
enum GrpcStatus : int {
    kGrpcOk = 0,
    kGrpcCancelled = 1,
    kGrpcNotFound = 5,
    kGrpcUnimplemented = 12,
    kGrpcUnavailable = 14
};

/// The message in a frame: one byte that says whether it is packed, four of its size.
std::string grpc_frame(std::string_view message);
/// The only message of an answer. out: false if that is not what the bytes are
bool grpc_message(std::string_view frame, std::string_view& message) noexcept;

/// Cuts a stream into messages. One that is larger than `most` is passed over and counted.
class GrpcStream {
public:
    GrpcStream(std::size_t most, std::function<void(std::string_view)> take)
        : most_(most), take_(std::move(take)) {}
    /// out: false if these are no frames
    bool feed(std::string_view bytes);
    std::uint64_t passed_over() const noexcept { return passed_over_; }

private:
    const std::size_t most_;
    const std::function<void(std::string_view)> take_;
    std::string pending_;
    std::size_t skip_ = 0;
    std::uint64_t passed_over_ = 0;
};

/// A call: `method` is "/package.Service/Method".
Request grpc_request(std::string socket, std::string_view method, std::string_view message);

}  // namespace sensor::runtimes
