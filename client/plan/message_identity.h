#pragma once

// What a message is known by where no tag tells: all that an import determines of what its list
// gives back, but the time.

#include <string>

#include "client/api/zim_api.h"

namespace zimmock::client {

// Sender, type, SubMsgType of a custom message, ExtendedData, and what body_identity() keeps of the
// body. The same for a message as it is sent and as its list gives it, whatever the service fills
// in or corrects. Different messages may have one identity: two images of one file name.
std::string message_identity(const Message& sent);
std::string message_identity(const QueryItem& item);

// True if of two messages of one identity the bodies say the same as well, to the URLs and sizes:
// nothing tells them apart in a list.
bool is_same_body(const Message& sent, const QueryItem& item);
bool is_same_body(const Message& sent, const Message& other);

// True if the item's body is what was sent, but for what a service fills in or corrects: the
// comparison of a verification, with the URLs as they were.
bool is_given_back(const Message& sent, const QueryItem& item);

}  // namespace zimmock::client
