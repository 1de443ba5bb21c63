#include "client/formats/format.h"

namespace zimmock {
namespace {

constexpr Format kFormats[] = {
    {"zim",
     "JSON Lines in ImportPeerMsg's own names; Message and ExtendedData flat or in MessageBody; "
     "Id, and VisibleTo (a list of one or both users; absent: both) or ImportedUserId. The mock's "
     "exported state is this format too: its recalled and deleted messages are left where they are",
     open_zim_jsonl},
};

}  // namespace

std::span<const Format> formats() { return kFormats; }

const Format* find_format(std::string_view name) {
  for (const Format& row : kFormats) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace zimmock
