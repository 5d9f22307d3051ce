// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value, or one Error that says what was tried. For failures the world causes (files,
// kernel, network); the user's own mistakes are lang::Diagnostic, our bugs are SENSOR_CHECK.
// Method names are those of std::expected, so it can become one later.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace sensor {

struct Error {
    std::string text;  ///< one line: what was tried and why it failed
    int code = 0;      ///< errno where there is one

    Error() = default;
    explicit Error(std::string what, int err = 0) : text(std::move(what)), code(err) {}
};

/// Error from the present errno: "what: reason".
Error errno_error(const std::string& what, int err);

struct Ok {};

template <typename T = Ok>
class [[nodiscard]] Result {
public:
    Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : v_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const { return v_.index() == 0; }
    explicit operator bool() const { return has_value(); }
    T& operator*() & { return std::get<0>(v_); }
    const T& operator*() const& { return std::get<0>(v_); }
    T&& operator*() && { return std::get<0>(std::move(v_)); }
    T* operator->() { return &std::get<0>(v_); }
    const T* operator->() const { return &std::get<0>(v_); }
    const Error& error() const& { return std::get<1>(v_); }
    Error&& error() && { return std::get<1>(std::move(v_)); }

private:
    std::variant<T, Error> v_;
};

}  // namespace sensor

#define SENSOR_CONCAT2(a, b) a##b
#define SENSOR_CONCAT(a, b) SENSOR_CONCAT2(a, b)
/// Evaluates `expr`; on failure returns its error from the present function, else binds the value.
#define SENSOR_TRY(var, expr)                                    \
    auto SENSOR_CONCAT(try_, __LINE__) = (expr);                 \
    if (!SENSOR_CONCAT(try_, __LINE__).has_value())              \
        return std::move(SENSOR_CONCAT(try_, __LINE__)).error(); \
    var = *std::move(SENSOR_CONCAT(try_, __LINE__))
/// The same for results without a value.
#define SENSOR_TRY_OK(expr)                                                              \
    do {                                                                                 \
        auto sensor_try_result = (expr);                                                 \
        if (!sensor_try_result.has_value()) return std::move(sensor_try_result).error(); \
    } while (false)
