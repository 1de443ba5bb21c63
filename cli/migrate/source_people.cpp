#include "cli/migrate/source_people.h"

#include "client/plan/proposed_ids.h"

namespace zimmock::cli {

Result<SourcePeople> people_of(const SourceJob& job) {
  client::SourceSurvey survey;
  client::FormatOptions options = job.source;
  options.survey = &survey;
  auto opened = client::open_inputs(job.inputs, options);
  if (!opened) return tl::unexpected(opened.error());
  const auto source = client::read_long_messages(*std::move(opened), job.long_messages, options);
  SourcePeople out;
  while (true) {
    const auto record = source->next();
    if (!record) return tl::unexpected(record.error());
    if (!*record) break;
    const auto& [sender, receiver] = (*record)->source_users;
    if (!sender.empty()) ++out.people[sender].sent;
    if (!receiver.empty()) ++out.people[receiver].received;
  }
  std::set<std::string> ids;
  for (const auto& [id, counts] : out.people) ids.insert(id);
  out.users = client::propose_user_ids(ids, job.source.users);
  out.media = std::move(survey.media);
  out.skipped = source->facts().skipped;
  return out;
}

}  // namespace zimmock::cli
