#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "client/formats/format.h"
#include "contracts/record/message_record.h"

namespace zimmock::client {

// Reads one line of format zim into `record`, all but its place, with its users by the map. False
// for a line about something else than a message; what is no such line at all is a finding of the
// record.
bool read_zim_line(std::string_view text, const MessageRecordReader& reader, const UserMap& users,
                   SourceRecord& record);

// A line of format zim that reads as this message. `only_for` is the ZIM user in whose list alone
// it is; "": in both.
nlohmann::json zim_line(const Message& message, const std::string& id, const std::string& only_for);

// What the map makes of a user id of the source.
const std::string& zim_user(const UserMap& users, const std::string& source_id);

}  // namespace zimmock::client
