// SPDX-License-Identifier: Apache-2.0
#include "web/response_text.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/log.hpp"

namespace sensor::web {
namespace {

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 200: return "OK";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 411: return "Length Required";
        case 413: return "Content Too Large";
        case 417: return "Expectation Failed";
        case 422: return "Unprocessable Content";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        default: return "Status";
    }
}

/// As HTTP has it, in English whatever the locale says.
std::string date_text(std::int64_t now_s) {
    static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                         "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto seconds = static_cast<std::time_t>(now_s);
    std::tm parts = {};
    if (::gmtime_r(&seconds, &parts) == nullptr) return {};
    return format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                  kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                  kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                  parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string one_line(std::string text) {
    std::replace_if(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
    return text;
}

}  // namespace

std::string response_head(const Response& response, bool keep_alive, std::int64_t now_s) {
    std::string out = format(
        "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: {}\r\n",
        response.status, reason_phrase(response.status), date_text(now_s),
        one_line(response.content_type), response.body.size(), keep_alive ? "keep-alive" : "close");
    for (const auto& [name, value] : response.headers)
        out += one_line(name) + ": " + one_line(value) + "\r\n";
    return out + "\r\n";
}

}  // namespace sensor::web
