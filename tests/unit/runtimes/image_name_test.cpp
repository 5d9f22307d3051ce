// SPDX-License-Identifier: Apache-2.0
#include "runtimes/image_name.hpp"

#include "tests/support/catch.hpp"

using namespace sensor::runtimes;
using sensor::containers::ContainerRecord;

namespace {

std::string parts(std::string_view text) {
    const ImageName name = split_image(text);
    return std::string(name.repository) + "|" + std::string(name.tag) + "|" +
           std::string(name.digest);
}

ContainerRecord filled(const std::string& image, std::vector<std::string> tags,
                       std::vector<std::string> digests) {
    ContainerRecord record;
    record.image = image;
    fill_image(record, tags, digests);
    return record;
}

}  // namespace

TEST_CASE("images' names have parts") {
    CHECK(parts("app") == "app||");
    CHECK(parts("app:2") == "app|2|");
    CHECK(parts("host:5000/shop/app") == "host:5000/shop/app||");
    CHECK(parts("host:5000/shop/app:2@sha256:beef") == "host:5000/shop/app|2|sha256:beef");
    CHECK(parts("shop/app@sha256:beef") == "shop/app||sha256:beef");
    CHECK(parts("sha256:beef") == "||sha256:beef");
    CHECK(parts("") == "||");
    CHECK(parts(":") == "||");
}

TEST_CASE("ids of images are told from names") {
    CHECK(is_image_id("sha256:beef"));
    CHECK(is_image_id("0123456789ab"));
    CHECK(is_image_id(std::string(64, 'a')));
    CHECK_FALSE(is_image_id("beef"));
    CHECK_FALSE(is_image_id("app:2"));
    CHECK_FALSE(is_image_id(std::string(65, 'a')));
    CHECK(bare_id("sha256:beef") == "beef");
    CHECK(bare_id("beef") == "beef");
}

TEST_CASE("what the text lacks comes from the image") {
    const ContainerRecord one = filled("shop/app:2", {"shop/app:1"}, {"shop/app@sha256:beef"});
    CHECK(one.image_repository == "shop/app");
    CHECK(one.image_tag == "2");
    CHECK(one.image_digest == "sha256:beef");
    const ContainerRecord by_id = filled(std::string(64, 'a'), {"shop/app:1", "other:3"},
                                         {"other@sha256:aa", "shop/app@sha256:bb"});
    CHECK(by_id.image_repository == "shop/app");
    CHECK(by_id.image_tag == "1");
    CHECK(by_id.image_digest == "sha256:bb");
    const ContainerRecord docker = filled("nginx:1", {}, {"docker.io/library/nginx@sha256:cc"});
    CHECK(docker.image_digest == "sha256:cc");
    CHECK(filled("nginx:1", {}, {"other@sha256:dd"}).image_digest == "sha256:dd");
    CHECK(filled("nginx:1", {}, {"a@sha256:d", "b@sha256:e"}).image_digest.empty());
    CHECK(filled("sha256:aa", {}, {}).image_repository.empty());
    CHECK(filled("app@sha256:aa", {"app:7"}, {}).image_tag.empty());
    CHECK(filled("app", {"app:7"}, {}).image_tag == "7");
}
