// SPDX-License-Identifier: Apache-2.0
#include "web/tls.hpp"

#include <openssl/ssl.h>
#include <sys/stat.h>

#include <tuple>

#include "base/log.hpp"

namespace sensor::web {
namespace {

namespace ssl = boost::asio::ssl;

void warn_if_readable(const std::string& path) {
    struct stat info = {};
    if (::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        log::warning("Web server: {} holds a private key and has mode {:04o}: chmod 600", path,
                     info.st_mode & 07777U);
}

void harden(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // An idle connection gives its buffers back.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

Result<Tls::Context> Tls::load(const std::string& path) {
    const auto failed = [&path](const char* what, const boost::system::error_code& error) {
        return Error(format("Could not load {} from {}: {}", what, path, error.message()));
    };
    boost::system::error_code error;
    const auto made = std::make_shared<ssl::context>(ssl::context::tls_server);
    harden(made->native_handle());
    // Else the library would ask at a terminal.
    made->set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; });
    std::ignore = made->use_certificate_chain_file(path, error);
    if (error) return failed("a certificate", error);
    std::ignore = made->use_private_key_file(path, ssl::context::pem, error);
    if (error) return failed("the certificate's private key", error);
    if (SSL_CTX_check_private_key(made->native_handle()) != 1)
        return Error("The private key in " + path + " belongs to another certificate");
    return made;
}

Result<Tls> Tls::from_file(const std::string& path) {
    Tls out;
    out.path_ = path;
    out.stamp_ = FileStamp(path);
    SENSOR_TRY(out.context_, load(path));
    warn_if_readable(path);
    return out;
}

Tls::Context Tls::context(std::chrono::steady_clock::time_point now) {
    if (!stamp_.changed(path_, now)) return context_;
    Result<Context> next = load(path_);
    if (next) {
        context_ = *std::move(next);
        log::info("Web server: the certificate was read again from {}", path_);
    } else {
        log::warning("Web server: the certificate stays the old one: {}", next.error().text);
    }
    return context_;
}

}  // namespace sensor::web
