// SPDX-License-Identifier: Apache-2.0
#include "runtimes/grpc.hpp"

#include <algorithm>

namespace sensor::runtimes {
namespace {

constexpr std::size_t kHead = 5;

std::size_t size_of(std::string_view frame) noexcept {
    std::size_t size = 0;
    for (std::size_t k = 1; k < kHead; ++k) size = size << 8 | static_cast<unsigned char>(frame[k]);
    return size;
}

}  // namespace

std::string grpc_frame(std::string_view message) {
    std::string frame(1, '\0');
    for (int shift = 24; shift >= 0; shift -= 8)
        frame.push_back(static_cast<char>(message.size() >> shift & 0xff));
    return frame.append(message);
}

bool grpc_message(std::string_view frame, std::string_view& message) noexcept {
    if (frame.size() < kHead || frame[0] != 0 || size_of(frame) != frame.size() - kHead)
        return false;
    message = frame.substr(kHead);
    return true;
}

bool GrpcStream::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        if (skip_ != 0) {
            const std::size_t part = std::min(skip_, bytes.size());
            skip_ -= part;
            bytes.remove_prefix(part);
            continue;
        }
        // First the head, then as much as it says.
        const std::size_t wanted = pending_.size() < kHead ? kHead : kHead + size_of(pending_);
        const std::size_t part = std::min(wanted - pending_.size(), bytes.size());
        pending_.append(bytes.substr(0, part));
        bytes.remove_prefix(part);
        if (pending_.size() < kHead) return true;
        if (pending_[0] != 0) return false;  // packed: it was not asked for
        const std::size_t size = size_of(pending_);
        if (size > most_) {
            skip_ = size;
            ++passed_over_;
            pending_.clear();
        } else if (pending_.size() == kHead + size) {
            take_(std::string_view(pending_).substr(kHead));
            pending_.clear();
        }
    }
    return true;
}

Request grpc_request(std::string socket, std::string_view method, std::string_view message) {
    Request request;
    request.socket = std::move(socket);
    request.target = method;
    request.grpc = true;
    request.body = grpc_frame(message);
    return request;
}

}  // namespace sensor::runtimes
