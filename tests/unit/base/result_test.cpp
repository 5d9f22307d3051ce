// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"

#include <cerrno>
#include <memory>

#include "tests/support/catch.hpp"

namespace {

using namespace sensor;

Result<int> half(int n) {
    if (n % 2 != 0) return Error("odd", EINVAL);
    return n / 2;
}
Result<int> quarter(int n) {
    SENSOR_TRY(const int h, half(n));
    SENSOR_TRY(const int q, half(h));
    return q;
}
Result<> even(int n) {
    SENSOR_TRY_OK(half(n));
    return Ok{};
}

}  // namespace

TEST_CASE("a result is a value or an error, and errors travel up") {
    CHECK(*quarter(8) == 2);
    CHECK_FALSE(quarter(6).has_value());
    CHECK(quarter(6).error().text == "odd");
    CHECK(quarter(6).error().code == EINVAL);
    CHECK(even(2).has_value());
    CHECK_FALSE(even(3));
}

TEST_CASE("a result can hold what cannot be copied") {
    Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
    const std::unique_ptr<int> value = *std::move(result);
    CHECK(*value == 7);
}

TEST_CASE("errno becomes text") {
    CHECK(errno_error("open x", ENOENT).text == "open x: No such file or directory");
}
