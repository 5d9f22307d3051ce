// SPDX-License-Identifier: Apache-2.0
// DockerRuntime: docker's and podman's HTTP API over a socket. See Runtime.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "runtimes/docker_record.hpp"
#include "runtimes/runtime.hpp"

namespace sensor::runtimes {

class DockerRuntime final : public Runtime {
public:
    DockerRuntime(Shared& shared, std::string socket, DockerKind kind)
        : Runtime(shared, std::move(socket)), kind_(kind) {}
    ~DockerRuntime() override { silence(); }

    std::string_view name() const noexcept override {
        return kind_ == DockerKind::Docker ? "docker" : "podman";
    }
    void list(std::function<void(Ids)> done) override;
    void get(const std::string& id, std::function<void(Found)> done) override;
    void listen(std::function<void(Announcement)> take,
                std::function<void(std::string)> ended) override;
    void silence() override;

private:
    using Done = std::function<void(Found)>;
    std::string path(std::string_view rest) const;
    void learn_root();
    bool from_files(const std::string& id, Inspected& to) const;
    void with_image(std::shared_ptr<Inspected> found, Done done);
    void with_network(std::shared_ptr<Inspected> found, Done done);
    bool take_event_bytes(std::string_view bytes);
    void take_line(std::string_view line);
    const ImageNames* known_image(const Inspected& found) const;
    void keep_image(const std::string& id, ImageNames names);

    const DockerKind kind_;
    std::string root_;  ///< docker's folder of data; empty: not known
    std::unordered_map<std::string, ImageNames> images_;
    std::deque<std::string> image_order_;
    Exchange::Name stream_ = 0;
    std::string line_;
    bool skipping_ = false;  ///< the rest of a line that is too long
    std::function<void(Announcement)> take_;
};

}  // namespace sensor::runtimes
