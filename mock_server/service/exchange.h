#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mock_server/http/wire_answer.h"
#include "mock_server/service/authentication.h"
#include "mock_server/service/service.h"

namespace zimmock::mock {

// One request's way through the service: common parameters, faults before the body is read, body,
// authentication, rate, faults before the effect, handler, faults after it, journal. Used once.
class Exchange {
 public:
  // All three must outlive it.
  Exchange(Service& service, HttpRequest& request, const BodyReader& read_body);

  WireAnswer run();

 private:
  void judge();
  void find_tenant();
  void read_body();
  // Genuine, emulated and within the rate, or why not.
  std::optional<Finding> admit();
  void refuse(const Finding& finding) { reply_ = refuse_call(profile(), finding); }
  // True if a fault answers in the request's place.
  bool hit(FaultWhen point);
  ServiceCall call() const;
  // Takes secrets that were sent in a wrong place out of what is answered, logged and kept.
  void redact_reply();
  void redact_record();
  std::vector<std::string> secrets() const;
  void make_answer();
  void record();

  const Profile& profile() const;
  std::int64_t now_ms() const;  // as this request is judged

  Service& service_;
  HttpRequest& request_;
  const BodyReader& read_body_;
  std::int64_t started_ns_ = 0;
  std::shared_ptr<Tenant> tenant_;
  CommonParameters common_;
  RequestRecord record_;
  bool body_read_ = false;
  bool noted_ = false;  // what the body says is in the record
  int error_status_ = 200;
  Reply reply_;
  WireAnswer answer_;

  // What a fault has decided.
  std::int64_t clock_skew_ms_ = 0;
  std::optional<HttpResponse> instead_;
  std::string content_type_;
  std::optional<std::int64_t> late_ms_;
  std::optional<LateEffect> late_;
};

}  // namespace zimmock::mock
