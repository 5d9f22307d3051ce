// SPDX-License-Identifier: Apache-2.0
#include "runtimes/runtime.hpp"

#include "base/log.hpp"
#include "runtimes/grpc.hpp"

namespace sensor::runtimes {

Request Runtime::request(std::string target) const {
    Request made;
    made.socket = socket_;
    made.target = std::move(target);
    made.most_bytes = kMostRecordBytes;
    made.timeout = shared_.patience;
    return made;
}

Request Runtime::call(std::string_view method, std::string_view message) const {
    Request made = grpc_request(socket_, method, message);
    made.most_bytes = kMostRecordBytes;
    made.timeout = shared_.patience;
    return made;
}

std::unique_ptr<Found> Runtime::refusal(const Answer& answer) const {
    const auto because = [&](Found::Kind kind, std::string why) {
        return std::make_unique<Found>(Found{kind, {}, std::move(why)});
    };
    switch (answer.kind) {
        case Answer::Kind::TooLarge:
            ++shared_.tally->refused_large;
            return because(Found::Kind::Refused, answer.problem);
        case Answer::Kind::Garbage:
            ++shared_.tally->refused_garbage;
            return because(Found::Kind::Refused, answer.problem);
        case Answer::Kind::TimedOut:
            ++shared_.tally->timed_out;
            return because(Found::Kind::Failed, answer.problem);
        case Answer::Kind::Failed: return because(Found::Kind::Failed, answer.problem);
        case Answer::Kind::Answered: break;
    }
    if (answer.status == 404) return because(Found::Kind::No, "it does not know it");
    if (answer.status != 200)
        return because(Found::Kind::Failed, format("it answers with status {}", answer.status));
    return nullptr;
}

std::unique_ptr<Found> Runtime::refusal(const Answer& answer, std::string_view& message) const {
    if (auto refused = refusal(answer)) return refused;
    if (answer.grpc_status == kGrpcNotFound)
        return std::make_unique<Found>(Found{Found::Kind::No, {}, "it does not know it"});
    if (answer.grpc_status != kGrpcOk)
        return std::make_unique<Found>(
            Found{Found::Kind::Failed,
                  {},
                  format("it answers with gRPC status {} {}", answer.grpc_status,
                         answer.problem.substr(0, 200))});
    if (grpc_message(answer.body, message)) return nullptr;
    return std::make_unique<Found>(garbage(Error("its answer is no gRPC message")));
}

Found Runtime::garbage(const Error& error) const {
    ++shared_.tally->refused_garbage;
    return Found{Found::Kind::Refused, {}, error.text};
}

}  // namespace sensor::runtimes
