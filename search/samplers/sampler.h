// Samplers choose the parameters of a trial.
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

// A stage that has begun in an earlier run: what it searches is not decided anew.
struct BegunStage {
  int stage = 0;
  Space space;
  std::vector<std::uint64_t> carried;  // numbers of trials
};

// What a sampler is made from.
struct SearchProblem {
  Space space;
  std::uint64_t seed = 0;  // of the sweep
  SearchOptions options = {};
  std::vector<Stage> stages = {};  // of a method that has them
  std::vector<BegunStage> begun = {};
  std::uint64_t lag = 4;  // W of `Learns::kTrials`, at least 1
  Constraints constraints = {};
  // What an earlier sweep found, before trial 0: trials of that sweep that have ended, in ascending
  // order of the numbers that they had there, with parameters of this space. They are the same in
  // all of a sweep, so that suggestions stay functions of the rest.
  std::vector<Observation> earlier = {};
};

// A fact about how a suggestion came about: {"candidates", 24}.
struct Reason {
  std::string name;
  nn::Value value;
};

struct Suggestion {
  ParamSet params;
  int stage = 0;
  std::optional<int> epochs;             // instead of the sweep's own
  std::optional<std::uint64_t> carried;  // the number of the trial that is trained again, longer
  // For people who ask why the trial has its values: few, and what they can make sense of. Which
  // results were there is said without them.
  std::vector<Reason> why = {};
};

// Why a stage searches where it does.
struct StageStart {
  Space space;
  std::string points;                  // "sobol", or "grid 3 x 3 x 3, then its refinement"
  std::vector<std::uint64_t> carried;  // numbers of trials, best first
  std::vector<AxisChange> changes;     // since the stage before
};

// What suggestions are made from, apart from the problem and the position.
enum class Learns {
  kNothing,
  // All trials of the stages before, which must have ended: see Sampler::needs().
  kStages,
  // Results with a lag: for trial t those of trials t - W and before, all of which must have ended,
  // and of the trials t - W + 1 to t - 1 only the parameters, whether they have ended or not. So a
  // suggestion does not depend on the number of threads and their timing, and W trials can be
  // trained at a time. W is SearchProblem::lag. Trials that people enqueued count like others. In
  // the greedy mode: the results that are there, and the parameters of what runs.
  kTrials,
};

// Called from one thread. Samplers count the trials that they suggest: position 0, 1, .... A
// suggestion is a pure function of the problem, the position, and what is known by the method's
// rule (Learns): asking again, in any order, gives the same. What a sampler keeps between calls is
// a cache, and must not show.
class Sampler {
 public:
  virtual ~Sampler() = default;

  // How many positions there are; empty: without end.
  virtual std::optional<std::uint64_t> size() const { return std::nullopt; }

  // Learns::kStages: all trials of the positions before this one must have ended before
  // suggest(position), and are what is known there, with the enqueued ones among them.
  virtual std::uint64_t needs(std::uint64_t position) const;

  // Requires position < size(), and `known` by the method's rule; nothing for Learns::kNothing. The
  // trial has no values of parameters that are not active (active_params()). Constraints are best
  // kept, but need not be: choose() (search/choose.h) asks again.
  virtual Suggestion suggest(std::uint64_t position, const Known& known) = 0;

  // How the stage of a position came about. Requires what suggest() does.
  virtual StageStart stage_start(std::uint64_t position, const Known& known) = 0;
};

struct SamplerInfo {
  std::string_view name;  // as `method:` names it
  std::string_view meaning;
  Learns learns;
  std::unique_ptr<Sampler> (*make)(SearchProblem problem);
  // Begins with points of no model; SearchOptions::startup says how long.
  bool has_startup = false;

  // Takes the options of stages, and needs SearchProblem::stages.
  bool staged() const { return learns == Learns::kStages; }
};

// One row a method; a sampler is reachable, documented and tested by its row.
std::span<const SamplerInfo> sampler_table();
const SamplerInfo* find_sampler(std::string_view name);

}  // namespace hpsearch::search
