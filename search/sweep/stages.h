// How the trials of a sweep are divided among its stages.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/sweep/search_options.h"

namespace hpsearch::search {

// A stage as currently planned.
struct Stage {
  int epochs = 0;                 // per trial
  std::int64_t trials = 0;        // suggested by the sampler
  std::int64_t first_trials = 0;  // planned when it began; its points are laid out for this many
  std::int64_t all_trials = 0;    // including the trials that users enqueued
};

// The default stages for a full training of `epochs`. Three stages: shares 0.5, 0.3 and 0.2 with a
// tenth, a third and all of the epochs. Any other count: each stage has 0.6 of the previous one's
// trials, and epochs grow by a constant factor from a tenth to all. Epochs round up. Requires count
// >= 1 and epochs >= 1.
std::vector<StageSpec> default_stages(int count, int epochs);

// Divides `trials` in proportion to the stages' shares, in whole numbers by the largest remainder
// method; ties go to the earlier stage.
std::vector<std::int64_t> split_trials(std::int64_t trials, std::span<const StageSpec> stages);

// The stages' trials after the limit has changed to `run_cap`. Until the first stage has ended, the
// limit is divided by the shares anew, provided that the first share covers the `begun` trials.
// Later, a raised limit adds to the last stage. A lowered limit changes nothing here: it cuts
// trials off by number, so raising it again restores exactly those.
std::vector<std::int64_t> extend_trials(std::vector<std::int64_t> planned,
                                        std::int64_t run_cap,
                                        bool first_stage_ended,
                                        std::int64_t begun,
                                        std::span<const StageSpec> stages);

}  // namespace hpsearch::search
