// SPDX-License-Identifier: Apache-2.0
#include "metrics/hash.hpp"

#include <openssl/evp.h>

#include <array>

#include "base/check.hpp"

namespace sensor::metrics {

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    unsigned length = 0;
    // Fails only without memory, or where the library has no SHA-256.
    SENSOR_CHECK(
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1);
    SENSOR_CHECK(length == digest.size());
    std::string out;
    for (const unsigned char byte : digest) {
        out.push_back("0123456789abcdef"[byte >> 4]);
        out.push_back("0123456789abcdef"[byte & 15]);
    }
    return out;
}

FileHash file_hash(std::string_view path, std::string_view content) {
    return {std::string(path.substr(path.rfind('/') + 1)), sha256(content)};
}

}  // namespace sensor::metrics
