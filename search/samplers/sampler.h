// Samplers choose the parameters of trials.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/points/box.h"
#include "search/space/space.h"
#include "search/sweep/observation.h"
#include "search/sweep/search_options.h"
#include "search/sweep/stages.h"

namespace hpsearch::search {

// A stage that an earlier run has begun: its box and carried trials are fixed.
struct BegunStage {
  int stage = 0;
  Space space;
  std::vector<std::uint64_t> carried;  // trial numbers
};

// Everything that a sampler is constructed from.
struct SearchProblem {
  Space space;
  std::uint64_t seed = 0;  // of the sweep
  SearchOptions options = {};
  std::vector<Stage> stages = {};  // for methods with stages
  std::vector<BegunStage> begun = {};
  std::uint64_t lag = 4;  // the lag W of Learns::kTrials; at least 1
  Constraints constraints = {};
  // Results of an earlier sweep, seen as trained before trial 0: ended trials in ascending order of
  // the numbers they had there, with the parameters of this space. They stay the same for the whole
  // sweep, so suggestions remain functions of the other inputs.
  std::vector<Observation> earlier = {};
};

// A fact about how a suggestion came about, such as {"candidates", 24}.
struct Reason {
  std::string name;
  nn::Value value;
};

struct Suggestion {
  ParamSet params;
  int stage = 0;
  std::optional<int> epochs;             // overrides the sweep's own number
  std::optional<std::uint64_t> carried;  // the trial that is trained again, for longer
  // Explains the values to people: a few facts that they can make sense of. The log already says
  // which results were known.
  std::vector<Reason> why = {};
};

// How a stage came to search what it searches.
struct StageStart {
  Space space;
  std::string points;                  // "sobol", or "grid 3 x 3 x 3, then its refinement"
  std::vector<std::uint64_t> carried;  // trial numbers, best first
  std::vector<AxisChange> changes;     // since the stage before
};

// What suggestions depend on, besides the problem and the position.
enum class Learns {
  kNothing,
  // Every trial of the stages before, all of which must have ended: see Sampler::needs().
  kStages,
  // Results with a lag W (SearchProblem::lag). Trial t learns from the results of trials up to t -
  // W, all of which must have ended; of trials t - W + 1 to t - 1 it knows only the parameters,
  // whether they have ended or not. So suggestions do not depend on the number of threads or their
  // timing, and W trials can be trained at a time. Enqueued trials count like any others. In greedy
  // mode a trial learns from all results that are there, and knows the parameters of running
  // trials.
  kTrials,
};

// Chooses parameters for positions 0, 1, 2, ..., which count the suggested trials only. A
// suggestion is a pure function of the problem, the position, and what the method may know there
// (Learns): asking again, in any order, gives the same answer. State kept between calls is a cache
// and must not show. Called from one thread.
class Sampler {
 public:
  virtual ~Sampler() = default;

  // The number of positions; empty: unlimited.
  virtual std::optional<std::uint64_t> size() const { return std::nullopt; }

  // For Learns::kStages: suggest(position) requires that every trial of the positions before the
  // returned one has ended. Those, and any enqueued trials among them, are what it knows. 0 for
  // other methods.
  virtual std::uint64_t needs(std::uint64_t position) const;

  // Every point of what the stage of `position` searches has been tried, before its planned trials
  // were used up: the next stage begins at `position`, with as many planned trials as before. False
  // if there is no later stage, as for methods without stages. This is the one call that changes
  // later answers; it follows from the trials alone, so a resumed sweep makes it again at the same
  // position.
  virtual bool end_stage(std::uint64_t position);

  // Requires position < size(), and `known` as the method's rule prescribes (nothing for
  // Learns::kNothing). The result has no values for inactive parameters (active_params()). It
  // should satisfy the constraints but need not: choose() (samplers/choose.h) then asks again.
  virtual Suggestion suggest(std::uint64_t position, const Known& known) = 0;

  // How the stage of a position came about. Same requirements as suggest().
  virtual StageStart stage_start(std::uint64_t position, const Known& known) = 0;
};

struct SamplerInfo {
  std::string_view name;  // the value of `method:`
  std::string_view meaning;
  Learns learns;
  std::unique_ptr<Sampler> (*make)(SearchProblem problem);
  // Starts with points that no model chose; SearchOptions::startup sets how many.
  bool has_startup = false;

  // True if it takes the options for stages and needs SearchProblem::stages.
  bool staged() const { return learns == Learns::kStages; }
};

// One row per method. Its row makes a sampler reachable, documented and tested.
std::span<const SamplerInfo> sampler_table();
// Null if there is no such method.
const SamplerInfo* find_sampler(std::string_view name);

}  // namespace hpsearch::search
