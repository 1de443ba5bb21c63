#pragma once

// The client under test: it imports one message over HTTP and knows nothing of zimmock.

#include <curl/curl.h>
#include <openssl/evp.h>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <memory>
#include <random>
#include <string>

class ChatClient {
 public:
  ChatClient(std::string url, std::uint32_t app_id, std::string secret)
      : url_(std::move(url)), app_id_(std::to_string(app_id)), secret_(std::move(secret)) {}

  enum class Outcome { kStored, kRefused, kUnknown };

  // Imports a text into the sender's own list.
  Outcome import(const std::string& from, const std::string& to, const std::string& text) {
    const std::string body =
        R"({"FromUserId":")" + from + R"(","ToUserId":")" + to + R"(","ImportedUserId":")" + from +
        R"(","MessageType":1,"Priority":2,"MessageBody":{"Message":")" + text + R"("}})";
    std::string answer;
    if (!post(url_ + "/?" + query("ImportPeerMsg"), body, answer)) return Outcome::kUnknown;
    return answer.find(R"("Code":0,)") != std::string::npos ? Outcome::kStored : Outcome::kRefused;
  }

 private:
  std::string query(const std::string& action) {
    char nonce[17];
    std::snprintf(nonce, sizeof nonce, "%016llx", static_cast<unsigned long long>(random_()));
    const std::string now = std::to_string(std::time(nullptr));
    return "Action=" + action + "&AppId=" + app_id_ + "&SignatureNonce=" + nonce +
           "&Timestamp=" + now +
           "&SignatureVersion=2.0&Signature=" + md5(app_id_ + nonce + secret_ + now);
  }

  static std::string md5(const std::string& text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr);
    std::string hex;
    char two[3];
    for (unsigned int i = 0; i < size; ++i) {
      std::snprintf(two, sizeof two, "%02x", digest[i]);
      hex += two;
    }
    return hex;
  }

  static std::size_t append(char* data, std::size_t, std::size_t size, void* text) {
    static_cast<std::string*>(text)->append(data, size);
    return size;
  }

  static bool post(const std::string& url, const std::string& body, std::string& answer) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                   curl_easy_cleanup);
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
        curl_slist_append(nullptr, "Content-Type: application/json"), curl_slist_free_all);
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
    return curl_easy_perform(curl.get()) == CURLE_OK;
  }

  std::string url_;
  std::string app_id_;
  std::string secret_;
  std::mt19937_64 random_{std::random_device{}()};
};
