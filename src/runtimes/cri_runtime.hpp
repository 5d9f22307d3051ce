// SPDX-License-Identifier: Apache-2.0
// CriRuntime: a runtime that Kubernetes uses, by CRI runtime.v1 over gRPC. See Runtime.
#pragma once

#include <memory>
#include <string>

#include "runtimes/cri_record.hpp"
#include "runtimes/runtime.hpp"

namespace sensor::runtimes {

class CriRuntime final : public Runtime {
public:
    using Runtime::Runtime;
    ~CriRuntime() override { silence(); }

    std::string_view name() const noexcept override { return "cri"; }
    void list(std::function<void(Ids)> done) override;
    void get(const std::string& id, std::function<void(Found)> done) override;
    void listen(std::function<void(Announcement)> take,
                std::function<void(std::string)> ended) override;
    void silence() override;

private:
    struct Asked;
    using Done = std::function<void(Found)>;
    void list_containers(std::function<void(Ids)> done);
    void get_pod_of(std::shared_ptr<Asked> asked);
    void get_size(std::shared_ptr<Asked> asked);
    void get_as_pod(const std::string& id, Done done);
    void listen_containerd();
    void take_event(CriEvent event);
    bool has_none(const Answer& answer) const;
    void stream_ended(const Answer& answer);

    std::string type_;  ///< empty: Version was not answered yet
    Exchange::Name stream_ = 0;
    bool heard_ = false;  ///< anything from the present stream
    std::function<void(Announcement)> take_;
    std::function<void(std::string)> ended_;
};

}  // namespace sensor::runtimes
