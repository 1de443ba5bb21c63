#include "mock_server/http/certificate_authority.h"

#include <ctime>
#include <memory>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "contracts/api/vendor_hosts.h"

namespace zimmock::mock {
namespace {

constexpr int kCaDays = 3650;
constexpr int kLeafDays = 90;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

tl::unexpected<Error> openssl_error(std::string_view doing) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return fail(ErrorKind::kSystem, fmt::format("certificate: could not {}: {}", doing, text.data()));
}

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Bio memory_of(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7F) | 0x40);  // positive, and of full length
  const std::unique_ptr<BIGNUM, Deleter<BN_free>> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_name(X509* certificate, const std::string& common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto add = [name](const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  return add("O", "zimmock") && add("CN", common_name);
}

bool set_validity(X509* certificate, std::int64_t now_ms, int days) {
  std::time_t now = static_cast<std::time_t>(now_ms / 1000);
  return X509_time_adj_ex(X509_getm_notBefore(certificate), -1, 0, &now) != nullptr &&
         X509_time_adj_ex(X509_getm_notAfter(certificate), days, 0, &now) != nullptr;
}

// A certificate with everything but issuer, extensions and signature.
Certificate blank(EVP_PKEY* key, const std::string& common_name, std::int64_t now_ms, int days) {
  constexpr long kVersion3 = 2;
  Certificate certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), kVersion3) != 1 ||
      !set_serial(certificate.get()) || !set_name(certificate.get(), common_name) ||
      !set_validity(certificate.get(), now_ms, days) ||
      X509_set_pubkey(certificate.get(), key) != 1) {
    return nullptr;
  }
  return certificate;
}

Result<CertificateAndKey> to_pem(X509* certificate, EVP_PKEY* key) {
  const Bio certificate_bio(BIO_new(BIO_s_mem())), key_bio(BIO_new(BIO_s_mem()));
  if (!certificate_bio || !key_bio || PEM_write_bio_X509(certificate_bio.get(), certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return openssl_error("write a certificate");
  }
  return CertificateAndKey{contents(certificate_bio.get()), contents(key_bio.get())};
}

std::string subject_names() {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  for (const std::string_view host : kVendorHosts) names += fmt::format(",DNS:{}", host);
  return names;
}

}  // namespace

Result<CertificateAndKey> make_ca(std::int64_t now_ms) {
  const PrivateKey key(EVP_EC_gen("P-256"));
  std::array<unsigned char, 4> id{};
  if (!key || RAND_bytes(id.data(), static_cast<int>(id.size())) != 1) {
    return openssl_error("make a key");
  }
  const std::string name =
      fmt::format("zimmock local CA {:02x}{:02x}{:02x}{:02x}", id[0], id[1], id[2], id[3]);
  const Certificate ca = blank(key.get(), name, now_ms, kCaDays);
  if (!ca || X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get())) != 1 ||
      !add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash") ||
      !add_extension(ca.get(), ca.get(), NID_name_constraints,
                     "critical,permitted;DNS:zego.im,permitted;DNS:localhost,"
                     "permitted;IP:127.0.0.0/255.0.0.0,"
                     "permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") ||
      X509_sign(ca.get(), key.get(), EVP_sha256()) == 0) {
    return openssl_error("make a CA");
  }
  return to_pem(ca.get(), key.get());
}

Result<CertificateAndKey> make_leaf(const CertificateAndKey& ca, std::int64_t now_ms) {
  const Certificate issuer(
      PEM_read_bio_X509(memory_of(ca.certificate_pem).get(), nullptr, nullptr, nullptr));
  const PrivateKey issuer_key(
      PEM_read_bio_PrivateKey(memory_of(ca.key_pem).get(), nullptr, nullptr, nullptr));
  if (!issuer || !issuer_key) return openssl_error("read the CA");
  const PrivateKey key(EVP_EC_gen("P-256"));
  if (!key) return openssl_error("make a key");
  const Certificate leaf = blank(key.get(), "zimmock", now_ms, kLeafDays);
  if (!leaf || X509_set_issuer_name(leaf.get(), X509_get_subject_name(issuer.get())) != 1 ||
      !add_extension(leaf.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(leaf.get(), issuer.get(), NID_key_usage, "critical,digitalSignature") ||
      !add_extension(leaf.get(), issuer.get(), NID_ext_key_usage, "serverAuth") ||
      !add_extension(leaf.get(), issuer.get(), NID_subject_key_identifier, "hash") ||
      !add_extension(leaf.get(), issuer.get(), NID_authority_key_identifier, "keyid:always") ||
      !add_extension(leaf.get(), issuer.get(), NID_subject_alt_name, subject_names()) ||
      X509_sign(leaf.get(), issuer_key.get(), EVP_sha256()) == 0) {
    return openssl_error("make a server certificate");
  }
  return to_pem(leaf.get(), key.get());
}

}  // namespace zimmock::mock
