// SPDX-License-Identifier: Apache-2.0
// ContainerdRuntime: containerd's own API over gRPC, for containers that neither CRI nor docker
// made. See Runtime.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtimes/containerd_record.hpp"
#include "runtimes/runtime.hpp"

namespace sensor::runtimes {

class ContainerdRuntime final : public Runtime {
public:
    /// others: namespaces that another runtime answers for, with more to say
    ContainerdRuntime(Shared& shared, std::string socket, std::set<std::string> others)
        : Runtime(shared, std::move(socket)), others_(std::move(others)) {}
    ~ContainerdRuntime() override { silence(); }

    std::string_view name() const noexcept override { return "containerd"; }
    void list(std::function<void(Ids)> done) override;
    void get(const std::string& id, std::function<void(Found)> done) override;
    std::size_t width() const noexcept override { return spaces_.size(); }
    void listen(std::function<void(Announcement)> take,
                std::function<void(std::string)> ended) override;
    void silence() override;

private:
    struct Listing;
    struct Asked;
    Request call_in(const std::string& space, std::string_view method,
                    std::string_view message) const;
    void with_spaces(std::function<void(Result<>)> done);
    void list_in(const std::string& space, std::shared_ptr<Listing> listing);
    void get_in(const std::string& space, std::shared_ptr<Asked> asked);
    void get_image(const std::string& space, std::shared_ptr<Asked> asked);
    void add_space(const std::string& space);

    const std::set<std::string> others_;
    std::set<std::string> spaces_;
    Exchange::Name stream_ = 0;
};

}  // namespace sensor::runtimes
