// Which trials of a sweep have begun and ended, and what its sampler may know of them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "search/sweep/observation.h"

namespace hpsearch::runner {

// Samplers count their own suggestions (positions); trials that a person enqueued have numbers
// between theirs. What known...() returns is valid until the next call of any function.
class History {
 public:
  // A trial that the sampler did not suggest. In ascending order, before anything is asked.
  void add_enqueued(std::uint64_t number) { enqueued_.push_back(number); }

  // A trial that has its parameters, whether it runs already or not.
  void add_begun(std::uint64_t number, int stage, search::ParamSet params);

  // Values that a trial of a stage has, as params_hash().
  void add_tried(int stage, std::string hash) { tried_.emplace(stage, std::move(hash)); }
  bool tried(int stage, const std::string& hash) const { return tried_.contains({stage, hash}); }

  // Each trial once, in any order.
  void add_ended(search::Observation trial);

  // The sampler's position of a trial that is its own.
  std::uint64_t position(std::uint64_t number) const;

  // Have all trials ended that come before this position?
  bool ready(std::uint64_t position) const { return bound(position) <= ended_.size(); }

  // Those trials. Requires ready(position).
  search::Known known_before(std::uint64_t position) const;

  // Has each trial ended whose number is `lag` or more below this one?
  bool ready_with_lag(std::uint64_t number, std::uint64_t lag) const {
    return number < ended_.size() + lag;
  }

  // Those trials as ended, and the others below `number` as pending. Requires
  // ready_with_lag(number, lag), and that all below `number` have begun.
  search::Known known_with_lag(std::uint64_t number, std::uint64_t lag);

  // All trials that have ended by now as ended, the others that have begun as pending.
  search::Known known_now();

 private:
  // One past the number of the trial before this position.
  std::uint64_t bound(std::uint64_t position) const;

  std::vector<std::uint64_t> enqueued_;
  std::vector<search::Observation> ended_;                // number i at index i, without a gap
  std::map<std::uint64_t, search::Observation> waiting_;  // ended, beyond the first gap
  std::map<std::uint64_t, search::Observation> begun_;    // and not ended, as pending
  std::set<std::pair<int, std::string>> tried_;
  std::vector<search::Observation> answer_ended_;
  std::vector<search::Observation> answer_pending_;
};

}  // namespace hpsearch::runner
