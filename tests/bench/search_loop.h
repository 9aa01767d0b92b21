// A search that is told the score of each trial at once: trials cost nothing, so that all of the
// time is the method's own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "search/samplers/sampler.h"

namespace hpsearch::bench {

// What a method is asked to search. `trials`: for how many a method with stages plans.
struct SearchTask {
  search::Space space;
  search::Constraints constraints = {};
  std::uint64_t seed = 0;
  std::uint64_t lag = 1;  // how far behind results are (parallel.workers)
  std::size_t trials = 100;
  // As a sweep asks: within the constraints, and no trial twice. Else each suggestion is taken.
  bool as_a_sweep = false;
};

// Asks and tells, and adds up the CPU seconds of asking.
class SearchLoop {
 public:
  SearchLoop(const search::SamplerInfo& method, SearchTask task);

  // The parameters of the next trial; empty where each point of the space has been tried.
  std::optional<search::ParamSet> ask();

  // The score of the trial that was asked for; empty: it diverged.
  void tell(std::optional<double> score);

  double seconds() const { return seconds_; }
  double last() const { return last_; }
  std::span<const search::Observation> done() const { return done_; }

 private:
  const search::SamplerInfo& method_;
  SearchTask task_;
  std::unique_ptr<search::Sampler> sampler_;
  std::vector<search::Observation> done_;
  std::set<std::string> tried_;  // with the stage
  std::optional<search::Suggestion> asked_;
  double seconds_ = 0.0;
  double last_ = 0.0;
};

// CPU seconds of the calling thread.
double cpu_seconds();

}  // namespace hpsearch::bench
