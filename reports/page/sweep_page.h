// The report page of a sweep, from the database to HTML.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/findings/advice.h"
#include "reports/page/page_trials.h"
#include "reports/sweep/digest.h"
#include "reports/sweep/sweep_data.h"
#include "storage/queries.h"

namespace hpsearch::reports {

// Returns the best trial as a sweep file. Called only if there is one.
using BestYaml = std::string (*)(const storage::SweepRow&, const storage::LeaderboardRow&);

// Leaves out advice that the sweep's file cannot carry out.
using FilterAdvice = std::vector<Advice> (*)(const storage::SweepRow&, std::vector<Advice>);

// The data of a page that follows its sweep. What is known is kept: an update reads only the trials
// and epochs that may have changed. A large sweep's page comes in parts, by one call of update()
// each: the trials, then statistics and advice, then the digest, which may take several calls.
// While a large sweep runs, its statistics lag behind by up to a 64th of the trials, and it has no
// digest, which every trial changes.
class FollowedPage {
 public:
  explicit FollowedPage(BestYaml best_yaml) : best_yaml_(best_yaml) {}

  // Call it under a snapshot. Throws what read_sweep_data() throws.
  void update(storage::Queries& queries, const storage::SweepRow& sweep);

  const SweepData& data() const { return sweep_.data(); }

  // Which parts there are: another text for others.
  std::string parts() const;
  bool complete() const;

  // page_json(), under the snapshot of the last update, and the advice that belongs to it.
  std::string json(storage::Queries& queries) const;
  const std::vector<Advice>& advice() const { return known_.advice; }

 private:
  struct Known {
    PageTrials trials;
    std::vector<Advice> advice;
    std::string statistics;                                     // members_of_statistics()
    std::size_t statistics_trials = 0;                          // that they cover
    storage::SweepState state = storage::SweepState::kRunning;  // at that time
    SweepDigest running_digest;                                 // of the first trials,
    std::size_t digested = 0;                                   // so many
    std::optional<std::string> digest;                          // of all
  };

  void update_statistics(storage::Queries& queries);
  void update_digest(storage::Queries& queries, bool large, std::int64_t most_epochs);

  BestYaml best_yaml_;
  FollowedSweep sweep_;
  Known known_;
};

// The whole report as one HTML file (html_page.h).
std::string sweep_page(storage::Queries& queries,
                       const storage::SweepRow& sweep,
                       BestYaml best_yaml,
                       FilterAdvice filter_advice);

}  // namespace hpsearch::reports
