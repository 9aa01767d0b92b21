// Samplers choose the parameters of a trial.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/box.h"
#include "search/observation.h"
#include "search/search_options.h"
#include "search/space.h"
#include "search/stages.h"

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
};

struct Suggestion {
  ParamSet params;
  int stage = 0;
  std::optional<int> epochs;             // instead of the sweep's own
  std::optional<std::uint64_t> carried;  // the number of the trial that is trained again, longer
};

// Why a stage searches where it does.
struct StageStart {
  Space space;
  std::string points;                  // "sobol", or "grid 3 x 3 x 3, then its refinement"
  std::vector<std::uint64_t> carried;  // numbers of trials, best first
  std::vector<AxisChange> changes;     // since the stage before
};

// Called from one thread. Samplers count the trials that they suggest: position 0, 1, .... A
// suggestion is a pure function of the problem, the position, and the trials that ended before
// needs(position): asking again, in any order, gives the same.
class Sampler {
 public:
  virtual ~Sampler() = default;

  // How many positions there are; empty: without end.
  virtual std::optional<std::uint64_t> size() const { return std::nullopt; }

  // All trials of the positions before this one must have ended before suggest(position).
  virtual std::uint64_t needs(std::uint64_t position) const;

  // `ended`: those trials, by number, and enqueued ones among them. Requires position < size().
  virtual Suggestion suggest(std::uint64_t position, std::span<const Observation> ended) = 0;

  // How the stage of a position came about. Requires what suggest() does.
  virtual StageStart stage_start(std::uint64_t position, std::span<const Observation> ended) = 0;
};

struct SamplerInfo {
  std::string_view name;  // as `method:` names it
  std::string_view meaning;
  bool staged;  // takes SearchOptions and needs stages
  std::unique_ptr<Sampler> (*make)(SearchProblem problem);
};

// One row a method; a sampler is reachable, documented and tested by its row.
std::span<const SamplerInfo> sampler_table();
const SamplerInfo* find_sampler(std::string_view name);

}  // namespace hpsearch::search
