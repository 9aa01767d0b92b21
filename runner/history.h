// Which trials of a sweep have ended, and what its sampler may know of them.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "search/observation.h"

namespace hpsearch::runner {

// Samplers count their own suggestions (positions); trials that a person enqueued have numbers
// between theirs.
class History {
 public:
  // A trial that the sampler did not suggest. In ascending order, before anything is asked.
  void add_enqueued(std::uint64_t number) { enqueued_.push_back(number); }

  // Each trial once, in any order.
  void add_ended(search::Observation trial);

  // The sampler's position of a trial that is its own.
  std::uint64_t position(std::uint64_t number) const;

  // Have all trials ended that come before this position?
  bool ready(std::uint64_t position) const { return bound(position) <= ended_.size(); }

  // Those trials, by number. Requires ready(position).
  std::span<const search::Observation> before(std::uint64_t position) const {
    return std::span(ended_).first(bound(position));
  }

 private:
  // One past the number of the trial before this position.
  std::uint64_t bound(std::uint64_t position) const;

  std::vector<std::uint64_t> enqueued_;
  std::vector<search::Observation> ended_;                // number i at index i, without a gap
  std::map<std::uint64_t, search::Observation> waiting_;  // beyond the first gap
};

}  // namespace hpsearch::runner
