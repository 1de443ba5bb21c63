#pragma once

#include <string_view>

#include "client/formats/format.h"
#include "contracts/api/message_record.h"

namespace zimmock {

// Reads one line of format zim into `record`, all but its place. False for a line about something
// else than a message; what is no such line at all is a finding of the record.
bool read_zim_line(std::string_view text, const MessageRecordReader& reader, SourceRecord& record);

}  // namespace zimmock
