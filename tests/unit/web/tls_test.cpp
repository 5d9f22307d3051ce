// SPDX-License-Identifier: Apache-2.0
// HTTPS: a request over TLS, what is refused, certificates that change on disk.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "tests/unit/web/client.hpp"
#include "web/server.hpp"

namespace {

using namespace sensor::web;
namespace fs = std::filesystem;

template <auto Free>
struct Freer {
    template <typename T>
    void operator()(T* one) const {
        Free(one);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freer<SSL_free>>;

Certificate make_certificate(EVP_PKEY* key, long serial) {
    Certificate out(X509_new());
    ASN1_INTEGER_set(X509_get_serialNumber(out.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(out.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(out.get()), 3600);
    X509_set_pubkey(out.get(), key);
    X509_NAME* const name = X509_get_subject_name(out.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(out.get(), name);
    REQUIRE(X509_sign(out.get(), key, EVP_sha256()) > 0);
    return out;
}

/// A folder with server.pem.
class Pem {
public:
    Pem() {
        std::string name = (fs::temp_directory_path() / "pem-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder_ = name;
    }
    ~Pem() { fs::remove_all(folder_); }
    Pem(const Pem&) = delete;
    Pem& operator=(const Pem&) = delete;

    std::string path() const { return folder_ + "/server.pem"; }
    /// A new key and certificate in place of the old. other_key: the key is not the certificate's
    void put(long serial, bool other_key = false, const char* password = nullptr) const {
        const Key key(EVP_EC_gen("P-256")), other(EVP_EC_gen("P-256"));
        const Certificate certificate = make_certificate(key.get(), serial);
        const std::string next = path() + ".new";
        std::FILE* const file = std::fopen(next.c_str(), "w");
        REQUIRE(file != nullptr);
        PEM_write_X509(file, certificate.get());
        PEM_write_PrivateKey(file, other_key ? other.get() : key.get(),
                             password != nullptr ? EVP_aes_128_cbc() : nullptr, nullptr, 0, nullptr,
                             const_cast<char*>(password));
        std::fclose(file);
        ::chmod(next.c_str(), 0600);
        fs::rename(next, path());
    }
    void put_text(const std::string& text) const {
        std::ofstream(path() + ".new") << text;
        fs::rename(path() + ".new", path());
    }

private:
    std::string folder_;
};

struct Answer {
    std::string text;
    long serial = -1;
};

/// One request over TLS; no text if there was no handshake.
Answer ask(std::uint16_t port, int most_version = 0) {
    const Context context(SSL_CTX_new(TLS_client_method()));
    if (most_version != 0) {
        SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context.get(), most_version);
        SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
    }
    const Session session(SSL_new(context.get()));
    sensor::testing::Client client(port);
    SSL_set_fd(session.get(), client.fd());
    Answer out;
    if (SSL_connect(session.get()) != 1) return out;
    const Certificate peer(SSL_get1_peer_certificate(session.get()));
    out.serial = ASN1_INTEGER_get(X509_get0_serialNumber(peer.get()));
    const std::string request = "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n";
    REQUIRE(SSL_write(session.get(), request.data(), static_cast<int>(request.size())) > 0);
    char part[1024];
    for (int n = 0; (n = SSL_read(session.get(), part, sizeof part)) > 0;)
        out.text.append(part, static_cast<std::size_t>(n));
    SSL_shutdown(session.get());
    return out;
}

std::vector<Route> routes() {
    return {{"GET", "/healthz", Access::Open, [](const Request&, const Reply& reply) {
                 Response response;
                 response.body = "well";
                 reply.send(std::move(response));
             }}};
}

sensor::Result<Server> start(const Pem& pem) {
    WebOptions options;
    options.port = 0;
    options.certificate = pem.path();
    return Server::start(options, routes());
}

TEST_CASE("a request over TLS 1.3 and 1.2, and none over 1.1") {
    const Pem pem;
    pem.put(7);
    const auto server = start(pem);
    REQUIRE(server);
    const Answer newest = ask(server->port());
    CHECK(newest.text.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(newest.text.ends_with("well"));
    CHECK(newest.serial == 7);
    CHECK(ask(server->port(), TLS1_2_VERSION).text.ends_with("well"));
    CHECK(ask(server->port(), TLS1_1_VERSION).text.empty());
}

TEST_CASE("plain HTTP, garbage and silence on a TLS port end alone") {
    const Pem pem;
    pem.put(7);
    const auto server = start(pem);
    REQUIRE(server);
    sensor::testing::Client plain(server->port()), garbage(server->port()), half(server->port());
    plain.send("GET /healthz HTTP/1.1\r\n\r\n");
    garbage.send(std::string(500, '\x16'));
    half.send("\x16\x03\x01");
    CHECK(ask(server->port()).text.ends_with("well"));
    half.finish();
    (void)plain.answer();
    (void)garbage.answer();
    (void)half.answer();
    CHECK(ask(server->port()).text.ends_with("well"));
}

TEST_CASE("a certificate that changes is served anew; a bad one leaves the old one") {
    const Pem pem;
    pem.put(7);
    const auto server = start(pem);
    REQUIRE(server);
    const auto serial_becomes = [&server](long serial) {
        for (int k = 0; k < 600; ++k) {
            if (ask(server->port()).serial == serial) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    };
    CHECK(serial_becomes(7));
    pem.put(8);
    CHECK(serial_becomes(8));
    pem.put_text("no certificate");
    CHECK(serial_becomes(8));
    pem.put(9, true);
    CHECK(serial_becomes(8));
    pem.put(10);
    CHECK(serial_becomes(10));
}

TEST_CASE("a file that is not usable keeps it from starting") {
    const Pem pem;
    pem.put(7, true);
    auto refused = start(pem);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.find(pem.path()) != std::string::npos);
    pem.put(7, false, "secret");
    refused = start(pem);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.find("private key") != std::string::npos);
    pem.put_text("no certificate");
    refused = start(pem);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.find("certificate") != std::string::npos);
}

}  // namespace
