#include "mock_server/http/certificate_authority.h"

#include <cstdio>
#include <memory>

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "contracts/api/vendor_hosts.h"
#include "tests/support/catch.h"

using namespace zimmock;

namespace {

constexpr std::int64_t kNow = 1'790'000'000'000;

std::shared_ptr<X509> read(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  return {PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free};
}

// OpenSSL's verdict on the leaf for that host at that time.
std::string verify(const mock::CertificateAndKey& ca, const mock::CertificateAndKey& leaf,
                   const std::string& host, std::int64_t at_ms) {
  const auto root = read(ca.certificate_pem), certificate = read(leaf.certificate_pem);
  REQUIRE(root);
  REQUIRE(certificate);
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(),
                                                                      X509_STORE_free);
  X509_STORE_add_cert(store.get(), root.get());
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(
      X509_STORE_CTX_new(), X509_STORE_CTX_free);
  X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set1_host(param, host.c_str(), host.size());
  X509_VERIFY_PARAM_set_time(param, at_ms / 1000);
  X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
  if (X509_verify_cert(context.get()) == 1) return "ok";
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

}  // namespace

TEST_CASE("a leaf is good for localhost and the seven vendor hosts, and for no other") {
  const auto ca = mock::make_ca(kNow);
  REQUIRE(ca);
  const auto leaf = mock::make_leaf(*ca, kNow);
  REQUIRE(leaf);
  REQUIRE(kVendorHosts.size() == 7);
  for (const std::string_view host : kVendorHosts) {
    CHECK(verify(*ca, *leaf, std::string(host), kNow) == "ok");
  }
  CHECK(verify(*ca, *leaf, "localhost", kNow) == "ok");
  CHECK(verify(*ca, *leaf, "zego.im", kNow) != "ok");
  CHECK(verify(*ca, *leaf, "example.com", kNow) != "ok");
}

TEST_CASE("a leaf holds for 90 days and is not good for another CA") {
  const auto ca = mock::make_ca(kNow), other = mock::make_ca(kNow);
  const auto leaf = mock::make_leaf(*ca, kNow);
  constexpr std::int64_t kDayMs = 86'400'000;
  CHECK(verify(*ca, *leaf, "localhost", kNow + 89 * kDayMs) == "ok");
  CHECK(verify(*ca, *leaf, "localhost", kNow + 91 * kDayMs) == "certificate has expired");
  CHECK(verify(*other, *leaf, "localhost", kNow) != "ok");
  CHECK(ca->certificate_pem != other->certificate_pem);
}

TEST_CASE("a rubbish CA is an error, not a crash") {
  CHECK_FALSE(mock::make_leaf({"rubbish", "rubbish"}, kNow));
}
