// SPDX-License-Identifier: Apache-2.0
#include "eval/compare.hpp"

#include <cstring>

namespace sensor::eval {
namespace {

enum class Order { Less, Equal, Greater, None };

template <typename T>
Order order_of(T a, T b) noexcept {
    if (a < b) return Order::Less;
    if (b < a) return Order::Greater;
    return a == b ? Order::Equal : Order::None;  // a NaN is neither
}

double to_double(const Value& v) noexcept {
    switch (v.kind) {
        case Kind::Double: return v.as_double();
        case Kind::Int: return static_cast<double>(v.as_int());
        default: return static_cast<double>(v.as_uint());
    }
}

Order order_numbers(const Value& a, const Value& b) noexcept {
    if (a.kind == Kind::Double || b.kind == Kind::Double)
        return order_of(to_double(a), to_double(b));
    const bool a_negative = a.kind == Kind::Int && a.as_int() < 0;
    const bool b_negative = b.kind == Kind::Int && b.as_int() < 0;
    if (a_negative != b_negative) return a_negative ? Order::Less : Order::Greater;
    return order_of(a.bits, b.bits);  // two negative ones order the same way in two's complement
}

Order order_bytes(std::string_view a, std::string_view b) noexcept {
    return order_of(a.compare(b), 0);
}

Order order(const Value& a, const Value& b) noexcept {
    if (is_number(a) && is_number(b)) return order_numbers(a, b);
    if (is_textual(a) && is_textual(b)) return order_bytes(a.text(), b.text());
    if (a.kind == b.kind && (a.kind == Kind::Ip4 || a.kind == Kind::Ip6))
        return order_bytes(a.text(), b.text());
    return Order::None;
}

bool compare_bytes(Op op, std::string_view text, std::string_view part) noexcept {
    switch (op) {
        case Op::contains:
        case Op::bcontains: return contains(text, part);
        case Op::icontains: return contains_fold(text, part);
        case Op::startswith:
        case Op::bstartswith: return text.starts_with(part);
        case Op::endswith: return text.ends_with(part);
        default: return false;
    }
}

}  // namespace

bool contains(std::string_view text, std::string_view part) noexcept {
    if (part.empty()) return true;
    if (text.size() < part.size()) return false;
    return ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

bool contains_fold(std::string_view text, std::string_view part) noexcept {
    if (part.empty()) return true;
    if (text.size() < part.size()) return false;
    const unsigned char first = fold(part[0]);
    for (std::size_t at = 0; at + part.size() <= text.size(); ++at) {
        if (fold(text[at]) != first) continue;
        std::size_t k = 1;
        while (k < part.size() && fold(text[at + k]) == fold(part[k])) ++k;
        if (k == part.size()) return true;
    }
    return false;
}

bool equal(const Value& left, const Value& right) noexcept {
    return order(left, right) == Order::Equal;
}

bool compare(Op op, const Value& left, const Value& right) noexcept {
    switch (op) {
        case Op::eq:
        case Op::eq1: return order(left, right) == Order::Equal;
        case Op::ne: return order(left, right) != Order::Equal;
        case Op::lt: return order(left, right) == Order::Less;
        case Op::gt: return order(left, right) == Order::Greater;
        case Op::le: {
            const Order o = order(left, right);
            return o == Order::Less || o == Order::Equal;
        }
        case Op::ge: {
            const Order o = order(left, right);
            return o == Order::Greater || o == Order::Equal;
        }
        default: break;
    }
    return is_textual(left) && is_textual(right) && compare_bytes(op, left.text(), right.text());
}

bool in_net(const Value& address, const Value& net, unsigned prefix) noexcept {
    if (address.kind != net.kind || address.len != net.len) return false;
    if (address.kind != Kind::Ip4 && address.kind != Kind::Ip6) return false;
    const std::string_view a = address.text();
    const std::string_view n = net.text();
    const std::size_t whole = prefix / 8 < a.size() ? prefix / 8 : a.size();
    if (whole != 0 && std::memcmp(a.data(), n.data(), whole) != 0) return false;
    const unsigned rest = prefix % 8;
    if (rest == 0 || whole == a.size()) return true;
    const auto mask = static_cast<unsigned char>(0xff << (8 - rest));
    return ((static_cast<unsigned char>(a[whole]) ^ static_cast<unsigned char>(n[whole])) & mask) ==
           0;
}

}  // namespace sensor::eval
