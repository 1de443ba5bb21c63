#pragma once

// The seam where a later version remembers across crashes what was sent.

#include <cstdint>

#include "client/plan.h"
#include "client/zim_api.h"
#include "contracts/api/result.h"

namespace zimmock {

struct ImportKey {
  Lane lane;
  RecordPlace record;
  int attempt = 1;  // counts what was put on the wire, or may have been
};

// The importer calls intent() before and result() after each import. Both may come from several
// threads at once, never for one lane.
class ImportJournal {
 public:
  virtual ~ImportJournal() = default;

  // True if an interrupted run can be taken up again with this journal.
  virtual bool durable() const = 0;

  // Returns when it is safe to send. An Error keeps the import from being sent and ends the run.
  virtual Result<void> intent(const ImportKey& key) = 0;

  // How it came out; an Error in the answer is an import in doubt, or one that was not sent
  // (kUnreachable).
  virtual Result<void> result(const ImportKey& key, const Result<Answer<ImportAnswer>>& answer) = 0;
};

// Remembers nothing.
class NullJournal : public ImportJournal {
 public:
  bool durable() const override { return false; }
  Result<void> intent(const ImportKey&) override { return {}; }
  Result<void> result(const ImportKey&, const Result<Answer<ImportAnswer>>&) override { return {}; }
};

}  // namespace zimmock
