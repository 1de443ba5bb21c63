#pragma once

// The clocks of phones: 15:34, 3:34:09 PM, 下午3:34, 3.34 p. m.

#include "client/formats/whatsapp_cursor.h"

namespace zimmock::client {

struct WhatsAppTime {
  int hour = 0;  // 0 to 23; -1 if the half of the day does not say which
  int minute = 0;
  int second = 0;
  char separator = ':';
  bool seconds = false;    // they are written
  bool half_days = false;  // as is "PM", or a word of another language
};

// Takes a time off the cursor, or says that there is none.
bool take_time(WhatsAppCursor& cursor, WhatsAppTime& out);

}  // namespace zimmock::client
