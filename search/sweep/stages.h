// How the trials of a sweep are divided among its stages.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/sweep/search_options.h"

namespace hpsearch::search {

// A stage as it is planned now.
struct Stage {
  int epochs = 0;                 // of each of its trials
  std::int64_t trials = 0;        // of the sampler
  std::int64_t first_trials = 0;  // planned when it began: what its points are laid out for
  std::int64_t all_trials = 0;    // with those that people enqueued
};

// Three stages for a training of `epochs`: shares 0.5, 0.3 and 0.2, epochs a tenth, a third and
// all. Another number of them: each has 0.6 of the trials of the one before, and the epochs grow
// from a tenth to all by equal factors. Epochs are rounded up. Requires count >= 1 and epochs >= 1.
std::vector<StageSpec> default_stages(int count, int epochs);

// `trials` by the stages' shares (in proportion to their sum), whole numbers by largest remainder,
// of equal remainders the earlier stage first.
std::vector<std::int64_t> split_trials(std::int64_t trials, std::span<const StageSpec> stages);

// The stages' trials once the limit is `run_cap`. Until the first stage has ended the limit is
// divided by the shares, as long as its share covers the `begun` trials that it has had; later a
// raised limit goes to the last stage. Otherwise a lowered one changes nothing here: it cuts trials
// off by their numbers, so that raising it again gives back what was cut.
std::vector<std::int64_t> extend_trials(std::vector<std::int64_t> planned,
                                        std::int64_t run_cap,
                                        bool first_stage_ended,
                                        std::int64_t begun,
                                        std::span<const StageSpec> stages);

}  // namespace hpsearch::search
