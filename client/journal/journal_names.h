#pragma once

// How the journal keeps what tells an import's record from others of its line: the column
// record_name, "" in what a journal of version 1 had.

#include <string>
#include <string_view>

#include "client/formats/format.h"

namespace zimmock::client {

// Pointer, id and time as the column has them, and back: of anything else nothing is known. Users
// are those of the list.
std::string to_column(const RecordName& name);
RecordName from_column(std::string_view text);

}  // namespace zimmock::client
