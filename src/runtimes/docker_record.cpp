// SPDX-License-Identifier: Apache-2.0
#include "runtimes/docker_record.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "base/log.hpp"
#include "containers/json_read.hpp"
#include "containers/pod.hpp"
#include "containers/short_id.hpp"
#include "runtimes/image_name.hpp"
#include "runtimes/small_file.hpp"

namespace sensor::runtimes {
namespace {

using namespace containers;

constexpr std::size_t kMostFile = 4 << 20;
constexpr std::string_view kContainer = "container:", kPodContainer = "k8s_POD";
constexpr std::string_view kOwnAttributes[] = {"name", "image", "containerExitCode", "podId"};

const char* type_of(DockerKind kind) { return kind == DockerKind::Docker ? "docker" : "podman"; }

/// Ports that the container has open on the host: {"80/tcp": [{"HostIp": ..., "HostPort": ...}]}
void read_ports(const Json& ports, ContainerRecord& to) {
    if (!ports.is_object()) return;
    for (const auto& [key, bindings] : ports.items()) {
        const std::size_t slash = key.find('/');
        if (slash == std::string::npos || key.substr(slash) != "/tcp" || !bindings.is_array())
            continue;
        const std::int64_t inside = integer_of(Json(key.substr(0, slash)));
        for (const Json& one : bindings) {
            if (to.ports.size() == kMostEntries) return;
            in_addr address{};
            const std::string host = text(one, "HostIp");
            if (!host.empty() && ::inet_pton(AF_INET, host.c_str(), &address) != 1) continue;
            const auto port = small<std::uint16_t>(one, "HostPort");
            if (port == 0 || inside <= 0 || inside > 0xffff) continue;
            to.ports.push_back({ntohl(address.s_addr), port, static_cast<std::uint16_t>(inside)});
        }
    }
}

/// Newer docker has it only for each network.
std::string address_of(const Json& network) {
    std::string address = text(network, "IPAddress");
    const Json& networks = member(network, "Networks");
    if (!address.empty() || !networks.is_object()) return address;
    for (const Json& one : networks)
        if (address.empty()) address = text(one, "IPAddress");
    return address;
}

void read_limits(const Json& host, ContainerRecord& to) {
    to.memory_limit = integer(host, "Memory");
    to.swap_limit = integer(host, "MemorySwap");
    if (const std::int64_t shares = integer(host, "CpuShares"); shares > 0) to.cpu_shares = shares;
    to.cpu_quota = integer(host, "CpuQuota");
    if (const std::int64_t period = integer(host, "CpuPeriod"); period > 0) to.cpu_period = period;
    to.cpuset_cpu_count = cpu_count(text(host, "CpusetCpus"));
}

void read_host(const Json& host, Inspected& to) {
    to.record.privileged = flag(host, "Privileged");
    to.record.host_pid = text(host, "PidMode") == "host";
    to.record.host_ipc = text(host, "IpcMode") == "host";
    const std::string network = text(host, "NetworkMode");
    to.record.host_network = network == "host";
    if (network.starts_with(kContainer)) to.network_of = network.substr(kContainer.size());
    read_limits(host, to.record);
}

void read_labels(const Json& labels, std::size_t longest, ContainerRecord& to) {
    to.labels = labels_of(labels);
    take_pod_from_labels(to);  // a pod's name may be longer than a label is kept
    std::erase_if(to.labels, [&](const auto& one) { return one.second.size() > longest; });
}

void read_names(DockerKind kind, const Json& from, ContainerRecord& to) {
    to.full_id = text(from, "Id");
    to.id = containers::short_id(to.full_id);
    to.type = type_of(kind);
    to.known = Known::Complete;
    to.name = text(from, "Name");
    if (to.name.starts_with('/')) to.name.erase(0, 1);
    to.is_pod_sandbox = to.name.find(kPodContainer) != std::string::npos;
    to.created_s = seconds_of(text(from, "Created"));
    to.image_id = bare_id(text(from, "Image"));
    to.size = integer(from, "SizeRw", -1);
    if (kind == DockerKind::Podman) {
        to.image = text(from, "ImageName");
        to.image_digest = text(from, "ImageDigest");
        to.is_pod_sandbox = to.is_pod_sandbox || flag(from, "IsInfra");
    } else {
        to.image = text(member(from, "Config"), "Image");
    }
}

Result<Inspected> inspected_json(DockerKind kind, const Json& from, std::size_t longest) {
    Inspected result;
    ContainerRecord& record = result.record;
    read_names(kind, from, record);
    if (record.full_id.empty()) return Error("its answer names no container");
    const Json& config = member(from, "Config");
    record.user = text(config, "User");
    record.env = texts_of(member(config, "Env"));
    read_labels(member(config, "Labels"), longest, record);
    record.mounts = mounts_of(member(from, "Mounts"));
    read_host(member(from, "HostConfig"), result);
    const Json& network = member(from, "NetworkSettings");
    record.ip = address_of(network);
    read_ports(member(network, "Ports"), record);
    if (!record.pod_name.empty()) record.pod_ip = record.ip;
    fill_image(record, {}, {});
    result.image_id = text(from, "Image");
    return result;
}

/// Takes "Id" and "State" of the objects in an array, nothing else, whatever their size.
class IdList : public nlohmann::json_sax<Json> {
public:
    std::vector<std::string> running, others;
    bool is_list = false;

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
        return false;
    }
    bool string(string_t& value) override {
        if (depth_ != 2) return true;
        if (key_ == "Id") id_ = value;
        if (key_ == "State") state_ = value;
        return true;
    }
    bool key(string_t& value) override {
        if (depth_ == 2) key_ = value;
        return true;
    }
    bool start_object(std::size_t) override { return enter(); }
    bool start_array(std::size_t) override {
        is_list = is_list || depth_ == 0;
        return enter();
    }
    bool end_array() override {
        --depth_;
        return true;
    }
    bool end_object() override {
        if (--depth_ != 1 || id_.empty()) return true;
        (state_ == "running" ? running : others).push_back(std::move(id_));
        id_.clear();
        state_.clear();
        return true;
    }

private:
    bool enter() {
        key_.clear();
        return ++depth_ < 64;
    }
    int depth_ = 0;
    std::string key_, id_, state_;
};

/// podman says the names by which it will answer, docker what the user called the image.
void finish_sketch(DockerKind kind, DockerEvent& event) {
    ContainerRecord& sketch = event.sketch;
    sketch.full_id = event.id;
    sketch.id = containers::short_id(event.id);
    sketch.type = type_of(kind);
    const bool for_good = kind == DockerKind::Podman && !sketch.name.empty() &&
                          !sketch.image.empty() && !is_image_id(sketch.image);
    sketch.known = for_good ? Known::Named : Known::Local;
    fill_image(sketch, {}, {});
}

}  // namespace

std::int64_t seconds_of(const std::string& time) {
    std::tm parts{};
    const char* end = ::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == nullptr) return 0;
    std::int64_t seconds = ::timegm(&parts);
    while (*end == '.' || (*end >= '0' && *end <= '9')) ++end;
    int hours = 0, minutes = 0;
    if ((*end == '+' || *end == '-') && std::sscanf(end + 1, "%2d:%2d", &hours, &minutes) == 2)
        seconds += (*end == '+' ? -60 : 60) * (hours * 60 + minutes);
    return std::max<std::int64_t>(seconds, 0);
}

std::int64_t cpu_count(std::string_view list) noexcept {
    constexpr unsigned kMost = 0xffff;
    std::int64_t count = 0;
    while (!list.empty()) {
        const std::string_view part = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), part.size() + 1));
        const char* end = part.data() + part.size();
        unsigned first = 0;
        const auto begin = std::from_chars(part.data(), end, first);
        if (begin.ec != std::errc()) return 0;
        unsigned last = first;
        if (begin.ptr != end) {
            if (*begin.ptr != '-') return 0;
            const auto rest = std::from_chars(begin.ptr + 1, end, last);
            if (rest.ec != std::errc() || rest.ptr != end) return 0;
        }
        if (last < first || last > kMost) return 0;
        count += last - first + 1;
    }
    return count;
}

Result<ImageNames> image_names(std::string_view json) {
    const Json whole = parse_json(json);
    if (!whole.is_object()) return Error("its answer on an image is no JSON object");
    return ImageNames{texts_of(member(whole, "RepoTags")), texts_of(member(whole, "RepoDigests"))};
}

Result<Inspected> inspected(DockerKind kind, std::string_view json, std::size_t label_max_len) {
    const Json whole = parse_json(json);
    if (!whole.is_object()) return Error("its answer on a container is no JSON object");
    return inspected_json(kind, whole, label_max_len);
}

Result<Inspected> inspected_files(std::string_view config, std::string_view host_config,
                                  std::string_view root, std::size_t label_max_len) {
    Json whole = parse_json(config);
    Json host = parse_json(host_config);
    if (!whole.is_object() || !host.is_object()) return Error("docker's files are no JSON objects");
    whole["Id"] = text(whole, "ID");
    whole["HostConfig"] = std::move(host);
    Json mounts = Json::array();
    if (const Json& points = member(whole, "MountPoints"); points.is_object()) {
        for (Json one : points) {
            if (!one.is_object()) continue;
            one["Mode"] = text(one, "Relabel");
            if (text(one, "Source").empty() && text(one, "Driver") == "local")
                one["Source"] = format("{}/volumes/{}/_data", root, text(one, "Name"));
            mounts.push_back(std::move(one));
        }
    }
    whole["Mounts"] = std::move(mounts);
    return inspected_json(DockerKind::Docker, whole, label_max_len);
}

Result<Inspected> inspected_folder(const std::string& host_root, const std::string& root,
                                   const std::string& id, std::size_t label_max_len) {
    const Fd top = open_root(host_root);
    const std::string folder = format("{}/containers/{}/", root, id);
    const std::string config = small_file(top, folder + "config.v2.json", kMostFile);
    const std::string host = small_file(top, folder + "hostconfig.json", kMostFile);
    SENSOR_TRY(Inspected found, inspected_files(config, host, root, label_max_len));
    if (found.record.full_id != id) return Error("docker's files are of another container");
    return found;
}

Result<std::vector<std::string>> listed_ids(std::string_view json) {
    IdList list;
    if (!Json::sax_parse(json.begin(), json.end(), &list) || !list.is_list)
        return Error("its list of containers is no JSON array");
    list.running.insert(list.running.end(), std::make_move_iterator(list.others.begin()),
                        std::make_move_iterator(list.others.end()));
    return std::move(list.running);
}

std::optional<DockerEvent> docker_event(DockerKind kind, std::string_view line,
                                        std::size_t label_max_len) {
    const Json whole = parse_json(line);
    const Json& actor = member(whole, "Actor");
    DockerEvent event{text(whole, "Action"), text(actor, "ID"), {}};
    if (event.action.empty() || event.id.empty()) return std::nullopt;
    const Json& attributes = member(actor, "Attributes");
    ContainerRecord& sketch = event.sketch;
    sketch.name = text(attributes, "name");
    sketch.image = text(attributes, "image");
    sketch.is_pod_sandbox = sketch.name.find(kPodContainer) != std::string::npos;
    // Labels stand among what the runtime adds.
    read_labels(attributes, label_max_len, sketch);
    std::erase_if(sketch.labels, [](const auto& one) {
        return std::find(std::begin(kOwnAttributes), std::end(kOwnAttributes), one.first) !=
               std::end(kOwnAttributes);
    });
    finish_sketch(kind, event);
    return event;
}

std::optional<DockerEvent> podman_file_event(std::string_view line, std::size_t label_max_len) {
    const Json whole = parse_json(line);
    DockerEvent event{text(whole, "Status"), text(whole, "ID"), {}};
    if (text(whole, "Type") != "container" || event.id.empty()) return std::nullopt;
    event.sketch.name = text(whole, "Name");
    event.sketch.image = text(whole, "Image");
    read_labels(member(whole, "Attributes"), label_max_len, event.sketch);
    finish_sketch(DockerKind::Podman, event);
    return event;
}

}  // namespace sensor::runtimes
