#pragma once

// A run as a JSON document, and back. docs/schema/contract-run.schema.json describes it.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "contracts/api/result.h"
#include "contracts/harness/run_result.h"

namespace zimmock::inline contract {

// Goes up when a reader of the last version could no longer read the document.
inline constexpr std::int64_t kRunFormatVersion = 1;

inline constexpr CaseVerdict kVerdicts[] = {
    CaseVerdict::kPass,          CaseVerdict::kFail,        CaseVerdict::kKnownFailure,
    CaseVerdict::kFixed,         CaseVerdict::kFlaky,       CaseVerdict::kObserved,
    CaseVerdict::kNotApplicable, CaseVerdict::kNotExercised};

// The names that documents and links have: "known_failure", "unusable". They are stable, whatever
// to_string() says to people.
std::string_view verdict_word(CaseVerdict verdict);
std::string_view outcome_word(RunOutcome outcome);

// Everything that is known of the run, and what the registry says of its rules. Bodies longer than
// `max_body_bytes` are cut, and `body_bytes` beside them says how long they were.
nlohmann::json to_json(const RunResult& run,
                       std::size_t max_body_bytes = std::numeric_limits<std::size_t>::max());

// The reverse. What to_json() adds from the registry is not read; a rule that the document does not
// have was not exercised. An Error (kInput) for anything else than such a document, of this
// kRunFormatVersion: "WHERE: /cases/3/rule: expected ..., got ...".
Result<RunResult> run_from_json(std::string_view text, std::string_view where);

}  // namespace zimmock::inline contract
