#include "client/plan/joined_source.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace zimmock::client {
namespace {

// A place's offset says which input it is of, in its upper bits.
constexpr unsigned kOffsetBits = 44;
constexpr std::uint64_t kOffsetMask = (std::uint64_t{1} << kOffsetBits) - 1;

class JoinedSource : public SourceReader {
 public:
  explicit JoinedSource(std::vector<JoinedInput> inputs) : inputs_(std::move(inputs)) {
    for (const JoinedInput& input : inputs_) {
      const std::string& format = input.reader->facts().format;
      if (std::find(formats_.begin(), formats_.end(), format) == formats_.end())
        formats_.push_back(format);
    }
    facts_.format = fmt::format("{}", fmt::join(formats_, ", "));
  }

  Result<std::optional<SourceRecord>> next() override {
    for (; at_ < inputs_.size(); ++at_) {
      auto record = inputs_[at_].reader->next();
      if (!record) return record;
      if (*record) return join(**std::move(record), at_);
    }
    if (!complete_) add_facts();
    return std::nullopt;
  }

  Result<SourceRecord> read_at(const RecordPlace& place) const override {
    RecordPlace own = place;
    own.offset &= kOffsetMask;
    const std::uint32_t input = input_of(place);
    auto record = inputs_[input].reader->read_at(own);
    if (!record) return record;
    return join(*std::move(record), input);
  }

  std::uint64_t size() const override {
    std::uint64_t out = 0;
    for (const JoinedInput& input : inputs_) out += input.reader->size();
    return out;
  }
  std::uint64_t position() const override {
    std::uint64_t out = 0;
    for (const JoinedInput& input : inputs_) out += input.reader->position();
    return out;
  }
  const SourceFacts& facts() const override { return facts_; }

  std::uint32_t input_of(const RecordPlace& place) const override {
    return static_cast<std::uint32_t>(place.offset >> kOffsetBits);
  }
  std::string input_name(std::uint32_t input) const override { return inputs_[input].name; }
  std::string_view format_of(const RecordPlace& place) const override {
    return inputs_[input_of(place)].reader->facts().format;
  }

 private:
  SourceRecord join(SourceRecord record, std::uint64_t input) const {
    record.place.offset |= input << kOffsetBits;
    std::string pointer = inputs_[input].name;
    if (!record.pointer.empty()) pointer += record.pointer.starts_with('/') ? "#" : "/";
    record.pointer = pointer + record.pointer;
    return record;
  }

  // A sentence that several inputs have is said once.
  void add_facts() {
    complete_ = true;
    std::vector<std::pair<std::string, std::vector<std::size_t>>> notes;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const SourceFacts& facts = inputs_[i].reader->facts();
      for (const auto& [kind, count] : facts.skipped) facts_.skipped[kind] += count;
      for (const auto& [kind, count] : facts.repaired) facts_.repaired[kind] += count;
      add_entities(facts.entities, facts_.entities);
      for (const std::string& note : facts.notes) {
        const auto found = std::find_if(notes.begin(), notes.end(),
                                        [&](const auto& one) { return one.first == note; });
        if (found == notes.end()) {
          notes.push_back({note, {i}});
        } else {
          found->second.push_back(i);
        }
      }
    }
    for (const auto& [note, of] : notes) {
      facts_.notes.push_back(
          of.size() == inputs_.size() ? note
          : of.size() == 1            ? inputs_[of.front()].name + ": " + note
                           : fmt::format("{} inputs of {}: {}", of.size(), inputs_.size(), note));
    }
  }

  std::vector<JoinedInput> inputs_;
  std::vector<std::string> formats_;
  SourceFacts facts_;
  std::size_t at_ = 0;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<SourceReader> join_sources(std::vector<JoinedInput> inputs) {
  return std::make_unique<JoinedSource>(std::move(inputs));
}

}  // namespace zimmock::client
