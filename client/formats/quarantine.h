#pragma once

// The members of a line of a quarantine file that `migrate retry` reads. The others, which say
// where the record stands and why it was left out, are for people.

namespace zimmock::client {

inline constexpr const char* kQuarantinedRecord = "record";  // a line of format zim, to be repaired
inline constexpr const char* kQuarantinedFormat = "format";  // that of its source, for its tag
inline constexpr const char* kFurtherReason = "further_reason";  // true: of the record above

}  // namespace zimmock::client
