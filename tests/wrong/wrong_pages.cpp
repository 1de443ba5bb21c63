// Wrong mocks that put a list in another order, or cut it into other pages.

#include <algorithm>

#include "tests/wrong/edits.h"

namespace zimmock::wrong {
namespace {

using json = nlohmann::json;
using enum OperationId;

// Every item from `next` on; the reply is the first page's, with Next 0.
mock::Reply all_pages(const WrongCall& call, std::int64_t next) {
  json body = with(call.body, "Limit", kMaxQueryLimit);
  body["Next"] = next;
  mock::Reply reply = call.honest(body);
  while (reply.code == 0 && reply.members["Next"] != 0) {
    body["Next"] = reply.members["Next"];
    const mock::Reply more = call.honest(body);
    for (const json& item : more.members["List"]) reply.members["List"].push_back(item);
    reply.members["Next"] = more.members["Next"];
  }
  return reply;
}

std::int64_t limit_of(const json& body) {
  const std::int64_t limit = number_at(body, "/Limit", kDefaultQueryLimit);
  return limit <= 0 ? kDefaultQueryLimit : std::min(limit, kMaxQueryLimit);
}

// The list as pages of its items from number `first` on; Next is where the next one starts.
mock::Reply page_from(const WrongCall& call, std::int64_t first, std::int64_t limit) {
  mock::Reply reply = all_pages(call, 0);
  if (reply.code != 0) return reply;
  const json all = reply.members["List"];
  const auto size = static_cast<std::int64_t>(all.size());
  const std::int64_t begin = std::clamp<std::int64_t>(first, 0, size);
  const std::int64_t end = std::min(begin + limit, size);
  json& page = reply.members["List"] = json::array();
  for (std::int64_t i = begin; i < end; ++i) page.push_back(all[static_cast<std::size_t>(i)]);
  reply.members["Next"] = end < size ? end : 0;
  return reply;
}

std::int64_t next_of(const json& body) { return number_at(body, "/Next", 0); }

void add_limits_of_pages(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kQueryLimit;
  const auto limits = [&mocks](std::string variant, std::string what,
                               std::function<json(const json&)> limit) {
    add_handle(mocks, {kRule, std::move(variant), std::move(what)}, kQueryPeerMsg,
               [limit = std::move(limit)](const WrongCall& call) {
                 const json wanted = limit(call.body);
                 return wanted.is_null() ? call.honest()
                                         : call.honest(with(call.body, "Limit", wanted));
               });
  };
  limits("default-20", "Without a Limit a page has 20.",
         [](const json& body) { return body.contains("Limit") ? json() : json(20); });
  limits("zero-is-1", "A Limit of 0 is taken as 1.",
         [](const json& body) { return number_at(body, "/Limit", 1) == 0 ? json(1) : json(); });
  limits("negative-is-100", "A negative Limit is taken as 100.",
         [](const json& body) { return number_at(body, "/Limit", 1) < 0 ? json(100) : json(); });
  limits("at-most-50", "A page has at most 50.",
         [](const json& body) { return number_at(body, "/Limit", 1) > 50 ? json(50) : json(); });
  limits("one-less", "A page has one less than asked for.", [](const json& body) {
    const std::int64_t limit = limit_of(body);
    return limit > 1 ? json(limit - 1) : json();
  });
  add_handle(mocks, {kRule, "not-clamped", "A page has as many as asked for, over 100 too."},
             kQueryPeerMsg, [](const WrongCall& call) {
               const std::int64_t limit = number_at(call.body, "/Limit", 1);
               if (limit <= kMaxQueryLimit || next_of(call.body) != 0) return call.honest();
               return page_from(call, 0, limit);
             });
  add_refuses(
      mocks, {kRule, "refuses-101", "A Limit over 100 is refused."}, kQueryPeerMsg,
      [](const json& body, const WrongCall&) { return number_at(body, "/Limit", 1) > 100; });
  add_refuses(mocks, {kRule, "refuses-0", "A Limit of 0 is refused."}, kQueryPeerMsg,
              [](const json& body, const WrongCall&) { return number_at(body, "/Limit", 1) == 0; });
}

void add_orders_of_lists(Mocks& mocks) {
  add_reply(mocks,
            {RuleId::kQueryNewestFirst, "ascending", "The oldest comes first, page by page."},
            kQueryPeerMsg, [](mock::Reply& reply, const WrongCall&) {
              json& list = reply.members["List"];
              std::reverse(list.begin(), list.end());
            });
  add_handle(mocks,
             {RuleId::kQueryNewestFirst, "by-arrival",
              "The latest import comes first, whatever its time."},
             kQueryPeerMsg, [](const WrongCall& call) {
               mock::Reply reply = all_pages(call, 0);
               if (reply.code != 0 || next_of(call.body) != 0) return call.honest();
               if (reply.members["List"].size() > static_cast<std::size_t>(limit_of(call.body))) {
                 return call.honest();
               }
               json& list = reply.members["List"];
               std::sort(list.begin(), list.end(), [](const json& a, const json& b) {
                 return a["MsgSeq"].get<std::int64_t>() > b["MsgSeq"].get<std::int64_t>();
               });
               return reply;
             });
  add_options(mocks,
              {RuleId::kQueryTies, "earlier-first",
               "Of two messages of one time the earlier import comes first."},
              [](mock::TenantOptions& options) { options.profile.tie_later_import_first = false; });
  add_options(mocks,
              {RuleId::kQueryTies, "setting-ignored",
               "The setting that puts the earlier import first does nothing."},
              [](mock::TenantOptions& options) { options.profile.tie_later_import_first = true; });
}

void add_lost(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kQueryPages;
  const auto pages = [&mocks](std::string variant, std::string what,
                              std::function<void(json & list, json & next)> edit) {
    add_reply(mocks, {kRule, std::move(variant), std::move(what)}, kQueryPeerMsg,
              [edit = std::move(edit)](mock::Reply& reply, const WrongCall&) {
                edit(reply.members["List"], reply.members["Next"]);
              });
  };
  pages("last-lost", "The last item of every page but the last is lost.",
        [](json& list, json& next) {
          if (next != 0 && !list.empty()) list.erase(list.size() - 1);
        });
  pages("stops", "Next is 0 after the first page.", [](json&, json& next) { next = 0; });
  add_reply(mocks, {kRule, "overlap", "A page begins with the item that it follows."},
            kQueryPeerMsg, [](mock::Reply& reply, const WrongCall& call) {
              if (next_of(call.body) == 0 || reply.members["List"].empty()) return;
              const mock::Reply all = all_pages(call, 0);
              const json& items = all.members["List"];
              const json first = reply.members["List"].front();
              for (std::size_t i = 1; i < items.size(); ++i) {
                if (items[i]["MsgSeq"] != first["MsgSeq"]) continue;
                reply.members["List"].insert(reply.members["List"].begin(), items[i - 1]);
              }
            });
  add_handle(
      mocks, {kRule, "at-most-100", "A list ends after 100 messages, without a word."},
      kQueryPeerMsg, [](const WrongCall& call) {
        mock::Reply reply = call.honest();
        if (reply.code != 0 || reply.members["Next"] == 0) return reply;
        const std::size_t left =
            all_pages(call, reply.members["Next"].get<std::int64_t>()).members["List"].size();
        const std::size_t all = all_pages(call, 0).members["List"].size();
        if (all - left >= 100) reply.members["Next"] = 0;
        return reply;
      });
  add_handle(mocks, {kRule, "endless", "After the last page Next leads to the first one again."},
             kQueryPeerMsg, [](const WrongCall& call) {
               mock::Reply reply = call.honest();
               const bool last = reply.code == 0 && reply.members["Next"] == 0;
               if (!last || next_of(call.body) == 0) return reply;
               reply.members["Next"] = next_of(call.body);
               return reply;
             });
}

void add_nexts(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kQueryNext;
  add_handle(mocks, {kRule, "offset", "Next is an offset, and any number is taken for one."},
             kQueryPeerMsg, [](const WrongCall& call) {
               return page_from(call, next_of(call.body), limit_of(call.body));
             });
  add_handle(mocks, {kRule, "unknown-is-0", "An unknown Next is taken as 0."}, kQueryPeerMsg,
             [](const WrongCall& call) {
               mock::Reply reply = call.honest();
               const bool unknown = reply.refusal && reply.refusal->rule_id == RuleId::kQueryNext;
               return unknown ? call.honest(with(call.body, "Next", 0)) : reply;
             });
  add_handle(mocks, {kRule, "unknown-is-end", "An unknown Next is taken for the end of the list."},
             kQueryPeerMsg, [](const WrongCall& call) {
               mock::Reply reply = call.honest();
               if (!reply.refusal || reply.refusal->rule_id != RuleId::kQueryNext) return reply;
               mock::Reply end;
               end.members = {{"List", json::array()}, {"Next", 0}};
               return end;
             });
  add_handle(mocks, {kRule, "any-list", "The Next of another list is taken."}, kQueryPeerMsg,
             [](const WrongCall& call) {
               mock::Reply reply = call.honest();
               if (!reply.refusal || reply.refusal->rule_id != RuleId::kQueryNext) return reply;
               json body = call.body;
               std::swap(body["FromUserId"], body["ToUserId"]);
               const mock::Reply other = call.honest(body);
               return other.code == 0 ? other : reply;
             });
  add_reply(mocks, {kRule, "text", "Next is a string."}, kQueryPeerMsg,
            [](mock::Reply& reply, const WrongCall&) {
              reply.members["Next"] = reply.members["Next"].dump();
            });
  add_reply(mocks, {kRule, "double", "Next has gone through a double."}, kQueryPeerMsg,
            [](mock::Reply& reply, const WrongCall&) {
              const auto next = reply.members["Next"].get<double>();
              reply.members["Next"] = static_cast<std::int64_t>(next);
            });
}

void add_short_pages(Mocks& mocks) {
  constexpr RuleId kRule = RuleId::kQueryShortPages;
  add_reply(mocks, {kRule, "short-is-last", "A page shorter than Limit is the last one."},
            kQueryPeerMsg, [](mock::Reply& reply, const WrongCall& call) {
              const auto size = static_cast<std::int64_t>(reply.members["List"].size());
              if (size < limit_of(call.body)) reply.members["Next"] = 0;
            });
  add_reply(mocks,
            {kRule, "empty-is-last", "A page of which nothing is left to show is the last one."},
            kQueryPeerMsg, [](mock::Reply& reply, const WrongCall&) {
              if (reply.members["List"].empty()) reply.members["Next"] = 0;
            });
}

}  // namespace

void add_pages(Mocks& mocks) {
  add_limits_of_pages(mocks);
  add_orders_of_lists(mocks);
  add_lost(mocks);
  add_nexts(mocks);
  add_short_pages(mocks);
}

}  // namespace zimmock::wrong
