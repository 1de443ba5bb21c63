#include "mock_server/requests/request_journal.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "mock_server/requests/record_texts.h"

namespace zimmock::mock {
namespace {

std::size_t group_key(const RequestRecord& record) {
  const std::size_t action = std::hash<std::string>{}(record.action);
  return std::hash<std::string>{}(record.request_body) * 31 + action;
}

constexpr std::size_t kAllocation = 16;  // what malloc adds to each piece

std::size_t weight(const std::string& text) {
  static const std::size_t in_place = std::string().capacity();
  return text.size() <= in_place ? 0 : text.size() + 1 + kAllocation;
}

// All the memory that an entry takes, as its sender chooses how long most of it is.
std::size_t weight(const RequestRecord& record) {
  // Its place in the queue, its share of a group, its nonce, and their allocations.
  constexpr std::size_t kAround = 320;
  std::size_t bytes = sizeof record + kAround + record.users.size() * sizeof(std::string) +
                      record.rules_broken.size() * sizeof(BrokenRule) +
                      record.faults.size() * sizeof(std::string);
  each_text(record, [&bytes](const std::string& text) { bytes += weight(text); });
  return bytes;
}

// Texts and lists grow by doubling; what is kept is as large as it must be.
void shrink(RequestRecord& record) {
  each_text(record, [](std::string& text) { text.shrink_to_fit(); });
  record.users.shrink_to_fit();
  record.rules_broken.shrink_to_fit();
  record.faults.shrink_to_fit();
}

}  // namespace

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::kApplied:
      return "applied";
    case Effect::kPending:
      return "pending";
    case Effect::kLate:
      return "late";
    case Effect::kNone:
      break;
  }
  return "none";
}

std::uint64_t RequestJournal::add(RequestRecord record) {
  std::uint64_t seq = 0;
  {
    const std::lock_guard lock(mutex_);
    seq = record.seq = ++last_seq_;
    if (limits_.entries == 0) {
      ++dropped_;
      return seq;
    }
    group(record);
    shrink(record);
    bytes_ += weight(record);
    entries_.push_back(std::make_shared<const RequestRecord>(std::move(record)));
    while (entries_.size() > limits_.entries || (bytes_ > limits_.bytes && entries_.size() > 1)) {
      drop_oldest();
    }
  }
  changed_.notify_all();
  return seq;
}

void RequestJournal::group(RequestRecord& record) {
  Group& group = groups_[group_key(record)];
  if (group.attempts == 0) group.first = record.seq;
  ++group.kept;
  record.group = group.first;
  record.attempt = ++group.attempts;
  record.resent = ++group.nonces[std::hash<std::string>{}(record.nonce)] > 1;
}

void RequestJournal::drop_oldest() {
  const RequestRecord& oldest = *entries_.front();
  bytes_ -= weight(oldest);
  const auto found = groups_.find(group_key(oldest));
  Group& group = found->second;
  const auto nonce = group.nonces.find(std::hash<std::string>{}(oldest.nonce));
  if (--nonce->second == 0) group.nonces.erase(nonce);
  if (--group.kept == 0) groups_.erase(found);
  entries_.pop_front();
  ++dropped_;
}

std::deque<JournalEntry>::const_iterator RequestJournal::first_after(std::uint64_t seq) const {
  return std::upper_bound(
      entries_.begin(), entries_.end(), seq,
      [](std::uint64_t wanted, const JournalEntry& entry) { return wanted < entry->seq; });
}

void RequestJournal::set_effect(std::uint64_t seq, Effect effect, std::int64_t code) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = first_after(seq - 1);
    if (found == entries_.end() || (*found)->seq != seq) return;
    RequestRecord changed = **found;
    changed.effect = effect;
    changed.code = code;
    entries_[static_cast<std::size_t>(found - entries_.begin())] =
        std::make_shared<const RequestRecord>(std::move(changed));
  }
  changed_.notify_all();
}

std::vector<JournalEntry> RequestJournal::find(const RequestFilter& filter,
                                               std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<JournalEntry> out;
  for (auto it = entries_.rbegin(); it != entries_.rend() && out.size() < limit; ++it) {
    if (filter.matches(**it)) out.push_back(*it);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::uint64_t RequestJournal::count(const RequestFilter& filter) const {
  const std::lock_guard lock(mutex_);
  return count_locked(filter);
}

std::uint64_t RequestJournal::count_locked(const RequestFilter& filter) const {
  return static_cast<std::uint64_t>(
      std::count_if(entries_.begin(), entries_.end(),
                    [&](const JournalEntry& entry) { return filter.matches(*entry); }));
}

std::uint64_t RequestJournal::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

std::uint64_t RequestJournal::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

bool RequestJournal::wait(const RequestFilter& filter, std::uint64_t count,
                          std::int64_t timeout_ms) const {
  std::unique_lock lock(mutex_);
  std::uint64_t matched = 0, seen = 0;
  const auto look = [&] {  // at what came since the last look
    for (auto it = first_after(seen); it != entries_.end(); ++it) {
      if (filter.matches(**it)) ++matched;
    }
    seen = last_seq_;
    return cancelled_ || matched >= count;
  };
  changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), look);
  return matched >= count;
}

void RequestJournal::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  groups_.clear();
  bytes_ = 0;
  dropped_ = 0;
}

void RequestJournal::cancel() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  changed_.notify_all();
}

}  // namespace zimmock::mock
