#pragma once

#include <filesystem>

#include "contracts/api/clock.h"
#include "contracts/api/result.h"
#include "mock_server/http/certificate_authority.h"

namespace zimmock::cli {

struct StoredCa {
  mock::CertificateAndKey ca;
  std::filesystem::path certificate_path;  // absolute
};

// This installation's CA from `dir` (ca.pem, and ca-key.pem readable by its owner only), made at
// first use. Several processes may do this at once.
Result<StoredCa> load_or_make_ca(const std::filesystem::path& dir, const Clock& clock);

// Where it is kept unless --ca-dir says otherwise.
std::filesystem::path default_ca_dir();

}  // namespace zimmock::cli
