#pragma once

#include <string_view>

#include "client/formats/format.h"
#include "contracts/api/message_record.h"

namespace zimmock {

// Reads one line of format zim into `record`, all but its place, with its users by the map. False
// for a line about something else than a message; what is no such line at all is a finding of the
// record.
bool read_zim_line(std::string_view text, const MessageRecordReader& reader, const UserMap& users,
                   SourceRecord& record);

// What the map makes of a user id of the source.
const std::string& zim_user(const UserMap& users, const std::string& source_id);

}  // namespace zimmock
