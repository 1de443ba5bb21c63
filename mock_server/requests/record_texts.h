#pragma once

#include "mock_server/requests/request_record.h"

namespace zimmock::mock {

// Calls `visit` for every text of a record, const or not: whoever redacts or weighs a record must
// miss none.
template <typename Record, typename Visit>
void each_text(Record& record, const Visit& visit) {
  for (auto* text :
       {&record.request_id, &record.action, &record.app_id, &record.nonce, &record.timestamp,
        &record.from, &record.to, &record.message, &record.request_body, &record.response_body}) {
    visit(*text);
  }
  if (record.list) {
    visit(record.list->owner);
    visit(record.list->peer);
  }
  for (auto& user : record.users) visit(user);
  for (auto& broken : record.rules_broken) visit(broken.line);
  for (auto& fault : record.faults) visit(fault);
}

}  // namespace zimmock::mock
