#pragma once

// What several reports say in the same words.

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/harness/run_result.h"
#include "contracts/rules/rules.h"

namespace zimmock::inline contract {

// "import" of import.send-time-not-in-future.
std::string_view family_of(const Rule& row);

// The words of a text with spaces between.
std::vector<std::string_view> words_of(std::string_view text);

// The first bytes of a UTF-8 text, at most `max_bytes`, with no character cut in two.
std::string_view cut_at_character(std::string_view text, std::size_t max_bytes);

// Shell lines that do it again: the case by itself, then each call up to the first that was not
// answered as it must be. Calls without a curl_line() are left out, and those whose body is longer
// than `max_body_bytes`.
std::vector<std::string> reproduce_lines(
    const RunResult& run, const CaseResult& one,
    std::size_t max_body_bytes = std::numeric_limits<std::size_t>::max());

// "Total 812 · passed 790 · failed 2 · ... - violated". Fixed and flaky cases only where there are
// some.
std::string totals_line(const RunResult& run);

// Of the run, one line: target, contract version, when, how many calls.
std::string head_line(const RunResult& run);

// A case or a rule that makes the run fail: failed, or listed as failing and passed.
bool counts_as_failure(CaseVerdict verdict);

// An AnswerFinding as the line of a mismatch: "/RequestId: expected ..., got ...".
std::string finding_line(const AnswerFinding& answer);

// One exchange in lines of ASCII, bodies cut at `max_body_bytes`: what was sent, what came back.
std::vector<std::string> exchange_lines(const CallRecord& call, std::size_t max_body_bytes);

// The rules that were not exercised: for every reason a line with their names.
std::vector<std::string> not_exercised_lines(const RunResult& run);

// Why a case is what it is, in lines: `why`, if there is one, then every mismatch.
std::vector<std::string> reason_lines(const CaseResult& one);

}  // namespace zimmock::inline contract
