// The data that `serve` sends, from a database that a run may be writing to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "reports/page/sweep_page.h"
#include "storage/queries.h"

namespace hpsearch::runner {

// Advice that a sweep's file can carry out. Remembers its last answer, as finding out takes reading
// the file anew for each piece. Thread-safe.
class FeasibleAdvice {
 public:
  std::vector<reports::Advice> of(const storage::SweepRow& sweep,
                                  const std::vector<reports::Advice>& advice);

 private:
  std::mutex mutex_;
  std::string config_;
  std::vector<reports::Advice> advice_;
  std::vector<reports::Advice> feasible_;
};

// Thread-safe; requests take turns, but not for the advice.
class LivePages {
 public:
  // `trouble` hears why a database cannot be read; see Answer::status.
  LivePages(std::filesystem::path database, std::function<void(const std::string&)> trouble);

  // Throws storage::StoreError for what will never have a page: a database of a newer version or of
  // another program, something that is no file, a folder that does not exist. A database that does
  // not exist yet, or is empty, may get its first sweep later.
  void require_showable();

  struct Answer {
    int status = 200;     // HTTP status
    std::string body;     // JSON for status 200, else a sentence
    std::string version;  // ETag of the JSON, in quotes: equal if nothing has changed
  };

  // The data of a sweep (default: the newest) and the list of all sweeps. What the database has not
  // changed is kept; a large sweep's page comes in parts, with a version each. 404 if there is no
  // such sweep or no database yet; 503 if the database cannot be read. Throws what the content of a
  // damaged database makes its readers throw.
  Answer sweep(const std::optional<std::string>& name);

  // Compares two sweeps (reports/page/compare_page.h). May use the data of the last page.
  Answer compare(const std::string& a, const std::string& b);

 private:
  // An answer that lacks the advice.
  struct Draft {
    Answer answer;
    bool whole = false;  // it is the last answer, advice and all
    storage::SweepRow sweep = {};
    std::vector<reports::Advice> advice = {};
  };

  template <class Ask>
  Answer guarded(Ask ask);
  void open();
  void close();
  Draft draft(const std::optional<std::string>& name);
  std::string state_of(const storage::SweepRow& sweep);
  static Answer no_sweep(const std::string& name);

  std::filesystem::path database_;
  std::function<void(const std::string&)> trouble_;
  FeasibleAdvice feasible_;
  std::mutex mutex_;
  std::unique_ptr<storage::Queries> queries_;
  std::uint64_t inode_ =
      0;  // of the file that queries_ has open: it changes if the file is replaced
  std::uint64_t openings_ = 0;
  std::optional<reports::FollowedPage> page_;
  std::string page_state_;  // state_of() its sweep at its last update
  Answer last_;
};

}  // namespace hpsearch::runner
