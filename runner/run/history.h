// The trials that have started and ended, and what the sampler may know about them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "search/sweep/observation.h"

namespace hpsearch::runner {

// Samplers count their own suggestions (positions); the numbers of enqueued trials lie in between.
// The result of known...() is valid until the next call of any function.
class History {
 public:
  // Adds a trial that the sampler did not suggest. Call in ascending order, before any
  // query about later ones.
  void add_enqueued(std::uint64_t number) { enqueued_.push_back(number); }

  // Adds a trial whose parameters are known, running or not.
  void add_begun(std::uint64_t number, int stage, search::ParamSet params);

  // Records the parameters of a trial, as params_hash().
  void add_tried(int stage, std::string hash) { tried_.emplace(stage, std::move(hash)); }
  bool tried(int stage, const std::string& hash) const { return tried_.contains({stage, hash}); }

  // Adds a result. Each trial once, in any order.
  void add_ended(search::Observation trial);

  // Gives the result of a trial its curves, for pruners. Before any query.
  void add_curves(std::uint64_t number,
                  std::vector<std::vector<search::Curve>> curves,
                  std::vector<double> fold_scores,
                  bool paused);

  // Gives an ended trial its margins, where the sweep has constraints on results. Before any query.
  void set_margins(std::uint64_t number, std::vector<double> margins);

  // Notes of an ended trial that it is a promotion. Before any query.
  void set_promoted(std::uint64_t number, std::uint64_t parent, int rung);

  // Have all trials below this number ended?
  bool all_ended(std::uint64_t number) const { return number <= ended_.size(); }
  search::Known all_before(std::uint64_t number) const {
    return {std::span(ended_).first(number), {}};
  }

  // The position of a trial that the sampler suggested.
  std::uint64_t position(std::uint64_t number) const;

  // True if all trials before this position have ended.
  bool ready(std::uint64_t position) const { return bound(position) <= ended_.size(); }

  // Those trials. Requires ready(position).
  search::Known known_before(std::uint64_t position) const;

  // True if every trial with a number of at most `number` - `lag` has ended.
  bool ready_with_lag(std::uint64_t number, std::uint64_t lag) const {
    return number < ended_.size() + lag;
  }

  // Those trials as ended, and the others below `number` as pending, even if they have ended: what
  // is known does not depend on timing. Requires ready_with_lag(number, lag), and that all trials
  // below `number` have started.
  search::Known known_with_lag(std::uint64_t number, std::uint64_t lag);

  // Only the former, for those who do not ask for pending trials: the parameters need not be there.
  search::Known ended_with_lag(std::uint64_t number, std::uint64_t lag) const;

  // Everything known at this moment, which depends on timing: ended trials as ended, the rest as
  // pending.
  search::Known known_now();

 private:
  // One past the number of the trial before this position.
  std::uint64_t bound(std::uint64_t position) const;

  std::vector<std::uint64_t> enqueued_;
  std::vector<search::Observation> ended_;                // number i at index i, without a gap
  std::map<std::uint64_t, search::Observation> waiting_;  // ended, but after the first gap
  std::map<std::uint64_t, search::Observation> begun_;    // started, not ended
  std::set<std::pair<int, std::string>> tried_;
  std::vector<search::Observation> answer_ended_;
  std::vector<search::Observation> answer_pending_;
};

}  // namespace hpsearch::runner
