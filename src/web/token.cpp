// SPDX-License-Identifier: Apache-2.0
#include "web/token.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/check.hpp"
#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/memory_file.hpp"

namespace sensor::web {
namespace {

constexpr std::size_t kLeast = 16, kMost = 4096;
constexpr std::string_view kScheme = "bearer ";

Result<> check_mode(const std::string& path, const struct stat& info) {
    if (!S_ISREG(info.st_mode)) return Error("token file " + path + " is not a regular file");
    if (info.st_uid != 0 && info.st_uid != ::geteuid())
        return Error(format("token file {} belongs to user {}; it must be root's or our own", path,
                            info.st_uid));
    if ((info.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        return Error(
            format("token file {} has mode {:04o}; others must not read or write it, nor "
                   "its group write it: chmod 600",
                   path, info.st_mode & 07777U));
    return Ok{};
}

Result<std::string> read_secret(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file) return errno_error("Could not open token file " + path, errno);
    struct stat info = {};
    if (::fstat(file.get(), &info) != 0)
        return errno_error("Could not look at token file " + path, errno);
    SENSOR_TRY_OK(check_mode(path, info));
    SENSOR_TRY(std::string text, read_all(file.get(), kMost + 2));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
        text.pop_back();
    if (text.size() < kLeast || text.size() > kMost)
        return Error(format("token file {} holds {} characters; {} to {} are allowed", path,
                            text.size(), kLeast, kMost));
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; }))
        return Error("token file " + path + " holds other than printable ASCII without blanks");
    return text;
}

std::array<unsigned char, 32> digest_of(std::string_view text) {
    std::array<unsigned char, 32> out{};
    SENSOR_CHECK(EVP_Digest(text.data(), text.size(), out.data(), nullptr, EVP_sha256(), nullptr) ==
                 1);
    return out;
}

bool has_scheme(std::string_view text) {
    if (text.size() < kScheme.size()) return false;
    return std::equal(kScheme.begin(), kScheme.end(), text.begin(), [](char a, char b) {
        return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
    });
}

}  // namespace

Result<Token> Token::from_file(const std::string& path) {
    Token token;
    token.stamp_ = FileStamp(path);
    SENSOR_TRY(const std::string secret, read_secret(path));
    token.path_ = path;
    token.digest_ = digest_of(secret);
    return token;
}

bool Token::matches(std::string_view authorization, std::chrono::steady_clock::time_point now) {
    if (!is_set()) return false;
    if (stamp_.changed(path_, now)) {
        const Result<std::string> secret = read_secret(path_);
        if (secret) {
            digest_ = digest_of(*secret);
            log::info("Web server: the token was read again");
        } else {
            log::warning("Web server: the token stays the old one: {}", secret.error().text);
        }
    }
    if (!has_scheme(authorization)) return false;
    const Digest given = digest_of(authorization.substr(kScheme.size()));
    return CRYPTO_memcmp(given.data(), digest_.data(), given.size()) == 0;
}

}  // namespace sensor::web
