#include "client/journal/journal_names.h"

#include <nlohmann/json.hpp>

#include "client/formats/json_members.h"
#include "contracts/api/json_text.h"

namespace zimmock::client {

std::string to_column(const RecordName& name) {
  return json_line({{"id", name.id}, {"pointer", name.pointer}, {"time_ms", name.time_ms}});
}

RecordName from_column(std::string_view text) {
  const nlohmann::json in = json_or_discarded(text);
  RecordName out;
  out.pointer = string_of(in, "pointer");
  out.id = string_of(in, "id");
  out.time_ms = integer_of(in, "time_ms").value_or(0);
  return out;
}

}  // namespace zimmock::client
