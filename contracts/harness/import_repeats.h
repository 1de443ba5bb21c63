#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <nlohmann/json.hpp>

namespace zimmock::inline contract {

// Which imports say the same as one before: the accident that nothing in the API prevents. An App
// and the whole body make two imports the same. Used by one thread at a time.
class ImportRepeats {
 public:
  struct Import {
    bool answered = false;  // the client got a usable answer that accepts it
    std::string msg_id;     // of that answer; "" where it is not known
  };

  // Remembers an import that may be stored; returns the one before it that says the same. About
  // 150 bytes each.
  std::optional<Import> add(std::string_view app_id, const nlohmann::json& body, Import import);

  std::size_t size() const { return imports_.size(); }
  void clear() { imports_.clear(); }

 private:
  std::unordered_map<std::string, Import> imports_;  // by a digest of what they say
};

}  // namespace zimmock::inline contract
